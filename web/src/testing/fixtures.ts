/** Objects of the protocol for tests and the gallery, each valid by itself and changed by what is given. */
import type {
  Alert,
  Patient,
  RoomSnapshot,
  SoundPause,
  StreamState,
  Vital,
  VitalsMessage,
} from '@haven/protocol';

/** 22 November 2026, 03:00:00 UTC. */
export const T0 = Date.UTC(2026, 10, 22, 3);

/** A UUID by a number. */
export function uuid(number: number): string {
  return `00000000-0000-4000-8000-${number.toString().padStart(12, '0')}`;
}

export function aPatient(change: Partial<Patient> = {}): Patient {
  return { id: 'P-101', roomId: 'ward-1', name: 'Anna Berg', bed: '1', analysisMode: 'both', ...change };
}

export function aStream(change: Partial<StreamState> = {}): StreamState {
  return {
    streamId: uuid(1),
    patientId: 'P-101',
    source: 'camera',
    startedAt: T0,
    lastPacketAt: T0,
    maxSpatialLayer: 1,
    conditions: [],
    quality: 'good',
    privacy: null,
    talk: false,
    ...change,
  };
}

export function aPulse(change: Partial<Vital> = {}): Vital {
  return {
    name: 'pulse',
    unit: '/min',
    state: 'measured',
    value: 72.3,
    quality: 0.93,
    method: 'POS+CHROM',
    windowMs: 10_000,
    measuredAt: T0,
    reason: null,
    ...change,
  };
}

export function someVitals(vitals: Vital[] = [aPulse()], change: Partial<VitalsMessage> = {}): VitalsMessage {
  return { patientId: 'P-101', streamId: uuid(1), source: 'camera', at: T0, vitals, ...change };
}

export function anAlert(change: Partial<Alert> = {}): Alert {
  return {
    id: uuid(900),
    patientId: 'P-101',
    roomId: 'ward-1',
    rule: 'pulse-high',
    priority: 'high',
    episode: 1,
    source: 'camera',
    condition: 'present',
    startedAt: T0,
    clearedAt: null,
    acknowledgement: null,
    silence: null,
    value: 141,
    limit: 120,
    active: true,
    version: 1,
    change: { kind: 'raised', at: T0 },
    ...change,
  };
}

/** Two minutes from {@link T0}, by a nurse: of the room, or the silence of an alert. */
export function aPause(change: Partial<SoundPause> = {}): SoundPause {
  return { userId: uuid(7), userName: 'Nurse Joy', at: T0, until: T0 + 120_000, reason: null, ...change };
}

export function aSnapshot(change: Partial<RoomSnapshot> = {}): RoomSnapshot {
  return {
    room: { id: 'ward-1', name: 'Ward 1' },
    patients: [aPatient()],
    streams: [aStream()],
    vitals: [someVitals()],
    alerts: [],
    soundPause: null,
    load: { step: 'none', overloaded: false, drainingUntil: null },
    serverTime: T0,
    ...change,
  };
}
