/** Namespace `/monitor`: a clinician's browser, signed in with a user's access token. */
import { z } from 'zod';
import {
  alertSchema,
  reasonSchema,
  soundPauseSchema,
  soundPauseSecondsSchema,
  type Alert,
  type SoundPause,
} from './alerts.ts';
import { clientStatisticsSchema } from './client-statistics.ts';
import type { ErrorCode } from './errors.ts';
import {
  mediaIdSchema,
  patientIdSchema,
  requestIdSchema,
  roomIdSchema,
  timestampSchema,
  uuidSchema,
} from './identifiers.ts';
import {
  dtlsParametersSchema,
  iceParametersSchema,
  iceServersSchema,
  rtpCapabilitiesSchema,
  rtpParametersSchema,
  transportOptionsSchema,
} from './media.ts';
import {
  patientSchema,
  roleSchema,
  roomSchema,
  streamStateSchema,
  type AnalysisMode,
  type StreamEndReason,
  type StreamState,
} from './patients.ts';
import type { DetectedEvent } from './observations.ts';
import { serverLoadSchema, type ServerLoad } from './operations.ts';
import { privacyMinutesSchema, privacyReasonSchema, privacySchema } from './privacy.ts';
import type { LinkQuality } from './quality.ts';
import { emptySchema, type RequestEvents } from './reply.ts';
import { monitorTalkRequests, type ServerToTalker } from './talk.ts';
import { clientSpanSchema, type TraceContext } from './tracing.ts';
import { vitalsMessageSchema, type VitalsMessage, type WaveformMessage } from './vitals.ts';

export const MONITOR_NAMESPACE = '/monitor';

/** The server sends `heartbeat` this often, ms. */
export const HEARTBEAT_INTERVAL_MS = 1000;
/** Without a heartbeat for this long the browser shows ALARMS OFF, ms. */
export const ALARMS_OFF_AFTER_MS = 4000;
/** So long a session goes on without a connection, and its media with it; whoever comes later begins anew. */
export const RESUME_WITHIN_MS = 30_000;

/** What a locked session is told instead of a patient's name. */
export const NAME_WITHHELD = '–';

/** What a viewer sees of one stream. Sizes are in the screen's own pixels. */
export const viewedTileSchema = z.object({
  streamId: uuidSchema,
  width: z.number().int().min(0).max(16_384),
  height: z.number().int().min(0).max(16_384),
  /** On screen, in a window that is not hidden. */
  visible: z.boolean(),
  /** Enlarged, or otherwise what the viewer looks at now. */
  focused: z.boolean(),
});
export type ViewedTile = z.infer<typeof viewedTileSchema>;

/**
 * What a viewer is sent of a stream: moving pictures; nothing, for it is off screen; or the last picture only, because
 * the viewer's network or the server carries no more. A still is shown with its age.
 */
export const tileSendingSchema = z.enum(['live', 'hidden', 'still']);
export type TileSending = z.infer<typeof tileSendingSchema>;

/**
 * Everything a wall needs to draw itself, also after a lost connection. For a locked session: the beds, without names
 * ({@link NAME_WITHHELD}), and the alarms; no streams, no vitals.
 */
export const roomSnapshotSchema = z.object({
  room: roomSchema,
  patients: z.array(patientSchema).max(500),
  streams: z.array(streamStateSchema).max(500),
  /** The latest vitals of each patient that has a stream. */
  vitals: z.array(vitalsMessageSchema).max(500),
  /** Active alerts of the room. */
  alerts: z.array(alertSchema).max(2000),
  /** The running pause of the room's sound, if any. */
  soundPause: soundPauseSchema.nullable(),
  load: serverLoadSchema,
  /** Who talks with which patient now. */
  talks: z
    .array(z.object({ patientId: patientIdSchema, clinician: z.string().max(80) }))
    .max(500)
    .optional(),
  /** Patients whose server is not reached now: neither values nor alarms of theirs arrive. */
  unreached: z.array(patientIdSchema).max(500).optional(),
  serverTime: timestampSchema,
});
export type RoomSnapshot = z.infer<typeof roomSnapshotSchema>;

