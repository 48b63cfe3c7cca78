/** Namespace `/device`: a bedside device or the browser's publisher page, signed in with a device token. */
import { z } from 'zod';
import { mediaIdSchema, patientIdSchema, requestIdSchema, uuidSchema } from './identifiers.ts';
import {
  dtlsParametersSchema,
  iceParametersSchema,
  iceServersSchema,
  rtpCapabilitiesSchema,
  rtpParametersSchema,
  transportOptionsSchema,
} from './media.ts';
import type { ErrorCode } from './errors.ts';
import { sourceSchema, type StreamEndReason } from './patients.ts';
import { privacyMinutesSchema, privacyReasonSchema, privacySchema, type Privacy } from './privacy.ts';
import { emptySchema, type RequestEvents } from './reply.ts';
import { deviceTalkRequests, type ServerToTalker } from './talk.ts';

export const DEVICE_NAMESPACE = '/device';

/** What a device may send, so that an encoder can be set up before the first frame. */
export const publishConstraintsSchema = z.object({
  maxFramesPerSecond: z.number().int().min(1).max(60),
  /** Of all layers together, bit/s. */
  maxBitrate: z.number().int().min(50_000),
});

export const deviceStateSchema = z.object({
  streamId: uuidSchema,
  framesPerSecond: z.number().min(0).max(240),
  bitrate: z.number().min(0).max(100_000_000),
  /** Layers being sent, lowest first. */
  layers: z
    .array(z.object({ width: z.number().int().min(1).max(8192), height: z.number().int().min(1).max(8192) }))
    .max(4),
  roundTripMs: z.number().min(0).max(60_000).nullable(),
  lossFraction: z.number().min(0).max(1).nullable(),
});
export type DeviceState = z.infer<typeof deviceStateSchema>;

export const deviceRequests = {
  /** Claims the patient's stream and opens a send transport. The same device elsewhere is superseded. */
  'publish:start': {
    request: z.object({
      requestId: requestIdSchema,
      patientId: patientIdSchema,
      source: sourceSchema,
      /** Whether the bedside has a microphone and a loudspeaker for talks. */
      talk: z.boolean().optional(),
      /** A pause that began before the connection was lost, and still runs. */
      privacy: privacySchema.nullable().optional(),
    }),
    response: z.object({
      streamId: uuidSchema,
      routerRtpCapabilities: rtpCapabilitiesSchema,
      transport: transportOptionsSchema,
      iceServers: iceServersSchema,
      constraints: publishConstraintsSchema,
      /** The pause that runs, also one that was asked for while the device was away. */
      privacy: privacySchema.nullable().optional(),
    }),
  },
  'publish:connect': {
    request: z.object({ streamId: uuidSchema, dtlsParameters: dtlsParametersSchema }),
    response: emptySchema,
  },
  /** Starts the video; viewers of the patient's room hear of the stream. */
  'publish:produce': {
    request: z.object({
      requestId: requestIdSchema,
      streamId: uuidSchema,
      rtpParameters: rtpParametersSchema,
    }),
    response: z.object({ producerId: mediaIdSchema }),
  },
  'publish:restart-ice': {
    request: z.object({ streamId: uuidSchema }),
    response: z.object({ iceParameters: iceParametersSchema }),
  },
  'publish:state': { request: deviceStateSchema, response: emptySchema },
  /** Somebody at the bedside pauses the picture (null: it goes on). The device stops sending by itself. */
  'publish:privacy': {
    request: z.object({
      requestId: requestIdSchema,
      streamId: uuidSchema,
      pause: z.object({ reason: privacyReasonSchema, minutes: privacyMinutesSchema }).nullable(),
    }),
    response: z.object({ privacy: privacySchema.nullable() }),
  },
  'publish:stop': { request: z.object({ streamId: uuidSchema }), response: emptySchema },
  ...deviceTalkRequests,
} as const;

export type DeviceRequests = typeof deviceRequests;
export type DeviceToServer = RequestEvents<DeviceRequests>;

export type ServerToDevice = ServerToTalker & {
  /** First of a connection; of one that was taken up, after all that was missed. From here on it can be taken up. */
  'session:ready': (event: { resumeWithinMs: number }) => void;
  /**
   * The stream is over; `superseded` and `revoked` are final, after the others the device publishes again. After
   * `bitrate-exceeded` it is refused for a while, and has to send less.
   */
  'stream:ended': (event: { streamId: string; reason: StreamEndReason }) => void;
  /** The highest layer that anyone watches; layers above it need not be encoded. */
  'stream:layers': (event: { streamId: string; maxSpatialLayer: number }) => void;
  /** The picture is to be paused at its source, or (null) to be sent again. */
  'stream:privacy': (event: { streamId: string; privacy: Privacy | null }) => void;
  /** A clinician wants to talk: `talk:join`, and show at the bedside who. */
  'talk:started': (event: { talkId: string; clinician: string; until: number }) => void;
  /** The server stops at `deadline`: publish anew elsewhere before. Null: it was taken back. */
  'server:draining': (event: { deadline: number | null }) => void;
  /** The session is over before the socket closes: the token was revoked, or the server stops. */
  'session:ended': (event: { code: ErrorCode }) => void;
};
