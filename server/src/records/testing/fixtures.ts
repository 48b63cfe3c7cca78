import { randomUUID } from 'node:crypto';
import type { Alert, Observation } from '@haven/protocol';
import { readConfig, type Config } from '../../config/config.ts';

export function testConfig(dataDirectory: string, settings: Record<string, string> = {}): Config {
  return readConfig({ NODE_ENV: 'test', HAVEN_DATA_DIR: dataDirectory, HAVEN_DEMO: '1', ...settings });
}

export function pulse(patientId: string, at: number, value = 72): Extract<Observation, { kind: 'vital' }> {
  return {
    ...common(patientId, at),
    kind: 'vital',
    vital: {
      name: 'pulse',
      unit: '/min',
      state: 'measured',
      value,
      quality: 0.9,
      method: 'pos+chrom',
      windowMs: 10_000,
      measuredAt: at,
      reason: null,
    },
  };
}

type EventObservation = Extract<Observation, { kind: 'event' }>;
type WhatHappened = Pick<EventObservation, 'event' | 'confidence' | 'startedAt' | 'evidence'>;
export function event(patientId: string, at: number, what: WhatHappened): EventObservation {
  return { ...common(patientId, at), kind: 'event', ...what };
}

export function covered(patientId: string, at: number): Extract<Observation, { kind: 'condition' }> {
  return { ...common(patientId, at), kind: 'condition', condition: 'camera-covered', present: true };
}

export function pulseAlert(patientId: string, change: Partial<Alert> = {}): Alert {
  return {
    id: randomUUID(),
    patientId,
    roomId: 'ward-a',
    rule: 'pulse-high',
    priority: 'high',
    episode: 1,
    source: 'synthetic',
    condition: 'present',
    startedAt: 1_795_000_000_000,
    clearedAt: null,
    acknowledgement: null,
    silence: null,
    value: 141,
    limit: 130,
    active: true,
    version: 1,
    change: { kind: 'raised', at: 1_795_000_000_000 },
    ...change,
  };
}

function common(patientId: string, at: number) {
  return {
    id: randomUUID(),
    assignmentId: randomUUID(),
    epoch: 1,
    patientId,
    streamId: randomUUID(),
    source: 'synthetic' as const,
    at,
  };
}
