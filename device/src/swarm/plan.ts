/** What a swarm's processes are told, and what they answer. Tokens travel here and never on a command line. */
import { z } from 'zod';

const layerFileSchema = z.object({
  layer: z.object({ width: z.number(), height: z.number(), bitrate: z.number() }),
  /** A loop that was encoded before. */
  path: z.string(),
});

export const publishersPlanSchema = z.object({
  role: z.literal('publishers'),
  server: z.string(),
  framesPerSecond: z.number(),
  /** Off where the pictures' rhythms are measured: answering leaves pictures out. */
  answersKeyFrameRequests: z.boolean(),
  streams: z.array(
    z.object({ patientId: z.string(), token: z.string(), layers: z.array(layerFileSchema).min(1) }),
  ),
});
export type PublishersPlan = z.infer<typeof publishersPlanSchema>;

export const viewersPlanSchema = z.object({
  role: z.literal('viewers'),
  joinsPerSecond: z.number().positive(),
  viewers: z.array(
    z.object({
      server: z.string(),
      /** Access token of a user. */
      token: z.string(),
      roomId: z.string(),
      /** How many streams it watches, and from which of the room's on. */
      tiles: z.number().int().min(1),
      offset: z.number().int().min(0),
      /** Pixels of its tiles, by which the server chooses layers. */
      tileWidth: z.number().int(),
      tileHeight: z.number().int(),
      /** How many of the tiles are enlarged. */
      focused: z.number().int().min(0),
    }),
  ),
});
export type ViewersPlan = z.infer<typeof viewersPlanSchema>;
export type ViewerPlan = ViewersPlan['viewers'][number];

export const orderSchema = z.discriminatedUnion('order', [
  z.object({
    order: z.literal('run'),
    plan: z.discriminatedUnion('role', [publishersPlanSchema, viewersPlanSchema]),
  }),
  /** Whether the publishers send; they stay signed in and connected. */
  z.object({ order: z.literal('play'), playing: z.boolean() }),
  /** What happened since the last time? */
  z.object({ order: z.literal('take') }),
]);
export type Order = z.infer<typeof orderSchema>;
export type Plan = Extract<Order, { order: 'run' }>['plan'];

const tileFiguresSchema = z.object({
  packets: z.number(),
  bytes: z.number(),
  pictures: z.number(),
  repaired: z.number(),
  lost: z.number(),
  jitter: z.number(),
  freezes: z.number(),
  frozenMs: z.number(),
});

export const viewerFiguresSchema = z.object({
  tiles: z.array(tileFiguresSchema),
  samples: z.object({ genuine: z.number(), forged: z.number() }),
  stills: z.number(),
  disconnects: z.number(),
});

export const publisherFiguresSchema = z.object({
  bytes: z.number(),
  /** Packets that the server asked for again. */
  askedAgain: z.number(),
  keyFramesAsked: z.number(),
  /** Times that its stream was lost, and that it published again. */
  lost: z.number(),
  cameBack: z.number(),
  /** It publishes nothing at this moment. */
  away: z.boolean(),
});
export type PublisherFigures = z.infer<typeof publisherFiguresSchema>;

/** How one member's beginning ended: with times, or with the server's code. */
export const outcomeSchema = z.union([
  z.strictObject({
    joinedMs: z.number().optional(),
    firstPacketMs: z.number().optional(),
    allTilesMs: z.number().optional(),
  }),
  z.object({ refused: z.string() }),
]);
export type Outcome = z.infer<typeof outcomeSchema>;

export const answerSchema = z.discriminatedUnion('answer', [
  z.object({ answer: z.literal('running'), outcomes: z.array(outcomeSchema) }),
  z.object({
    answer: z.literal('figures'),
    seconds: z.number(),
    cpuSeconds: z.number(),
    viewers: z.array(viewerFiguresSchema),
    publishers: z.array(publisherFiguresSchema),
  }),
  z.object({ answer: z.literal('done') }),
  z.object({ answer: z.literal('failed'), message: z.string() }),
]);
export type Answer = z.infer<typeof answerSchema>;
export type Figures = Extract<Answer, { answer: 'figures' }>;
