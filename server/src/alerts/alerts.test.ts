import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  DEFAULT_ALERT_LIMITS,
  HavenError,
  type Alert,
  type AlertLimits,
  type Observation,
  type Vital,
} from '@haven/protocol';
import type { UserPrincipal } from '../access/access.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { Alerts } from './alerts.ts';

const telemetry = new QuietTelemetry();
const nurse: UserPrincipal = {
  kind: 'user',
  userId: randomUUID(),
  displayName: 'Nurse',
  accessToken: '',
  expiresAt: 0,
};

class KeptAlerts {
  kept: Alert[] = [];
  full = false;
  activeAlerts = () => Promise.resolve(this.kept.filter((alert) => alert.active));
  lastEpisodes = () => Promise.resolve([]);
  patient = (id: string) => Promise.resolve({ id, roomId: 'ward-a', name: 'N', bed: '1' });
  keepAlert = (alert: Alert) => {
    if (this.full) return Promise.reject(new HavenError('STORAGE_FULL'));
    this.kept = [...this.kept.filter(({ id }) => id !== alert.id), alert];
    return Promise.resolve();
  };
}

const start = () =>
  Alerts.start({
    records,
    audit: { done: (actor, action) => audited.push(`${actor.name} ${action}`) },
    telemetry,
    limits: { of: () => limits },
    clock: () => now,
    steady: () => steady,
  });
const pass = (ms: number) => {
  now += ms;
  steady += ms;
};

let now: number;
let steady: number;
let audited: string[];
let limits: AlertLimits;
let records: KeptAlerts;
let alerts: Alerts;
let seen: Alert[];

beforeEach(async () => {
  now = 1_000_000;
  steady = 5_000;
  audited = [];
  limits = DEFAULT_ALERT_LIMITS;
  records = new KeptAlerts();
  alerts = await start();
  seen = [];
  alerts.onAlert((alert) => seen.push(alert));
});
afterEach(() => alerts.close());

function pulse(value: number | null, at: number): Observation {
  const vital: Vital = {
    name: 'pulse',
    unit: '/min',
    state: value === null ? 'withheld' : 'measured',
    value,
    quality: 0.9,
    method: 'test',
    windowMs: 10_000,
    measuredAt: at,
    reason: value === null ? 'moving' : null,
  };
  return { ...identity(at), kind: 'vital', vital };
}
function identity(at: number) {
  const id = randomUUID();
  return { id, assignmentId: id, epoch: 0, patientId: 'P-101', streamId: id, source: 'camera' as const, at };
}
async function seconds(count: number, value: number | null): Promise<void> {
  for (let second = 0; second < count; second++) {
    pass(1000);
    await alerts.observe([pulse(value, now)]);
  }
}

describe('the alert service', () => {
  test('raises a high alert for a pulse above the limit, with value and limit, after it was kept', async () => {
    await seconds(17, 141);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      rule: 'pulse-high',
      priority: 'high',
      value: 141,
      limit: 130,
      roomId: 'ward-a',
    });
    expect(records.kept).toEqual(seen);
  });

  test('raises one alert for a pulse below the limit', async () => {
    await seconds(40, 38);
    expect(seen.map(({ rule }) => rule)).toEqual(['pulse-low']);
  });

  test('says nothing about withheld values', async () => {
    await seconds(60, null);
    expect(seen).toEqual([]);
  });

  test('acknowledges once, for good, under the first name', async () => {
    await seconds(17, 141);
    const first = await alerts.acknowledge(seen[0]!.id, nurse, null);
    expect(first.acknowledgement).toMatchObject({ userName: 'Nurse', at: now });
    pass(5000);
    expect(await alerts.acknowledge(seen[0]!.id, { ...nurse, displayName: 'Other' }, null)).toEqual(first);
  });

  test('still answers for an alert that has ended', async () => {
    await seconds(17, 141);
    await alerts.acknowledge(seen[0]!.id, nurse, null);
    await seconds(12, 80);
    expect(alerts.active('ward-a')).toEqual([]);
    expect(await alerts.acknowledge(seen[0]!.id, nurse, null)).toMatchObject({
      active: false,
      condition: 'cleared',
    });
  });

  test('refuses to acknowledge what is unknown', async () => {
    await expect(alerts.acknowledge(randomUUID(), nurse, null)).rejects.toMatchObject({
      code: 'ALERT_UNKNOWN',
    });
    expect(() => alerts.roomOf(randomUUID())).toThrow(HavenError);
  });

  test('shows an alert although the disk is full, and refuses the acknowledgement that it cannot keep', async () => {
    records.full = true;
    await seconds(17, 141);
    expect(seen).toHaveLength(1);
    expect(alerts.unwritten).toBe(1);
    await expect(alerts.acknowledge(seen[0]!.id, nurse, null)).rejects.toMatchObject({
      code: 'STORAGE_FULL',
    });
    expect(alerts.active('ward-a')[0]?.acknowledgement).toBeNull();
    records.full = false;
    await alerts.close();
    expect(records.kept).toHaveLength(1);
  });

  test('takes active alerts up again after a restart, and numbers the next episode after them', async () => {
    await seconds(17, 141);
    await alerts.close();
    alerts = await start();
    expect(alerts.active('ward-a')).toEqual(records.kept);
    await alerts.acknowledge(records.kept[0]!.id, nurse, null);
    await seconds(12, 80);
    await seconds(17, 141);
    expect(alerts.active('ward-a')).toEqual([expect.objectContaining({ episode: 2 })]);
  });

  test('raises a technical alert for a condition that lasts, and clears it with the condition', async () => {
    const report = (present: boolean) =>
      alerts.report({ patientId: 'P-101', source: 'camera', condition: 'signal-lost', present, at: now });
    await report(true);
    pass(4000);
    await report(true);
    expect(seen).toEqual([]);
    pass(1500);
    await report(true);
    expect(seen).toEqual([
      expect.objectContaining({ rule: 'signal-lost', priority: 'technical', active: true }),
    ]);
    pass(1000);
    await report(false);
    expect(alerts.active('ward-a')).toEqual([]);
  });
});