export const monitorRequests = {
  /** Who am I, and which rooms may I join? */
  'session:describe': {
    request: emptySchema,
    response: z.object({
      userId: uuidSchema,
      displayName: z.string().max(80),
      roles: z.array(roleSchema).max(5),
      rooms: z.array(roomSchema).max(100),
    }),
  },
  /** A newer access token of the same user: the session, its room and its media go on. */
  'session:renew': {
    request: z.object({ token: z.string().min(1).max(4096) }),
    response: z.object({ expiresAt: timestampSchema }),
  },
  /**
   * Joins a room (leaving any other): from now on its events arrive. A locked session hears its alarms only, and the
   * snapshot holds nothing but those.
   */
  'room:join': { request: z.object({ roomId: roomIdSchema }), response: roomSnapshotSchema },
  'room:leave': { request: emptySchema, response: emptySchema },
  /** Opens the viewer's one receive transport; a second call replaces the first. */
  'transport:open': {
    request: z.object({ requestId: requestIdSchema }),
    response: z.object({
      routerRtpCapabilities: rtpCapabilitiesSchema,
      transport: transportOptionsSchema,
      iceServers: iceServersSchema,
    }),
  },
  'transport:connect': {
    request: z.object({ transportId: mediaIdSchema, dtlsParameters: dtlsParametersSchema }),
    response: emptySchema,
  },
  'transport:restart-ice': {
    request: z.object({ transportId: mediaIdSchema }),
    response: z.object({ iceParameters: iceParametersSchema }),
  },
  /** Makes a consumer of a stream, paused; it starts with the lowest layer. */
  'consumer:create': {
    request: z.object({
      requestId: requestIdSchema,
      transportId: mediaIdSchema,
      streamId: uuidSchema,
      rtpCapabilities: rtpCapabilitiesSchema,
    }),
    response: z.object({
      consumerId: mediaIdSchema,
      producerId: mediaIdSchema,
      rtpParameters: rtpParametersSchema,
    }),
  },
  'consumer:resume': { request: z.object({ consumerId: mediaIdSchema }), response: emptySchema },
  'consumer:close': { request: z.object({ consumerId: mediaIdSchema }), response: emptySchema },
  /**
   * What the viewer's screen shows of its streams, whole and whenever it changes: from this the server picks layers and
   * priorities, and pauses what is not seen. A stream that is not named counts as not visible; before the first report
   * every consumer gets the lowest layer.
   */
  'view:report': {
    request: z.object({ tiles: z.array(viewedTileSchema).max(500) }),
    response: emptySchema,
  },
  'alert:acknowledge': {
    request: z.object({
      requestId: requestIdSchema,
      alertId: uuidSchema,
      reason: reasonSchema.optional(),
    }),
    response: alertSchema,
  },
  /** Turns the sound of one alert off for a while, at every station. It stays on screen. */
  'alert:silence': {
    request: z.object({
      requestId: requestIdSchema,
      alertId: uuidSchema,
      seconds: soundPauseSecondsSchema,
      reason: reasonSchema.optional(),
    }),
    response: alertSchema,
  },
  /** Turns the sound of the joined room off for a while, at every station. A new high alert ends the pause. */
  'alarm:pause': {
    request: z.object({
      requestId: requestIdSchema,
      seconds: soundPauseSecondsSchema,
      reason: reasonSchema.optional(),
    }),
    response: soundPauseSchema,
  },
  /** Ends the pause before its time. */
  'alarm:resume': { request: z.object({ requestId: requestIdSchema }), response: emptySchema },
  /** Pauses a patient's picture at its source, with the measuring, for a while; a later one replaces an earlier. */
  'privacy:pause': {
    request: z.object({
      requestId: requestIdSchema,
      patientId: patientIdSchema,
      reason: privacyReasonSchema,
      minutes: privacyMinutesSchema,
      /** Also of a patient with a high alert, and shorter than the bedside asked for. */
      confirmed: z.boolean().optional(),
    }),
    response: privacySchema,
  },
  'privacy:resume': {
    request: z.object({
      requestId: requestIdSchema,
      patientId: patientIdSchema,
      /** Also where the bedside asked for the pause. */
      confirmed: z.boolean().optional(),
    }),
    response: emptySchema,
  },
  /** How the pictures arrive, for metrics over all viewers. One every {@link CLIENT_STATISTICS_INTERVAL_MS}. */
  'client:statistics': { request: clientStatisticsSchema, response: emptySchema },
  /** What the browser has measured of something that is traced. */
  'client:span': { request: clientSpanSchema, response: emptySchema },
  ...monitorTalkRequests,
} as const;

