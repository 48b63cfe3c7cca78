/** Talk: a clinician and one bedside hear each other while the clinician holds a key. */
import { z } from 'zod';
import {
  mediaIdSchema,
  patientIdSchema,
  requestIdSchema,
  timestampSchema,
  uuidSchema,
} from './identifiers.ts';
import {
  dtlsParametersSchema,
  iceServersSchema,
  rtpCapabilitiesSchema,
  rtpParametersSchema,
  transportOptionsSchema,
} from './media.ts';
import { emptySchema } from './reply.ts';

export const talkEndReasonSchema = z.enum([
  'finished',
  'clinician-lost',
  'device-lost',
  'time-limit',
  'not-allowed',
  'media-worker-died',
  'server-stopping',
]);
export type TalkEndReason = z.infer<typeof talkEndReasonSchema>;

/** What both sides need to build an end of the one transport that carries both voices. */
const talkMediaSchema = z.object({
  talkId: uuidSchema,
  routerRtpCapabilities: rtpCapabilitiesSchema,
  /** To send one's own voice. */
  sendTransport: transportOptionsSchema,
  /** To hear the other's. */
  receiveTransport: transportOptionsSchema,
  iceServers: iceServersSchema,
});
export type TalkMedia = z.infer<typeof talkMediaSchema>;

const talkMediaRequests = {
  'talk:connect': {
    request: z.object({
      talkId: uuidSchema,
      transportId: mediaIdSchema,
      dtlsParameters: dtlsParametersSchema,
    }),
    response: emptySchema,
  },
  'talk:produce': {
    request: z.object({ requestId: requestIdSchema, talkId: uuidSchema, rtpParameters: rtpParametersSchema }),
    response: z.object({ producerId: mediaIdSchema }),
  },
  /** The other's voice, as soon as it speaks (`talk:heard`); it flows at once. */
  'talk:consume': {
    request: z.object({
      requestId: requestIdSchema,
      talkId: uuidSchema,
      rtpCapabilities: rtpCapabilitiesSchema,
    }),
    response: z.object({
      consumerId: mediaIdSchema,
      producerId: mediaIdSchema,
      rtpParameters: rtpParametersSchema,
    }),
  },
  'talk:end': { request: z.object({ talkId: uuidSchema }), response: emptySchema },
} as const;

/** Of a clinician. One talk at a time, with one patient, who talks with nobody else. */
export const monitorTalkRequests = {
  'talk:start': {
    request: z.object({ requestId: requestIdSchema, patientId: patientIdSchema }),
    response: talkMediaSchema.extend({
      /** It ends by itself then. */
      until: timestampSchema,
    }),
  },
  ...talkMediaRequests,
} as const;

/** Of a device that can be heard and can hear (`publish:start` with `talk: true`). */
export const deviceTalkRequests = {
  /** Answers `talk:started`: opens the bedside's end. */
  'talk:join': {
    request: z.object({ requestId: requestIdSchema, talkId: uuidSchema }),
    response: talkMediaSchema,
  },
  ...talkMediaRequests,
} as const;

/** What the server says of a talk to both sides. */
export type ServerToTalker = {
  /** The other side speaks: `talk:consume` it. */
  'talk:heard': (event: { talkId: string }) => void;
  'talk:ended': (event: { talkId: string; reason: TalkEndReason }) => void;
};
