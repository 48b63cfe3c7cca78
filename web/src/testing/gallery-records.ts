/** What the gallery's patient has been through: trends with gaps, a few alerts, limits of the patient's own. */
import {
  DEFAULT_ALERT_LIMITS,
  HavenError,
  type Alert,
  type LimitsInForce,
  type Trend,
} from '@haven/protocol';
import type { SignedInApi } from '../core/signed-in-api.ts';
import { anAlert, uuid } from './fixtures.ts';

const MINUTE = 60_000;
const now = Date.now();

function trend(name: Trend['name'], minutes: number, until: number, rate: (minute: number) => number): Trend {
  const points = Array.from({ length: minutes }, (_, index) => {
    const at = until - (minutes - index) * MINUTE;
    const missing = index % 131 > 118 || (index > 20 && index < 24);
    const mean = missing ? null : rate(index) + 3 * Math.sin(index * 1.7);
    return {
      at,
      mean,
      low: mean === null ? null : mean - 4,
      high: mean === null ? null : mean + 5,
      coverage: missing ? 0 : 0.92,
    };
  });
  return { name, stepMs: MINUTE, points };
}

function trends(minutes: number, until: number): Trend[] {
  return [
    trend('pulse', minutes, until, (minute) => 84 + 50 * Math.exp(-(((minutes - 30 - minute) / 18) ** 2))),
    trend('breathing', minutes, until, (minute) => 16 + 4 * Math.sin(minute / 60)),
    trend('sdnn', minutes, until, (minute) => 42 + 8 * Math.sin(minute / 45)),
  ];
}

const history: Alert[] = Array.from({ length: 5 }, (_, index) =>
  anAlert({
    id: uuid(800 + index),
    startedAt: now - (35 + index * 95) * MINUTE,
    priority: (['high', 'medium', 'technical'] as const)[index % 3]!,
    rule: (['pulse-high', 'breathing-high', 'signal-lost'] as const)[index % 3]!,
    ...(index % 3 === 2 ? { value: null, limit: null } : {}),
    condition: 'cleared',
    clearedAt: now - (30 + index * 95) * MINUTE,
    active: false,
    acknowledgement:
      index === 1 ? null : { userId: uuid(7), userName: 'Nurse Joy', at: now, reason: 'Patient checked' },
  }),
);

const room: LimitsInForce = {
  limits: { ...DEFAULT_ALERT_LIMITS },
  origin: 'haven',
  version: 0,
  changed: null,
};
const inForce: LimitsInForce = {
  limits: { ...DEFAULT_ALERT_LIMITS, pulseHigh: 120, breathingHigh: 25 },
  origin: 'patient',
  version: 3,
  changed: {
    userId: uuid(7),
    userName: 'Dr Ada Clinician',
    at: now - 90 * MINUTE,
    reason: 'Known for this patient',
  },
};

function answer(path: string): unknown {
  const hours = /trends\?hours=(\d+)/.exec(path)?.[1];
  if (hours !== undefined) {
    const minutes = Number(hours) * 60;
    return { patientId: 'P-101', since: now - minutes * MINUTE, until: now, trends: trends(minutes, now) };
  }
  if (path.includes('/alerts?')) return { alerts: history };
  if (path.startsWith('/alerts/')) return life(history.find(({ id }) => path.endsWith(id)) ?? history[0]!);
  if (path.startsWith('/rooms/')) return { roomId: 'ward-1', inForce: room };
  if (path.endsWith('/analysis-mode')) return { patientId: 'P-101', mode: 'both' };
  if (path.endsWith('/limits')) return { patientId: 'P-101', inForce, room };
  throw new HavenError('NOT_FOUND');
}

function life(alert: Alert) {
  const { value, limit, startedAt } = alert;
  const by = { userId: uuid(7), userName: 'Nurse Joy' };
  const at = (minutes: number) => startedAt + minutes * MINUTE;
  return {
    alert,
    transitions: [
      { version: 1, change: { kind: 'raised', at: at(0) }, value, limit, by: null, reason: null },
      { version: 2, change: { kind: 'silenced', at: at(1) }, value, limit, by, reason: null },
      {
        version: 3,
        change: { kind: 'acknowledged', at: at(2) },
        value,
        limit,
        by,
        reason: 'Patient checked',
      },
      { version: 4, change: { kind: 'cleared', at: at(5) }, value, limit, by: null, reason: null },
    ],
    events: [
      {
        ...{ id: uuid(700), event: 'restless', at: at(-2), startedAt: at(-7), confidence: 0.8 },
        evidence: { shareOfTimeMoving: 0.7, minutes: 5 },
      },
      {
        ...{ id: uuid(701), event: 'second-person', at: at(2), startedAt: null, confidence: 0.9 },
        evidence: null,
      },
    ],
    trends: trends(30, at(15)),
  };
}

export const galleryRequest: SignedInApi = async (path, schema) => {
  await Promise.resolve();
  return schema.parse(answer(path));
};
