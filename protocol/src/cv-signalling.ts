/** Namespace `/cv`: a CV worker, signed in with its own key. */
import { z } from 'zod';
import { errorCodeSchema, type ErrorCode } from './errors.ts';
import { patientIdSchema, uuidSchema } from './identifiers.ts';
import { observationSchema, MAX_OBSERVATIONS_PER_BATCH } from './observations.ts';
import { analysisModeSchema, sourceSchema } from './patients.ts';
import { emptySchema, type RequestEvents } from './reply.ts';
import { waveformMessageSchema } from './vitals.ts';

export const CV_NAMESPACE = '/cv';

/** A stream that a worker is to analyse. A worker may post only for assignments that it holds. */
export const assignmentSchema = z.object({
  assignmentId: uuidSchema,
  epoch: z.number().int().min(0),
  patientId: patientIdSchema,
  streamId: uuidSchema,
  source: sourceSchema,
  /** Never `off`: such a patient's stream is not assigned. Another mode is another assignment. */
  mode: analysisModeSchema.exclude(['off']),
});
export type Assignment = z.infer<typeof assignmentSchema>;

const port = z.number().int().min(1024).max(65535);

/** What ffmpeg needs to know of the RTP that a tap sends: the lines of its SDP. */
export const tapDescriptionSchema = z.object({
  mimeType: z.string().max(64),
  payloadType: z.number().int().min(0).max(127),
  clockRate: z.number().int().min(1),
  ssrc: z.number().int().min(0).max(0xffffffff),
  /** `a=fmtp` parameters, for H.264. */
  parameters: z.record(z.string().max(64), z.union([z.string().max(512), z.number(), z.boolean()])),
  /** The SFU's address and port, from which the RTP comes. */
  sourceIp: z.string().max(64),
  sourcePort: z.number().int().min(1).max(65535),
  /** How the RTP is encrypted (RFC 4568: key and salt); left out on the server's own machine, where it is not. */
  srtp: z
    .object({ cryptoSuite: z.literal('AES_CM_128_HMAC_SHA1_80'), keyBase64: z.base64().length(40) })
    .optional(),
});
export type TapDescription = z.infer<typeof tapDescriptionSchema>;

/** A simulcast layer in two dimensions, 0 the lowest: size, and rate of pictures. */
export const tapLayersSchema = z.object({
  spatialLayer: z.number().int().min(0).max(2),
  temporalLayer: z.number().int().min(0).max(2),
});
export type TapLayers = z.infer<typeof tapLayersSchema>;

export const workerStatusSchema = z.object({
  threads: z.number().int().min(0).max(1024),
  busyThreads: z.number().int().min(0).max(1024),
  queuedFrames: z.number().int().min(0),
  /** Of all analysis threads together: heap in use, and tensors that exist. */
  heapBytes: z.number().min(0).optional(),
  tensors: z.number().int().min(0).optional(),
  streams: z
    .array(
      z.object({
        assignmentId: uuidSchema,
        /** Totals since the assignment began. */
        framesDecoded: z.number().int().min(0),
        framesAnalysed: z.number().int().min(0),
        framesDropped: z.number().int().min(0),
        decoderRestarts: z.number().int().min(0),
        /** Age of the last analysed frame, ms; null before the first. */
        lastFrameAgeMs: z.number().min(0).nullable(),
        /** From a frame's arrival to its analysis, ms, median of the last interval; null without frames. */
        latencyMs: z.number().min(0).nullable(),
        /** Pictures a second that are aimed at now. */
        frameRate: z.number().min(0).max(120),
        /** Whether that is fewer than usual because the worker is short of processor time. */
        reduced: z.boolean(),
        layers: tapLayersSchema,
      }),
    )
    .max(500),
});
export type WorkerStatus = z.infer<typeof workerStatusSchema>;

export const cvRequests = {
  /** Opens (or opens anew) the tap of an assignment towards the worker's own port pair: RTP, and RTCP one above. */
  'tap:open': {
    request: z.object({
      assignmentId: uuidSchema,
      epoch: z.number().int().min(0),
      ip: z.string().max(64),
      rtpPort: port,
      /** Without it the smallest pictures, and temporal layer 1. */
      layers: tapLayersSchema.optional(),
    }),
    response: tapDescriptionSchema,
  },
  /** The decoder has bound its port: packets may flow, beginning with a key frame. */
  'tap:resume': { request: z.object({ assignmentId: uuidSchema }), response: emptySchema },
  /** Chooses the layers of an open tap; answers with what the stream has. Every change of size begins with a key frame. */
  'tap:layers': {
    request: z.object({ assignmentId: uuidSchema, layers: tapLayersSchema }),
    response: tapLayersSchema,
  },
  /** Asks the publisher for a key frame; the server merges requests. */
  'tap:key-frame': { request: z.object({ assignmentId: uuidSchema }), response: emptySchema },
  /** Answered after the batch is journalled: what is accepted here is never lost. */
  observations: {
    request: z.object({ observations: z.array(observationSchema).min(1).max(MAX_OBSERVATIONS_PER_BATCH) }),
    response: z.object({
      accepted: z.number().int().min(0),
      rejected: z.array(z.object({ id: uuidSchema, code: errorCodeSchema })),
    }),
  },
  /** Pieces of waveforms; not stored. */
  waveforms: {
    request: z.object({ waveforms: z.array(waveformMessageSchema).min(1).max(100) }),
    response: emptySchema,
  },
  'worker:status': { request: workerStatusSchema, response: emptySchema },
} as const;

export type CvRequests = typeof cvRequests;
export type CvToServer = RequestEvents<CvRequests>;

export type ServerToCv = {
  assign: (assignment: Assignment) => void;
  unassign: (event: { assignmentId: string; epoch: number }) => void;
  /** Whether the patient has an active alert: such streams keep their frame rate longest. */
  'assignment:priority': (event: { assignmentId: string; inAlert: boolean }) => void;
  /** Whether the machine is so busy that fewer pictures are to be analysed, first of patients who are not in alert. */
  'analysis:pace': (event: { reduced: boolean }) => void;
  'session:ended': (event: { code: ErrorCode }) => void;
};

/** What a CV worker says of itself in the handshake, beside its key. */
export const cvHandshakeSchema = z.object({
  name: z.string().regex(/^[a-zA-Z0-9._-]{1,64}$/),
  /** How many streams it takes at most. */
  capacity: z.number().int().min(1).max(500),
});
