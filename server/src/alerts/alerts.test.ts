import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  DEFAULT_ALERT_LIMITS,
  HavenError,
  type Alert,
  type AlertLimits,
  type DetectedEvent,
  type Observation,
  type Vital,
} from '@haven/protocol';
import type { UserPrincipal } from '../access/access.ts';
import { eventually } from '../testing/eventually.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import type { RunningDelay } from './running-delays.ts';
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
  roomId: string | undefined = 'ward-a';
  patient = (id: string) =>
    this.roomId === undefined
      ? Promise.reject(new HavenError('PATIENT_UNKNOWN'))
      : Promise.resolve({ id, roomId: this.roomId, name: 'N', bed: '1', analysisMode: 'both' as const });
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
    delays,
  });
const pass = (ms: number) => {
  now += ms;
  steady += ms;
};

let now: number;
let steady: number;
let audited: string[];
let limits: AlertLimits;
let delays: { ofLastRun: readonly RunningDelay[]; keep: (running: readonly RunningDelay[]) => void };
let records: KeptAlerts;
let alerts: Alerts;
let seen: Alert[];

beforeEach(async () => {
  now = 1_000_000;
  steady = 5_000;
  audited = [];
  limits = DEFAULT_ALERT_LIMITS;
  delays = { ofLastRun: [], keep: () => undefined };
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
    expect(telemetry.counts.get('haven_critical_alerts_fired_total')).toBe(1);
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

  test('counts a batch that is posted again once, however late it comes', async () => {
    const batch: Observation[] = [];
    for (let second = 0; second < 12; second++) {
      pass(1000);
      batch.push(pulse(80, now));
      await alerts.observe([pulse(141, now)]);
    }
    await alerts.observe(batch.slice(0, 1));
    for (let second = 0; second < 14; second++) {
      pass(1000);
      await alerts.observe(batch.slice(0, 1));
    }
    await alerts.observe([pulse(141, now)]);
    expect(seen).toHaveLength(1);
  });

  test('neither fires early nor loses a breach when the system clock jumps', async () => {
    await seconds(8, 141);
    now += 3_600_000;
    await seconds(6, 141);
    expect(seen).toEqual([]);
    now -= 7_200_000;
    await seconds(5, 141);
    expect(seen).toHaveLength(1);
  });

  test('audits what the rules do as the system', async () => {
    await seconds(17, 141);
    await alerts.acknowledge(seen[0]!.id, nurse, 'seen');
    await seconds(12, 80);
    expect(audited).toEqual(['system alert:raised', 'system alert:cleared']);
    expect(seen.map(({ version, change }) => [version, change.kind])).toEqual([
      [1, 'raised'],
      [2, 'acknowledged'],
      [3, 'cleared'],
    ]);
    expect(seen[2]?.acknowledgement).toMatchObject({ userName: 'Nurse', reason: 'seen' });
  });

  test('silences one alert for everybody, for a while', async () => {
    await seconds(17, 141);
    const silenced = await alerts.silence(seen[0]!.id, nurse, 60, 'bathing');
    expect(silenced.silence).toEqual({
      userId: nurse.userId,
      userName: 'Nurse',
      at: now,
      until: now + 60_000,
      reason: 'bathing',
    });
    expect(silenced).toMatchObject({ active: true, condition: 'present', acknowledgement: null, version: 2 });
    expect(alerts.active('ward-a')).toEqual([silenced]);
    records.full = true;
    await expect(alerts.silence(seen[0]!.id, nurse, 60, null)).rejects.toMatchObject({
      code: 'STORAGE_FULL',
    });
    expect(alerts.active('ward-a')).toEqual([silenced]);
  });
});

