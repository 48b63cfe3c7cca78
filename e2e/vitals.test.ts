/** What is measured on live streams: right within time, absent when it cannot be measured, never frozen. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startDevice } from './support/device-agent.ts';
import { HavenServer } from './support/haven-server.ts';
import { MonitorClient } from './support/monitor-client.ts';
import { until, type Program } from './support/process.ts';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('the four simulated patients of the demonstration', () => {
  let server: HavenServer;
  let monitor: MonitorClient;
  const pulses = new Map([
    ['P-101', 72],
    ['P-102', 55],
    ['P-103', 96],
    ['P-104', 128],
  ]);

  beforeAll(async () => {
    server = await HavenServer.start({ HAVEN_DEMO: '1' });
    monitor = await MonitorClient.join(server.url, (await server.signIn()).accessToken);
  }, 90_000);
  afterAll(async () => {
    monitor.close();
    await server.stop();
  }, 30_000);

  test('each show their pulse within 3 within 25 s of their first picture, and nothing wrong before', async () => {
    await until('vitals of all four', 60_000, () =>
      [...pulses.keys()].every((id) => monitor.latest(id)?.state === 'measured'),
    );
    for (const [patientId, pulse] of pulses) {
      const messages = monitor.vitals.filter((message) => message.patientId === patientId);
      const shown = messages.flatMap(({ at, vitals }) => {
        const vital = vitals.find(({ name }) => name === 'pulse');
        return vital?.value == null ? [] : [{ after: at - messages[0].at, value: vital.value }];
      });
      const right = shown.find(({ value }) => Math.abs(value - pulse) <= 3);
      expect({ patientId, seconds: (right?.after ?? Infinity) / 1000 }).toEqual({
        patientId,
        seconds: expect.any(Number),
      });
      expect(right!.after).toBeLessThanOrEqual(25_000);
      for (const { value } of shown) expect(Math.abs(value - pulse)).toBeLessThanOrEqual(10);
    }
  }, 90_000);

  test('one of them deteriorates, and a high alert says so', async () => {
    const alert = await until('the alert', 120_000, () => monitor.activeAlert('P-103', 'pulse-high'));
    expect(alert).toMatchObject({ priority: 'high', source: 'synthetic', limit: 130 });
    expect(alert.value).toBeGreaterThan(130);
  }, 130_000);

  test('the others raise no alert', () => {
    const others = [...monitor.alerts.values()].filter(({ patientId }) => patientId !== 'P-103');
    expect(others).toEqual([]);
  });
});

describe('a camera', () => {
  let server: HavenServer;
  let monitor: MonitorClient;
  let device: Program | undefined;

  beforeAll(async () => {
    server = await HavenServer.start();
    monitor = await MonitorClient.join(server.url, (await server.signIn()).accessToken);
  }, 90_000);
  afterEach(() => device?.stop());
  afterAll(async () => {
    monitor.close();
    await server.stop();
  }, 30_000);

  test.each([
    ['covered', 'P-101', 'cover@35=1', 'camera-covered'],
    ['frozen', 'P-102', 'freeze@35=1', 'picture-frozen'],
  ] as const)(
    'that is %s withholds all rates within 3 s and raises a technical alert',
    async (_what, patientId, change, rule) => {
      device = await startDevice(server, patientId, '--synthetic', `hr=80,rr=15,${change}`, '--fps', '15');
      const first = await until('its first vitals', 30_000, () =>
        monitor.vitals.find((message) => message.patientId === patientId),
      );
      await until('a pulse', 34_000, () => monitor.latest(patientId)?.state === 'measured');
      const alert = await until('the alert', 40_000, () => monitor.activeAlert(patientId, rule));
      expect(alert.priority).toBe('technical');

      // The device's own clock began a little before its first picture was analysed.
      const messages = monitor.vitals.filter(
        (m) => m.patientId === patientId && m.at > first.at + 35_000 + 3_000,
      );
      await until(
        'some seconds after the change',
        10_000,
        () => monitor.vitals.at(-1)!.at > first.at + 43_000,
      );
      expect(messages.length).toBeGreaterThan(0);
      const numbers = messages.flatMap(({ vitals }) =>
        vitals.filter((v) => v.name === 'pulse' && v.value !== null),
      );
      expect(numbers).toEqual([]);
    },
    120_000,
  );

  test('whose device dies raises a signal-lost alert, and a returning device clears it', async () => {
    device = await startDevice(server, 'P-103', '--synthetic', 'hr=70', '--fps', '15');
    await until('the stream', 30_000, () => monitor.streams.has('P-103'));
    await device.kill();
    await until('the alert', 20_000, () => monitor.activeAlert('P-103', 'signal-lost'));
    device = await startDevice(server, 'P-103', '--synthetic', 'hr=70', '--fps', '15');
    await until(
      'the alert to clear',
      30_000,
      () => monitor.activeAlert('P-103', 'signal-lost') === undefined,
    );
  }, 120_000);

  test('at which nobody sits shows no rate', async () => {
    device = await startDevice(server, 'P-104', '--synthetic', 'hr=70,absent=1', '--fps', '15');
    await until('vitals', 30_000, () => monitor.latest('P-104') !== undefined);
    const seen = () => monitor.vitals.filter(({ patientId }) => patientId === 'P-104');
    await until('twenty seconds of them', 30_000, () => seen().length >= 20);
    const published = seen().map(
      ({ vitals }) => vitals.filter((v) => v.name === 'pulse' && v.value !== null).length,
    );
    expect(sum(published)).toBe(0);
  }, 90_000);
});
