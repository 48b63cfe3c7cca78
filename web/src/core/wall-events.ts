import {
  alertSchema,
  analysisModeSchema,
  errorCodeSchema,
  linkQualitySchema,
  mediaIdSchema,
  patientIdSchema,
  roomIdSchema,
  serverLoadSchema,
  soundPauseSchema,
  streamStateSchema,
  tileSendingSchema,
  timestampSchema,
  uuidSchema,
  vitalsMessageSchema,
  waveformMessageSchema,
  type Alert,
  type AnalysisMode,
  type ErrorCode,
  type LinkQuality,
  type ServerLoad,
  type SoundPause,
  type StreamState,
  type VitalsMessage,
  type WaveformMessage,
} from '@haven/protocol';
import { z } from 'zod';
import type { Delivery } from '../media/delivery.ts';
import type { MonitorConnection } from './wall.ts';

const heartbeatSchema = z.object({ serverTime: timestampSchema });
const streamEndedSchema = z.object({ streamId: uuidSchema, patientId: patientIdSchema });
const consumerClosedSchema = z.object({ consumerId: mediaIdSchema });
const consumerSendingSchema = z.object({
  consumerId: mediaIdSchema,
  sending: tileSendingSchema,
  because: z.enum(['network', 'server-load']).nullable(),
});
const viewerQualitySchema = z.object({ quality: linkQualitySchema });
const roomClosedSchema = z.object({ roomId: roomIdSchema, code: errorCodeSchema });
const pausedSchema = z.object({ roomId: roomIdSchema, pause: soundPauseSchema.nullable() });
const modeSchema = z.object({ patientId: patientIdSchema, mode: analysisModeSchema });
const talkSchema = z.object({ patientId: patientIdSchema, clinician: z.string().max(80).nullable() });
const reachedSchema = z.object({ patientId: patientIdSchema, reached: z.boolean() });
const momentSchema = z.object({ at: timestampSchema });

export type WallListeners = {
  heartbeat: (serverTime: number) => void;
  stream: (stream: StreamState) => void;
  streamEnded: (patientId: string, streamId: string) => void;
  vitals: (vitals: VitalsMessage) => void;
  waveform: (waveform: WaveformMessage) => void;
  analysisMode: (patientId: string, mode: AnalysisMode) => void;
  talk: (patientId: string, clinician: string | null) => void;
  reached: (patientId: string, reached: boolean) => void;
  alert: (alert: Alert) => void;
  soundPause: (roomId: string, pause: SoundPause | null) => void;
  consumerClosed: (consumerId: string) => void;
  consumerSending: (consumerId: string, delivery: Omit<Delivery, 'since'>) => void;
  viewerQuality: (quality: LinkQuality) => void;
  load: (load: ServerLoad) => void;
  roomClosed: (roomId: string, code: ErrorCode) => void;
  locked: () => void;
  unlocked: () => void;
};

/** Hands every event of a monitor connection to its listener, once it has its documented form. */
export function listenTo(connection: MonitorConnection, listeners: WallListeners): void {
  connection.on('heartbeat', heartbeatSchema, ({ serverTime }) => listeners.heartbeat(serverTime));
  connection.on('stream:started', streamStateSchema, listeners.stream);
  connection.on('stream:changed', streamStateSchema, listeners.stream);
  connection.on('stream:ended', streamEndedSchema, ({ patientId, streamId }) =>
    listeners.streamEnded(patientId, streamId),
  );
  connection.on('vitals', vitalsMessageSchema, listeners.vitals);
  connection.on('waveform', waveformMessageSchema, listeners.waveform);
  connection.on('patient:analysis-mode', modeSchema, ({ patientId, mode }) =>
    listeners.analysisMode(patientId, mode),
  );
  connection.on('patient:talk', talkSchema, ({ patientId, clinician }) =>
    listeners.talk(patientId, clinician),
  );
  connection.on('patient:reached', reachedSchema, ({ patientId, reached }) =>
    listeners.reached(patientId, reached),
  );
  connection.on('alert', alertSchema, listeners.alert);
  connection.on('alarm:paused', pausedSchema, ({ roomId, pause }) => listeners.soundPause(roomId, pause));
  connection.on('consumer:closed', consumerClosedSchema, ({ consumerId }) =>
    listeners.consumerClosed(consumerId),
  );
  connection.on('consumer:sending', consumerSendingSchema, ({ consumerId, sending, because }) =>
    listeners.consumerSending(consumerId, { sending, because }),
  );
  connection.on('viewer:quality', viewerQualitySchema, ({ quality }) => listeners.viewerQuality(quality));
  connection.on('server:load', serverLoadSchema, listeners.load);
  connection.on('room:closed', roomClosedSchema, ({ roomId, code }) => listeners.roomClosed(roomId, code));
  connection.on('session:locked', momentSchema, listeners.locked);
  connection.on('session:unlocked', momentSchema, listeners.unlocked);
}