describe('events', () => {
  const event = (name: DetectedEvent): Observation => ({
    ...identity(now),
    kind: 'event',
    event: name,
    confidence: 0.9,
  });

  test('a fall alerts at once, stays whatever is measured, and ends when somebody acknowledges it', async () => {
    await alerts.observe([event('fall')]);
    await seconds(60, 80);
    expect(alerts.active('ward-a')).toEqual([
      expect.objectContaining({ rule: 'fall', priority: 'high', condition: 'present', version: 1 }),
    ]);
    await alerts.acknowledge(seen[0]!.id, nurse, null);
    expect(alerts.active('ward-a')).toEqual([]);
    pass(1000);
    await alerts.observe([event('fall')]);
    expect(alerts.active('ward-a')).toEqual([expect.objectContaining({ rule: 'fall', episode: 2 })]);
  });

  test('an absence alerts after ten seconds and ends with the return', async () => {
    await alerts.observe([event('absent'), event('bed-exit')]);
    expect(seen.map(({ rule }) => rule)).toEqual(['bed-exit']);
    pass(10_000);
    await eventually(() => seen.length === 2, 'the absence alerts');
    expect(seen[1]).toMatchObject({ rule: 'absent', priority: 'medium' });
    pass(1000);
    await alerts.observe([event('returned')]);
    expect(alerts.active('ward-a')).toEqual([]);
  });

  test('an absence also ends when a pulse is measured for ten seconds, and not for missing values', async () => {
    await alerts.observe([event('bed-exit')]);
    await seconds(30, null);
    expect(alerts.active('ward-a')).toHaveLength(1);
    await seconds(11, 80);
    expect(alerts.active('ward-a')).toEqual([]);
  });

  test('a rule that is off alerts nothing; what it began goes on and clears as before', async () => {
    await alerts.observe([event('restless')]);
    expect(seen).toEqual([]);
    await alerts.observe([event('bed-exit')]);
    limits = { ...limits, off: ['bed-exit', 'absent', 'restless'] };
    await seconds(5, null);
    expect(alerts.active('ward-a')).toHaveLength(1);
    pass(1000);
    await alerts.observe([event('returned')]);
    expect(alerts.active('ward-a')).toEqual([]);
    pass(1000);
    await alerts.observe([event('bed-exit')]);
    expect(alerts.active('ward-a')).toEqual([]);
  });
});

describe('limits', () => {
  test('that change judge the next value: the alert stays, and clears by the new ones', async () => {
    await seconds(17, 141);
    limits = { ...limits, pulseHigh: 160 };
    expect(alerts.active('ward-a')).toEqual([expect.objectContaining({ condition: 'present', limit: 130 })]);
    await seconds(12, 141);
    expect(alerts.active('ward-a')).toEqual([
      expect.objectContaining({ condition: 'cleared', active: true }),
    ]);
  });

  test('that are narrowed alert for a value that was right before', async () => {
    await seconds(20, 120);
    limits = { ...limits, pulseHigh: 110 };
    await seconds(17, 120);
    expect(seen).toEqual([expect.objectContaining({ rule: 'pulse-high', value: 120, limit: 110 })]);
  });

  test('of change alert against the pulse of five minutes ago', async () => {
    await seconds(300, 70);
    await seconds(17, 115);
    expect(seen).toEqual([
      expect.objectContaining({ rule: 'pulse-rising', priority: 'medium', value: 115, limit: 110 }),
    ]);
    limits = { ...limits, pulseChange: null };
    await seconds(12, 115);
    expect(alerts.active('ward-a')).toEqual([
      expect.objectContaining({ condition: 'cleared', active: true }),
    ]);
  });
});

describe('a restart in the middle of a delay', () => {
  test('does not begin it anew, and keeps whose picture it was', async () => {
    let running: readonly RunningDelay[] = [];
    delays.keep = (kept) => (running = kept);
    await seconds(10, 141);
    await eventually(() => running.length === 1, 'the delay is kept');
    await alerts.close();
    delays = {
      ofLastRun: running.map((delay) => ({ ...delay, source: 'synthetic' })),
      keep: () => undefined,
    };
    alerts = await start();
    alerts.onAlert((alert) => seen.push(alert));
    pass(6_000);
    await eventually(() => seen.length === 1, 'it alerts when its time has come');
    expect(seen[0]).toMatchObject({ rule: 'pulse-high', source: 'synthetic', value: 141, startedAt: now });
  });
});

describe('a patient', () => {
  let left: (string | undefined)[];
  beforeEach(async () => {
    left = [];
    await seconds(17, 141);
    alerts.onAlert((_alert, leftRoomId) => left.push(leftRoomId));
  });

  test('who is moved takes the alert along, and both rooms hear of it', async () => {
    records.roomId = 'ward-b';
    await eventually(() => alerts.active('ward-b').length === 1, 'the alert moves');
    expect(alerts.active('ward-a')).toEqual([]);
    expect(left).toEqual(['ward-a']);
    expect(seen.at(-1)).toMatchObject({
      version: 2,
      roomId: 'ward-b',
      active: true,
      change: { kind: 'moved' },
    });
    expect(alerts.roomOf(seen[0]!.id)).toBe('ward-b');
  });

  test('who is removed takes the alert off the screen, which is audited', async () => {
    records.roomId = undefined;
    await eventually(() => alerts.active('ward-a').length === 0, 'the alert ends');
    expect(seen.at(-1)).toMatchObject({ active: false, condition: 'present', change: { kind: 'ended' } });
    expect(audited).toContain('system alert:ended');
    await seconds(20, 141);
    expect(alerts.active('ward-a')).toEqual([]);
  });
});