export type MonitorRequests = typeof monitorRequests;
export type MonitorToServer = RequestEvents<MonitorRequests>;

export type ServerToMonitor = ServerToTalker & {
  heartbeat: (event: { serverTime: number }) => void;
  /** First of a connection; of one that was taken up, after all that was missed. From here on it can be taken up. */
  'session:ready': (event: { resumeWithinMs: number }) => void;
  'stream:started': (event: StreamState) => void;
  'stream:changed': (event: StreamState) => void;
  'stream:ended': (event: { streamId: string; patientId: string; reason: StreamEndReason }) => void;
  /** Volatile, once a second a patient. */
  vitals: (event: VitalsMessage) => void;
  /** Volatile. */
  waveform: (event: WaveformMessage) => void;
  /** A new alert, or one that changed: keep the highest version. */
  alert: (event: Alert, trace?: TraceContext) => void;
  /** The room's sound was paused, or (null) sounds again before the pause's own end. */
  'alarm:paused': (event: { roomId: string; pause: SoundPause | null }) => void;
  /** Whether the patient's server is reached: while it is not, neither values nor alarms of theirs arrive. */
  'patient:reached': (event: { patientId: string; reached: boolean }) => void;
  /** The analyzer saw something happen (not an alert). */
  'patient:event': (event: { patientId: string; event: DetectedEvent; at: number }) => void;
  /** Something else is measured of the patient from now on. */
  'patient:analysis-mode': (event: { patientId: string; mode: AnalysisMode }) => void;
  'consumer:closed': (event: { consumerId: string; reason: StreamEndReason }) => void;
  /** The layers that the SFU sends now; null while it sends none. */
  'consumer:layers': (event: {
    consumerId: string;
    spatialLayer: number | null;
    temporalLayer: number | null;
  }) => void;
  /** What the SFU does with a consumer, when it changes. `because` tells why pictures do not move. */
  'consumer:sending': (event: {
    consumerId: string;
    sending: TileSending;
    because: 'network' | 'server-load' | null;
  }) => void;
  /** How the link between the SFU and this viewer fares, when it changes. */
  'viewer:quality': (event: { quality: LinkQuality }) => void;
  /** What the server gives up now, when it changes. */
  'server:load': (event: ServerLoad) => void;
  /** Somebody talks with a patient of the joined room, or (null) no more. */
  'patient:talk': (event: { patientId: string; clinician: string | null }) => void;
  /** The room was taken from this user: its media are closed. */
  'room:closed': (event: { roomId: string; code: ErrorCode }) => void;
  /**
   * Nobody has used the session for too long. Media are closed and vitals stop; heartbeats, alerts, pauses and
   * `patient:reached` of the joined room go on, so that alarms are heard. After `session:unlocked` join again.
   */
  'session:locked': (event: { at: number }) => void;
  'session:unlocked': (event: { at: number }) => void;
  'session:ended': (event: { code: ErrorCode }) => void;
};
