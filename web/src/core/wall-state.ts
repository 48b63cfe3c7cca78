import type {
  Alert,
  AnalysisMode,
  Patient,
  Role,
  Room,
  RoomSnapshot,
  ServerLoad,
  SoundPause,
  StreamState,
  VitalsMessage,
} from '@haven/protocol';
import { mergeAlerts } from './alert-view.ts';

/** How many ended alerts a wall remembers; a message about one is late by seconds, not by this many episodes. */
const MAX_ENDED_ALERTS = 200;

export type PatientState = {
  patient: Patient;
  stream: StreamState | null;
  /** Earlier ones of which servers still tell: the device is where the latest is. */
  older?: readonly StreamState[];
  /** When this browser learned of the stream, ms. */
  streamSince: number;
  vitals: VitalsMessage | null;
  /** When the vitals arrived here, ms. */
  vitalsAt: number;
  /** False: the patient's server is not reached. Neither values nor alarms arrive, though the picture may. */
  reached: boolean;
};

/** What a wall knows of its room. Immutable: an unchanged part keeps its identity. */
export type WallState = {
  room: Room | null;
  /** Rooms that this user may watch. */
  rooms: readonly Room[];
  /** What this user is: decides what is offered. */
  roles: readonly Role[];
  patients: ReadonlyMap<string, PatientState>;
  alerts: ReadonlyMap<string, Alert>;
  /** The last pause of the room's sound, running or over. */
  soundPause: SoundPause | null;
  load: ServerLoad;
  /** Who talks with which patient now, by the patient's id. */
  talks: ReadonlyMap<string, string>;
};

export const EMPTY_WALL: WallState = {
  room: null,
  rooms: [],
  roles: [],
  patients: new Map(),
  alerts: new Map(),
  soundPause: null,
  talks: new Map(),
  load: { step: 'none', overloaded: false, drainingUntil: null },
};

/** What arrived while a snapshot was under way: it may be newer than the snapshot. */
export type Early = {
  alerts: ReadonlyMap<string, Alert>;
  soundPause?: SoundPause | null;
  load?: ServerLoad;
  /** Whose server is reached, or is not any more. */
  reached: ReadonlyMap<string, boolean>;
};
export const NOTHING_EARLY: Early = { alerts: new Map(), reached: new Map() };

/** The wall after joining a room. */
export function withSnapshot(state: WallState, snapshot: RoomSnapshot, early: Early, now: number): WallState {
  const vitals = new Map(snapshot.vitals.map((message) => [message.patientId, message]));
  const unreached = new Set(snapshot.unreached);
  const patients = snapshot.patients
    .toSorted((a, b) => a.bed.localeCompare(b.bed, 'en', { numeric: true }) || a.id.localeCompare(b.id))
    .map((patient): [string, PatientState] => {
      const before = state.patients.get(patient.id);
      const [stream = null, ...older] = latestFirst(
        snapshot.streams.filter(({ patientId }) => patientId === patient.id),
      );
      const same = stream !== null && before?.stream?.streamId === stream.streamId;
      return [
        patient.id,
        {
          patient,
          stream,
          older,
          streamSince: same ? before.streamSince : now,
          vitals: ofStream(vitals.get(patient.id) ?? null, stream),
          vitalsAt: now,
          reached: early.reached.get(patient.id) ?? !unreached.has(patient.id),
        },
      ];
    });
  return {
    ...state,
    room: snapshot.room,
    patients: new Map(patients),
    talks: new Map((snapshot.talks ?? []).map(({ patientId, clinician }) => [patientId, clinician])),
    alerts: onlyOf(snapshot.room.id, mergeAlerts(early.alerts, snapshot.alerts)),
    soundPause: early.soundPause === undefined ? snapshot.soundPause : early.soundPause,
    load: early.load ?? snapshot.load,
  };
}

/** A stream began or changed. */
export function withStream(state: WallState, told: StreamState, now: number): WallState {
  return change(state, told.patientId, (before) => {
    const [stream = told, ...older] = latestFirst([told, ...streamsOf(before, told.streamId)]);
    if (stream !== told) return { ...before, older };
    const same = before.stream?.streamId === stream.streamId;
    // After a pause the picture is waited for as if it were new.
    const isPauseOver = before.stream?.privacy != null && stream.privacy === null;
    return {
      ...before,
      stream,
      older,
      streamSince: same && !isPauseOver ? before.streamSince : now,
      // What was measured before a pause counts no more after it.
      vitals: same && stream.privacy === null ? before.vitals : null,
    };
  });
}

