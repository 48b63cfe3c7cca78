import {
  HavenError,
  type ErrorCode,
  type Observation,
  type Vital,
  type VitalName,
  type VitalsMessage,
} from '@haven/protocol';
import type { AlertService } from '../alerts/alert-service.ts';
import type { Records } from '../records/records.ts';
import type { Histogram, Telemetry } from '../telemetry/telemetry.ts';
import type { Analysis, AnalysisWorker } from './analysis.ts';
import type { CvCoordinator } from './cv-coordinator.ts';
import type { RoomHub } from './room-hub.ts';

/** A worker's clock may be off by this much, ms; beyond it the times of its values would mislead. */
const MAX_CLOCK_DIFFERENCE_MS = 5 * 60_000;

export type Rejection = { id: string; code: ErrorCode };
export type IntakeResult = { accepted: number; rejected: Rejection[] };
type Accepted = { observation: Observation; analysis: Analysis };

type Parts = {
  coordinator: CvCoordinator;
  records: Pick<Records, 'keepObservations'>;
  alerts: Pick<AlertService, 'observe'>;
  hub: RoomHub;
  telemetry: Telemetry;
  clock: () => number;
};

/** The way of a batch of observations: fenced, kept on disk, judged by the alert rules, shown. */
export class ObservationIntake {
  readonly #parts: Parts;
  readonly #latency: Histogram;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#latency = parts.telemetry.histogram(
      'haven_broadcast_latency_seconds',
      "From a batch's arrival until its vitals are sent to the viewers",
      's',
      [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    );
  }

  /**
   * Resolves when what was accepted is on disk and the alert rules have seen it.
   * @throws HavenError STORAGE_FULL: nothing is lost for the viewers, but the batch has to be posted again
   */
  async take(worker: AnalysisWorker, observations: readonly Observation[]): Promise<IntakeResult> {
    const startedAt = performance.now();
    const rejected: Rejection[] = [];
    const accepted: Accepted[] = [];
    for (const observation of observations) {
      try {
        accepted.push({ observation, analysis: this.#fence(worker, observation) });
      } catch (error) {
        if (!(error instanceof HavenError)) throw error;
        rejected.push({ id: observation.id, code: error.code });
      }
    }
    if (accepted.length > 0) await this.#process(accepted, startedAt);
    return { accepted: accepted.length, rejected };
  }

  async #process(accepted: readonly Accepted[], startedAt: number): Promise<void> {
    const { alerts, clock, records } = this.#parts;
    const observations = accepted.map(({ observation }) => observation);
    const kept = await settle(records.keepObservations(observations.filter(isKept)));
    // A full disk must neither blind the wall nor silence the alarms: the batch goes on, then the worker is told.
    const judged = await settle(alerts.observe(observations));
    for (const { analysis } of accepted) analysis.observedAt = clock();
    this.#show(accepted);
    this.#latency.record((performance.now() - startedAt) / 1000);
    kept();
    judged();
  }

  #fence(worker: AnalysisWorker, observation: Observation): Analysis {
    const { clock, coordinator } = this.#parts;
    const { assignmentId, epoch, patientId, streamId, source } = observation;
    const current = coordinator.epochOf(streamId);
    if (current !== undefined && epoch < current) throw new HavenError('STALE_EPOCH');
    const analysis = coordinator.heldBy(worker, assignmentId, epoch);
    const { assignment } = analysis.held;
    const matches =
      assignment.patientId === patientId && assignment.streamId === streamId && assignment.source === source;
    if (!matches || Math.abs(clock() - observation.at) > MAX_CLOCK_DIFFERENCE_MS) {
      throw new HavenError('INVALID_REQUEST');
    }
    return analysis;
  }

  #show(accepted: readonly Accepted[]): void {
    const messages = new Map<string, { roomId: string; message: VitalsMessage }>();
    for (const { observation, analysis } of accepted) {
      const { stream } = analysis;
      const { roomId } = stream.identity;
      switch (observation.kind) {
        case 'vital':
          addVital(messages, analysis, observation, observation.vital);
          break;
        case 'event':
          this.#parts.hub.patientEvent(roomId, observation.patientId, observation.event, observation.at);
          break;
        case 'condition':
          if (observation.present) analysis.conditions.add(observation.condition);
          else analysis.conditions.delete(observation.condition);
          stream.setCondition(observation.condition, observation.present);
      }
    }
    for (const { roomId, message } of messages.values()) this.#parts.hub.vitals(roomId, message);
  }
}

/** That variability was not measured, as in most seconds, is told by its gap: not worth a row of each second. */
const KEPT_WHEN_MEASURED: ReadonlySet<VitalName> = new Set(['sdnn', 'rmssd']);

function isKept(observation: Observation): boolean {
  if (observation.kind !== 'vital') return true;
  const { name, state } = observation.vital;
  return state === 'measured' || !KEPT_WHEN_MEASURED.has(name);
}

/** Vitals of one patient and one time become one message. */
function addVital(
  messages: Map<string, { roomId: string; message: VitalsMessage }>,
  { stream, reducedFrameRate }: Analysis,
  { patientId, streamId, source, at }: Observation,
  vital: Vital,
): void {
  const key = `${streamId} ${at}`;
  const existing = messages.get(key);
  if (existing !== undefined) {
    existing.message.vitals.push(vital);
    return;
  }
  const reduced = reducedFrameRate === undefined ? {} : { reducedFrameRate };
  const message = { patientId, streamId, source, at, vitals: [vital], ...reduced };
  messages.set(key, { roomId: stream.identity.roomId, message });
}

/** @returns throws what the work failed with, if it did */
async function settle(work: Promise<void>): Promise<() => void> {
  const [result] = await Promise.allSettled([work]);
  return () => {
    if (result.status === 'rejected') throw result.reason;
  };
}
