/**
 * `GET /api/v1/operations/streams`: how media fare on one server, for those who look after it. No patient is named, and
 * nothing is told of their health.
 */
import { z } from 'zod';
import { tapLayersSchema } from './cv-signalling.ts';
import { timestampSchema, uuidSchema } from './identifiers.ts';
import { serverLoadSchema } from './operations.ts';
import { sourceSchema, technicalConditionSchema } from './patients.ts';
import { linkQualitySchema } from './quality.ts';

/** What arrives of one simulcast layer. Shares go from 0 to 1. */
export const layerFiguresSchema = z.object({
  width: z.number().int().min(0),
  height: z.number().int().min(0),
  bitrate: z.number().min(0),
  lossFraction: z.number().min(0).max(1),
  jitterMs: z.number().min(0),
  /** Between the device and the SFU; null before the first report. */
  roundTripMs: z.number().min(0).nullable(),
  /** mediasoup's, 0–10. */
  score: z.number().min(0).max(10),
});
export type LayerFigures = z.infer<typeof layerFiguresSchema>;

export const streamFiguresSchema = z.object({
  streamId: uuidSchema,
  room: z.string().max(80),
  bed: z.string().max(80),
  deviceId: z.string().max(64),
  source: sourceSchema,
  startedAt: timestampSchema,
  quality: linkQualitySchema,
  /** The picture is paused at its source. */
  privacy: z.boolean(),
  conditions: z.array(technicalConditionSchema).max(20),
  /** Lowest first; empty before the first reading. */
  layers: z.array(layerFiguresSchema).max(4),
  /** That the device says it encodes; null when it does not say. */
  framesPerSecond: z.number().min(0).nullable(),
  mediaWorker: z.number().int().min(0),
  /** Browsers and players that receive it. */
  viewers: z.number().int().min(0),
  /** Null while no CV worker takes it. */
  analysis: z
    .object({
      layers: tapLayersSchema.nullable(),
      /** Pictures a second that are aimed at; null before the worker's first report. */
      frameRate: z.number().min(0).nullable(),
      /** Fewer than usual, since processor time is short. */
      reduced: z.boolean(),
    })
    .nullable(),
});
export type StreamFigures = z.infer<typeof streamFiguresSchema>;

const counted = z.number().int().min(0);

export const mediaWorkerFiguresSchema = z.object({
  index: z.number().int().min(0),
  pid: z.number().int().min(0),
  /** Processor time, in cores. */
  cpuCores: z.number().min(0),
  transports: counted,
  producers: counted,
  consumers: counted,
  taps: counted,
  pipes: counted,
});
export type MediaWorkerFigures = z.infer<typeof mediaWorkerFiguresSchema>;

export const liveFiguresSchema = z.object({
  at: timestampSchema,
  load: serverLoadSchema,
  streams: z.array(streamFiguresSchema).max(10_000),
  /** How many viewers receive media, by the quality of their links. */
  viewers: z.record(linkQualitySchema, counted),
  mediaWorkers: z.array(mediaWorkerFiguresSchema).max(256),
});
export type LiveFigures = z.infer<typeof liveFiguresSchema>;
