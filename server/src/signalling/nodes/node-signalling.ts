/**
 * Namespace `/node`: one node of a cluster at another one's door. Each node connects to every other one: what happens
 * on a node then reaches all viewers without Redis, and each asks by its own connection.
 */
import {
  alertSchema,
  detectedEventSchema,
  emptySchema,
  monitorRequests,
  patientIdSchema,
  privacyMinutesSchema,
  privacyReasonSchema,
  privacySchema,
  reasonSchema,
  roomIdSchema,
  rtpParametersSchema,
  soundPauseSchema,
  soundPauseSecondsSchema,
  streamEndReasonSchema,
  streamStateSchema,
  talkEndReasonSchema,
  timestampSchema,
  uuidSchema,
  vitalsMessageSchema,
  waveformMessageSchema,
  type ErrorCode,
  type RequestEvents,
} from '@haven/protocol';
import { z } from 'zod';
import { pauseRecordSchema } from '../../privacy/pause-record.ts';
import { MOST_PAUSES } from '../../privacy/privacy-file.ts';
import type { WatchedStream } from '../../sfu/watched-stream.ts';

export const NODE_NAMESPACE = '/node';
/** Of one patient, at once. */
export const MOST_ALERTS_OF_PATIENT = 1_000;

/** Beside the cluster's secret, what a node says of itself in the handshake. */
export const nodeHandshakeSchema = z.object({
  node: z.string().min(1).max(64),
  secret: z.string().min(1).max(256),
  /** Another at each start: what an earlier process held is gone. */
  bootId: uuidSchema,
});

/** A stream as other nodes know it. */
export const sharedStreamSchema = z.object({
  roomId: roomIdSchema,
  deviceId: z.string().max(64),
  /** Of its video. */
  mimeType: z.string().max(64),
  state: streamStateSchema,
  /** Of the pictures of its spatial layers, pixels, lowest first. */
  sizes: z.array(z.object({ width: z.number().positive(), height: z.number().positive() })).max(4),
});
export type SharedStream = z.infer<typeof sharedStreamSchema>;

export function sharedStreamOf({
  identity: { roomId, deviceId },
  mimeType,
  state,
  sizes,
}: Pick<WatchedStream, 'identity' | 'mimeType' | 'state' | 'sizes'>): SharedStream {
  return { roomId, deviceId, mimeType, state, sizes: [...sizes] };
}

/** A user who does something at another node, where their rights were checked. */
const signatorySchema = z.object({ userId: uuidSchema, displayName: z.string().max(80) });
const actorSchema = z.object({ name: z.string().max(128), address: z.string().max(64) });

const pauseSchema = z.object({ patientId: patientIdSchema, record: pauseRecordSchema });

/** What happens on a node and concerns viewers of others. */
export const nodeEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('stream'), stream: sharedStreamSchema }),
  z.object({
    kind: z.literal('stream-ended'),
    roomId: roomIdSchema,
    streamId: uuidSchema,
    patientId: patientIdSchema,
    reason: streamEndReasonSchema,
  }),
  z.object({ kind: z.literal('vitals'), roomId: roomIdSchema, message: vitalsMessageSchema }),
  z.object({ kind: z.literal('waveform'), roomId: roomIdSchema, message: waveformMessageSchema }),
  z.object({ kind: z.literal('alert'), alert: alertSchema, leftRoomId: roomIdSchema.nullable() }),
  /** This node has the patient from now on. */
  z.object({ kind: z.literal('patient-taken'), patientId: patientIdSchema }),
  /** A pause of a patient's picture began at this node, or ended. */
  z.object({ kind: z.literal('privacy'), ...pauseSchema.shape }),
  z.object({ kind: z.literal('sound-pause'), roomId: roomIdSchema, pause: soundPauseSchema.nullable() }),
  z.object({
    kind: z.literal('patient-event'),
    roomId: roomIdSchema,
    patientId: patientIdSchema,
    event: detectedEventSchema,
    at: timestampSchema,
  }),
  /** Somebody talks with a patient of this node, or (null) no more. */
  z.object({
    kind: z.literal('patient-talk'),
    roomId: roomIdSchema,
    patientId: patientIdSchema,
    clinician: signatorySchema.nullable(),
  }),
  /** To the node where the clinician is: the bedside speaks. */
  z.object({ kind: z.literal('talk-heard'), talkId: uuidSchema }),
  z.object({ kind: z.literal('talk-ended'), talkId: uuidSchema, reason: talkEndReasonSchema }),
]);
export type NodeEvent = z.infer<typeof nodeEventSchema>;

/** One end of a pipe between the media workers of two nodes; SRTP protects what crosses the network. */
export const pipeEndSchema = z.object({
  ip: z.union([z.ipv4(), z.ipv6()]),
  port: z.number().int().min(1).max(65_535),
  srtpParameters: z.object({
    cryptoSuite: z.enum([
      'AEAD_AES_256_GCM',
      'AEAD_AES_128_GCM',
      'AES_CM_128_HMAC_SHA1_80',
      'AES_CM_128_HMAC_SHA1_32',
    ]),
    keyBase64: z.base64().max(128),
  }),
});
export type PipeEnd = z.infer<typeof pipeEndSchema>;