describe('an alert of another node', () => {
  let elsewhere: Alerts;
  let raised: Alert;
  beforeEach(async () => {
    elsewhere = alerts;
    alerts = await start();
    for (let second = 0; second < 17; second++) {
      pass(1000);
      await elsewhere.observe([pulse(141, now)]);
    }
    raised = seen[0]!;
    seen = [];
    alerts.onAlert((alert) => seen.push(alert));
  });
  afterEach(() => elsewhere.close());

  test('that is taken over is the same alert: nobody is told, it is acknowledged here, and ends here', async () => {
    await alerts.adopt(raised);
    expect(seen).toEqual([]);
    expect(alerts.active('ward-a')).toEqual([raised]);
    expect(await alerts.acknowledge(raised.id, nurse, null)).toMatchObject({ version: raised.version + 1 });
    await seconds(20, 141);
    expect(seen).toHaveLength(1);
    await seconds(40, 80);
    expect(seen.at(-1)).toMatchObject({ id: raised.id, active: false });
  });

  test('is stored from here too, once the disk takes it: the other node may never return with what it wrote', async () => {
    const ended = { ...raised, version: raised.version + 1, condition: 'cleared', active: false } as const;
    records.kept = [];
    await alerts.adopt(raised);
    expect(records.kept).toEqual([raised]);
    records.full = true;
    await alerts.adopt(ended);
    expect(records.kept).toEqual([raised]);
    records.full = false;
    await alerts.close();
    expect(records.kept).toEqual([ended]);
  });

  test('of which an older version comes stays as it is', async () => {
    await alerts.adopt(raised);
    const acknowledged = await alerts.acknowledge(raised.id, nurse, null);
    await alerts.adopt(raised);
    expect(alerts.active('ward-a')).toEqual([acknowledged]);
  });

  test('that has ended there is off the screen here, and the next one has the next number', async () => {
    await alerts.adopt(raised);
    await alerts.adopt({ ...raised, version: raised.version + 1, condition: 'cleared', active: false });
    expect(alerts.active('ward-a')).toEqual([]);
    await seconds(17, 141);
    expect(seen).toEqual([expect.objectContaining({ episode: raised.episode + 1 })]);
    expect(seen[0]!.id).not.toBe(raised.id);
  });

  test('that had ended before it was known here leaves its number alone', async () => {
    await alerts.adopt({ ...raised, condition: 'cleared', active: false });
    expect(alerts.active('ward-a')).toEqual([]);
    await seconds(17, 141);
    expect(seen).toEqual([expect.objectContaining({ episode: raised.episode + 1 })]);
  });

  test('of a rule that goes on with another alert here ends, and everybody is told', async () => {
    await seconds(17, 141);
    const own = seen[0]!;
    expect(await alerts.adopt({ ...raised, episode: own.episode + 1 })).toBe(false);
    expect(alerts.active('ward-a')).toEqual([own]);
    expect(seen.slice(1)).toEqual([
      expect.objectContaining({ id: raised.id, version: raised.version + 1, active: false }),
    ]);
    expect(records.kept.at(-1)).toEqual(seen[1]);
    await alerts.acknowledge(own.id, nurse, null);
    await seconds(40, 80);
    expect(alerts.active('ward-a')).toEqual([]);
    await seconds(17, 141);
    expect(alerts.active('ward-a')).toMatchObject([{ episode: own.episode + 2 }]);
  });

  test('is let go of without a word when its patient is watched over elsewhere', async () => {
    await alerts.adopt(raised);
    expect(await alerts.letGo(raised.patientId)).toEqual([raised]);
    expect(alerts.active('ward-a')).toEqual([]);
    expect(seen).toEqual([]);
    await expect(alerts.acknowledge(raised.id, nurse, null)).rejects.toMatchObject({ code: 'ALERT_UNKNOWN' });
  });
});
