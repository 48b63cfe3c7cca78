import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CV_NAMESPACE,
  cvRequests,
  HavenError,
  PROTOCOL_VERSION,
  readReply,
  type Assignment,
  type CvRequests,
  type DetectedEvent,
  type ErrorCode,
  type Observation,
  type ResponseOf,
  type ServerToCv,
  type Vital,
} from '@haven/protocol';
import { io, type Socket } from 'socket.io-client';

type Requests = Record<string, (request: unknown, reply: (answer: unknown) => void) => void>;

const ANSWER_WITHIN_MS = 15_000;
const TRY_AGAIN_MS = 100;
const UNITS: Readonly<Record<Vital['name'], Vital['unit']>> = {
  ...{ pulse: '/min', breathing: '/min', motion: '1', presence: '1', sdnn: 'ms', rmssd: 'ms' },
};

/** An observation of one value for the stream that is held. */
export function measured(
  assignment: Assignment,
  name: Vital['name'],
  value: number,
  at = Date.now(),
): Observation {
  const { assignmentId, epoch, patientId, streamId, source } = assignment;
  const vital: Vital = {
    name,
    unit: UNITS[name],
    state: 'measured',
    value,
    quality: 0.9,
    method: 'scripted',
    windowMs: 10_000,
    measuredAt: at,
    reason: null,
  };
  return { id: randomUUID(), assignmentId, epoch, patientId, streamId, source, at, kind: 'vital', vital };
}

/** An observation of something that happened. */
export function happened(assignment: Assignment, event: DetectedEvent, at = Date.now()): Observation {
  const { assignmentId, epoch, patientId, streamId, source } = assignment;
  const identity = { id: randomUUID(), assignmentId, epoch, patientId, streamId, source, at };
  return { ...identity, kind: 'event', event, confidence: 0.9 };
}

/**
 * A CV worker that measures what a script says. Like the real one it holds assignments, posts in batches one after
 * another, and sends a batch that was not answered again with the same ids.
 */
export class ScriptedCvWorker {
  readonly assignments = new Map<string, Assignment>();
  readonly acknowledged = new Map<string, Observation>();
  readonly rejected = new Map<string, ErrorCode>();
  readonly #socket: Socket<ServerToCv, Requests>;
  readonly #outbox: Observation[][] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #closed = false;

  constructor(url: string, key: string) {
    this.#socket = io(`${url}${CV_NAMESPACE}`, {
      auth: { protocol: PROTOCOL_VERSION, token: key, worker: { name: 'scripted', capacity: 50 } },
      transports: ['websocket'],
      reconnectionDelay: 200,
      reconnectionDelayMax: 500,
    });
    this.#socket.on('assign', (assignment) => this.assignments.set(assignment.streamId, assignment));
    this.#socket.on('unassign', ({ assignmentId }) => {
      for (const [streamId, held] of this.assignments)
        if (held.assignmentId === assignmentId) this.assignments.delete(streamId);
    });
    this.#socket.on('disconnect', () => {
      this.assignments.clear();
      // Socket.IO does not return by itself where the server said goodbye, as one that stops does.
      if (!this.#socket.active && !this.#closed) setTimeout(() => this.#socket.connect(), TRY_AGAIN_MS);
    });
  }

  /** The assignment of a patient's stream; undefined while there is none. */
  of(patientId: string): Assignment | undefined {
    return [...this.assignments.values()].find((held) => held.patientId === patientId);
  }

  /** Posts one batch once. @throws HavenError with the server's code, or Error without an answer */
  async post(observations: readonly Observation[]): Promise<ResponseOf<CvRequests, 'observations'>> {
    const answer: unknown = await this.#socket
      .timeout(ANSWER_WITHIN_MS)
      .emitWithAck('observations', { observations });
    return readReply(cvRequests, 'observations', answer);
  }

  /** Posts what the script says of each held stream, again and again, until {@link stop}. */
  start(everyMs: number, script: (assignment: Assignment, at: number) => Observation[]): void {
    this.#timer = setInterval(() => {
      const batch = [...this.assignments.values()].flatMap((held) => script(held, Date.now()));
      if (batch.length > 0) this.#outbox.push(batch);
      this.#sending ??= this.#send().finally(() => (this.#sending = undefined));
    }, everyMs);
  }

  /** Ends the script, and waits until everything was answered. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#outbox.length = 0;
    this.#socket.disconnect();
  }

  async #send(): Promise<void> {
    for (let batch = this.#outbox.at(0); batch !== undefined; batch = this.#outbox.at(0)) {
      const answer = await this.#tryOnce(batch);
      if (answer === undefined) {
        await sleep(TRY_AGAIN_MS);
        continue;
      }
      for (const { id, code } of answer.rejected) this.rejected.set(id, code);
      for (const observation of batch)
        if (!this.rejected.has(observation.id)) this.acknowledged.set(observation.id, observation);
      this.#outbox.shift();
    }
  }

  /** @returns undefined when the batch has to be sent again */
  async #tryOnce(batch: readonly Observation[]) {
    if (!this.#socket.connected) return undefined;
    try {
      return await this.post(batch);
    } catch (error) {
      if (error instanceof HavenError && error.code === 'INVALID_REQUEST') throw error;
      return undefined;
    }
  }
}