const pipeDemandSchema = z.object({
  pipeId: uuidSchema,
  /** The highest layer that anybody watches beyond the pipe; null: nobody does. */
  maxSpatialLayer: z.number().int().min(0).max(3).nullable(),
});

/** What a clinician asks about a talk, as their own node passes it on; which TURN relays there are it knows itself. */
const {
  'talk:start': start,
  'talk:connect': connect,
  'talk:produce': produce,
  'talk:consume': consume,
} = monitorRequests;
/** Whether something is asked for the second time was found out by the clinician's own node. */
const ONCE = { requestId: true } as const;
const talkStartedSchema = start.response.omit({ iceServers: true });
export type NodeTalkStarted = z.infer<typeof talkStartedSchema>;

export const nodeRequests = {
  /** What this node holds now, for one that has just connected. */
  'node:snapshot': {
    request: emptySchema,
    response: z.object({
      /** Another at each start. */
      bootId: uuidSchema,
      streams: z.array(sharedStreamSchema).max(10_000),
      vitals: z.array(z.object({ roomId: roomIdSchema, message: vitalsMessageSchema })).max(10_000),
      alerts: z.array(alertSchema).max(20_000),
      /** Alerts that this node let go of, until the node that has their patient says that it has them. */
      entrusted: z
        .array(z.object({ node: z.string().max(64), alert: alertSchema }))
        .max(20_000)
        // A node of an earlier version does not say so.
        .default([]),
      talks: z
        .array(z.object({ roomId: roomIdSchema, patientId: patientIdSchema, clinician: z.string().max(80) }))
        .max(10_000),
      /** Of its own patients and of others'. */
      pauses: z.array(pauseSchema).max(MOST_PAUSES),
    }),
  },
  /** A patient's alerts as this node watched over them, also those that ended lately: the newest of them. */
  'patient:alerts': {
    request: z.object({ patientId: patientIdSchema }),
    response: z.object({ alerts: z.array(alertSchema).max(MOST_ALERTS_OF_PATIENT) }),
  },
  /** The asking node lets go of alerts of a patient whom this one has. */
  'patient:hand-over': {
    request: z.object({
      patientId: patientIdSchema,
      alerts: z.array(alertSchema).max(MOST_ALERTS_OF_PATIENT),
    }),
    /** Whether this node has the patient: then it watches over what it takes of these. */
    response: z.object({ taken: z.boolean() }),
  },
  /** Sends a stream of this node to the asking one. */
  'pipe:open': {
    request: z.object({ pipeId: uuidSchema, streamId: uuidSchema, to: pipeEndSchema }),
    response: z.object({ from: pipeEndSchema, rtpParameters: rtpParametersSchema }),
  },
  'pipe:demand': { request: pipeDemandSchema, response: emptySchema },
  'pipe:close': { request: z.object({ pipeId: uuidSchema }), response: emptySchema },
  /** The pipes by which this node sends to the asking one, also those that open, and what was demanded of each. */
  'pipe:list': {
    request: emptySchema,
    response: z.object({ pipes: z.array(pipeDemandSchema).max(10_000) }),
  },
  /** Somebody did this to an alert of this node at another one, where their rights were checked. */
  'alert:amend': {
    request: z.object({
      alertId: uuidSchema,
      by: signatorySchema,
      reason: reasonSchema.nullable(),
      /** Of a silence; null: it is acknowledged. */
      seconds: soundPauseSecondsSchema.nullable(),
    }),
    response: alertSchema,
  },
  /** A clinician pauses the picture of a patient of this node, or ends a pause. */
  'privacy:pause': {
    request: z.object({
      patientId: patientIdSchema,
      reason: privacyReasonSchema,
      minutes: privacyMinutesSchema,
      confirmed: z.boolean(),
    }),
    response: z.object({ privacy: privacySchema, before: privacySchema.nullable() }),
  },
  'privacy:resume': {
    request: z.object({ patientId: patientIdSchema, confirmed: z.boolean() }),
    response: z.object({ ended: z.boolean(), before: privacySchema.nullable() }),
  },
  /** A clinician at another node talks with a patient of this one: browser and media worker connect directly. */
  'talk:start': {
    request: z.object({ patientId: patientIdSchema, talker: signatorySchema, actor: actorSchema }),
    response: talkStartedSchema,
  },
  'talk:connect': connect,
  'talk:produce': { ...produce, request: produce.request.omit(ONCE) },
  'talk:consume': { ...consume, request: consume.request.omit(ONCE) },
  'talk:end': {
    request: z.object({ talkId: uuidSchema, reason: talkEndReasonSchema }),
    response: emptySchema,
  },
} as const;

export type NodeRequests = typeof nodeRequests;
export type NodeToServer = RequestEvents<NodeRequests>;

export type ServerToNode = {
  event: (event: NodeEvent) => void;
  /** Volatile, once a second: this node is there, and what it told has been sent. */
  beat: (event: { at: number }) => void;
  'session:ended': (event: { code: ErrorCode }) => void;
};
