/** What is measured on live streams: right within time, absent when it cannot be measured, never frozen. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDevice } from './support/device-agent.ts';
import { HavenServer } from './support/haven-server.ts';
import { MonitorClient } from './support/monitor-client.ts';
import { until, type Program } from './support/process.ts';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

let demonstration: HavenServer;
let itsMonitor: MonitorClient;

beforeAll(async () => {
  demonstration = await HavenServer.start({ HAVEN_DEMO: '1' });
  itsMonitor = await MonitorClient.join(demonstration.url, (await demonstration.signIn()).accessToken);
}, 90_000);
afterAll(async () => {
  itsMonitor.close();
  await demonstration.stop();
}, 30_000);

describe('the four simulated patients of the demonstration', () => {
  const pulses = new Map([
    ['P-101', 72],
    ['P-102', 55],
    ['P-103', 96],
    ['P-104', 128],
  ]);

  test('each show their pulse within 3 within 25 s of their first picture, and nothing wrong before', async () => {
    await until('vitals of all four', 60_000, () =>
      [...pulses.keys()].every((id) => itsMonitor.latest(id)?.state === 'measured'),
    );
    for (const [patientId, pulse] of pulses) {
      const messages = itsMonitor.vitals.filter((message) => message.patientId === patientId);
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
});

describe('a camera', () => {
  let server: HavenServer;
  let monitor: MonitorClient;
  const devices: Program[] = [];
  const start = async (patientId: string, synthetic: string) => {
    const device = await startDevice(server, patientId, '--synthetic', synthetic, '--fps', '15');
    devices.push(device);
    return device;
  };
  const ofPatient = (patientId: string) =>
    monitor.vitals.filter((message) => message.patientId === patientId);

  beforeAll(async () => {
    server = await HavenServer.start();
    monitor = await MonitorClient.join(server.url, (await server.signIn()).accessToken);
    // All at once: each takes most of a minute.
    await start('P-101', 'hr=80,rr=15,cover@35=1');
    await start('P-102', 'hr=80,rr=15,freeze@35=1');
    await start('P-104', 'hr=70,absent=1');
  }, 90_000);
  afterAll(async () => {
    monitor.close();
    await Promise.all(devices.map((device) => device.stop()));
    await server.stop();
  }, 30_000);

  test.each([
    ['covered', 'P-101', 'camera-covered'],
    ['frozen', 'P-102', 'picture-frozen'],
  ] as const)(
    'that is %s withholds all rates within 3 s and raises a technical alert',
    async (_what, patientId, rule) => {
      const first = await until('its first vitals', 30_000, () => ofPatient(patientId).at(0));
      const measured = () =>
        ofPatient(patientId).some(({ vitals }) =>
          vitals.some(({ name, state }) => name === 'pulse' && state === 'measured'),
        );
      await until('a pulse', 34_000, measured);
      const alert = await until('the alert', 40_000, () => monitor.activeAlert(patientId, rule));
      expect(alert.priority).toBe('technical');

      await until('some seconds after the change', 10_000, () =>
        ofPatient(patientId).some(({ at }) => at > first.at + 43_000),
      );
      // The device's own clock began a little before its first picture was analysed.
      const numbers = ofPatient(patientId)
        .filter(({ at }) => at > first.at + 35_000 + 3_000)
        .flatMap(({ vitals }) => vitals.filter((v) => v.name === 'pulse' && v.value !== null));
      expect(numbers).toEqual([]);
    },
    120_000,
  );

  test('at which nobody sits shows no rate', async () => {
    await until('twenty seconds of vitals', 60_000, () => ofPatient('P-104').length >= 20);
    const published = ofPatient('P-104').map(
      ({ vitals }) => vitals.filter((v) => v.name === 'pulse' && v.value !== null).length,
    );
    expect(sum(published)).toBe(0);
  }, 90_000);

  test('whose device dies raises a signal-lost alert, and a returning device clears it', async () => {
    const device = await start('P-103', 'hr=70');
    await until('the stream', 30_000, () => monitor.streams.has('P-103'));
    await device.kill();
    await until('the alert', 20_000, () => monitor.activeAlert('P-103', 'signal-lost'));
    await start('P-103', 'hr=70');
    await until(
      'the alert to clear',
      30_000,
      () => monitor.activeAlert('P-103', 'signal-lost') === undefined,
    );
  }, 120_000);
});

/** Last: until one of them deteriorates, the cameras are looked at. */
describe('of the four', () => {
  test('one deteriorates, and a high alert says so', async () => {
    const alert = await until('the alert', 120_000, () => itsMonitor.activeAlert('P-103', 'pulse-high'));
    expect(alert).toMatchObject({ priority: 'high', source: 'synthetic', limit: 130 });
    expect(alert.value).toBeGreaterThan(130);
  }, 130_000);

  test('the others raise no alert', () => {
    const others = [...itsMonitor.alerts.values()].filter(({ patientId }) => patientId !== 'P-103');
    expect(others).toEqual([]);
  });
});
