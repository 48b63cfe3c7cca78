import { randomUUID } from 'node:crypto';
import {
  observationSchema,
  WAVEFORM_RATE_HZ,
  waveformMessageSchema,
  type Assignment,
  type Observation,
  type TechnicalCondition,
  type WaveformMessage,
} from '@haven/protocol';
import type { AnalyzerOutput } from '../analyzer.ts';

/** The protocol's bound on one piece: 4 s. */
const MAX_SAMPLES = WAVEFORM_RATE_HZ * 4;

/**
 * What the server is told of an analyzer's output: times as whole milliseconds, each observation with an id of its
 * own.
 * @throws ZodError when the analyzer gave something that is no observation
 */
export function toObservations(assignment: Assignment, output: AnalyzerOutput): Observation[] {
  const { at, vitals, events, conditions } = output;
  return [
    ...events.map((event) =>
      observe(assignment, event.at, { kind: 'event', ...event, startedAt: Math.round(event.startedAt) }),
    ),
    ...conditions.map((change) => observe(assignment, change.at, { kind: 'condition', ...change })),
    ...(vitals ?? []).map((vital) => observe(assignment, at, { kind: 'vital', vital })),
  ];
}

/** The observation that a condition is over. */
export function toCleared(assignment: Assignment, condition: TechnicalCondition, at: number): Observation {
  return observe(assignment, at, { kind: 'condition', condition, present: false });
}

/** The waveform in pieces of the protocol's length. */
export function toWaveforms(assignment: Assignment, waveform: AnalyzerOutput['waveform']): WaveformMessage[] {
  if (waveform === null) return [];
  const { patientId, streamId } = assignment;
  const pieces: WaveformMessage[] = [];
  for (let first = 0; first < waveform.samples.length; first += MAX_SAMPLES) {
    pieces.push(
      waveformMessageSchema.parse({
        patientId,
        streamId,
        startAt: Math.round(waveform.startAt + (first * 1000) / WAVEFORM_RATE_HZ),
        samples: waveform.samples.slice(first, first + MAX_SAMPLES),
      }),
    );
  }
  return pieces;
}

function observe(assignment: Assignment, at: number, fact: object): Observation {
  const { assignmentId, epoch, patientId, streamId, source } = assignment;
  const identity = { id: randomUUID(), assignmentId, epoch, patientId, streamId, source };
  return observationSchema.parse({ ...fact, ...identity, at: Math.round(at) });
}