export function withoutStream(state: WallState, patientId: string, streamId: string): WallState {
  return change(state, patientId, (before) => {
    const [stream = null, ...older] = streamsOf(before, streamId);
    if (before.stream?.streamId === streamId) return { ...before, stream, older, vitals: null };
    return older.length === before.older?.length ? before : { ...before, older };
  });
}

/** Vitals of a stream that is not the patient's present one are of the past and dropped. */
export function withVitals(state: WallState, vitals: VitalsMessage, now: number): WallState {
  return change(state, vitals.patientId, (before) => {
    if (ofStream(vitals, before.stream) === null || before.stream?.privacy != null) return before;
    if (before.vitals !== null && vitals.at < before.vitals.at) return before;
    return { ...before, vitals, vitalsAt: now };
  });
}

/** Something else is measured from now on: what was measured until now no longer counts. */
export function withAnalysisMode(state: WallState, patientId: string, analysisMode: AnalysisMode): WallState {
  return change(state, patientId, (before) => ({
    ...before,
    patient: { ...before.patient, analysisMode },
    vitals: null,
  }));
}

/** The server of a patient is reached, or is not any more. */
export function withReach(state: WallState, patientId: string, reached: boolean): WallState {
  return change(state, patientId, (before) => (before.reached === reached ? before : { ...before, reached }));
}

export function withAlert(state: WallState, alert: Alert): WallState {
  const known = state.alerts.get(alert.id);
  // A server let go of it without a word that it ended: another one may show it as it was.
  const isLetGo = known?.version === alert.version && known.active && !alert.active;
  if (isLetGo || alert.roomId !== state.room?.id) return withoutAlert(state, alert);
  return { ...state, alerts: withoutOldest(mergeAlerts(state.alerts, [alert])) };
}

/** Somebody talks with a patient, or (null) no more. */
export function withTalk(state: WallState, patientId: string, clinician: string | null): WallState {
  const talks = new Map(state.talks);
  if (clinician === null) talks.delete(patientId);
  else talks.set(patientId, clinician);
  return { ...state, talks };
}

/** Locked: pictures and values are let go of, not only hidden; who lies where and the alerts stay. */
export function withoutMeasurements(state: WallState): WallState {
  const patients = [...state.patients].map(([id, before]): [string, PatientState] => [
    id,
    { ...before, stream: null, older: [], vitals: null },
  ]);
  return { ...state, patients: new Map(patients), talks: new Map() };
}

/** One that left with its patient for another room. */
function withoutAlert(state: WallState, { id, version }: Alert): WallState {
  const known = state.alerts.get(id);
  if (known === undefined || version < known.version) return state;
  const alerts = new Map(state.alerts);
  alerts.delete(id);
  return { ...state, alerts };
}

function withoutOldest(alerts: ReadonlyMap<string, Alert>): ReadonlyMap<string, Alert> {
  const ended = [...alerts.values()].filter(({ active }) => !active);
  if (ended.length <= MAX_ENDED_ALERTS) return alerts;
  const oldest = ended.reduce((a, b) => (a.startedAt <= b.startedAt ? a : b));
  const kept = new Map(alerts);
  kept.delete(oldest.id);
  return kept;
}

/** Alerts on screen. Those that ended stay in the state with their version, so that a late message cannot revive one. */
export function activeAlerts(state: WallState): readonly Alert[] {
  return [...state.alerts.values()].filter(({ active }) => active);
}

/** Patients whose alarms do not arrive, in the order of their beds. */
export function unreachedPatients(state: WallState): readonly Patient[] {
  return [...state.patients.values()].filter(({ reached }) => !reached).map(({ patient }) => patient);
}

/** What came before the snapshot may be of the room that was left. */
function onlyOf(room: string, alerts: ReadonlyMap<string, Alert>): ReadonlyMap<string, Alert> {
  return new Map([...alerts].filter(([, { active, roomId }]) => active && roomId === room));
}

function latestFirst(streams: readonly StreamState[]): StreamState[] {
  return streams.toSorted((a, b) => b.startedAt - a.startedAt);
}

/** Of one patient, the latest first, without one of them. */
function streamsOf({ stream, older = [] }: PatientState, without: string): StreamState[] {
  const all = stream === null ? [] : [stream, ...older];
  return all.filter(({ streamId }) => streamId !== without);
}

function ofStream(vitals: VitalsMessage | null, stream: StreamState | null): VitalsMessage | null {
  return vitals !== null && vitals.streamId === stream?.streamId ? vitals : null;
}

function change(
  state: WallState,
  patientId: string,
  changed: (before: PatientState) => PatientState,
): WallState {
  const before = state.patients.get(patientId);
  if (before === undefined) return state;
  const after = changed(before);
  if (after === before) return state;
  return { ...state, patients: new Map(state.patients).set(patientId, after) };
}
