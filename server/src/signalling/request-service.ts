import { HavenError, traceContextSchema, type Reply } from '@haven/protocol';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Actor } from '../audit/actor.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { subjectOf } from '../audit/subject.ts';
import type { Histogram, Telemetry } from '../telemetry/telemetry.ts';
import type { AnswerCache } from './answer-cache.ts';
import type { Endpoint } from './endpoints.ts';
import { within } from './within.ts';

/** Longest that a handler may take, ms. */
const HANDLER_TIMEOUT_MS = 10_000;

/** The part of a Socket.IO socket that requests come in by. */
export type RequestSocket = {
  id: string;
  onAny(listener: (event: string, ...parts: unknown[]) => void): unknown;
};

export type RequestSource = {
  socket: RequestSocket;
  namespace: string;
  endpoints: ReadonlyMap<string, Endpoint>;
  actor: Actor;
};

/** A request as it came: nothing of it is checked but the trace that it belongs to. */
type Asked = { name: string; payload: unknown; parent: string | undefined };
type Acknowledge = (reply: Reply<unknown>) => void;

/**
 * Answers every request of every socket: checked by its schema, bounded in rate and time, idempotent by its key,
 * traced and measured; a failure becomes an error code. No acknowledgement is left unanswered.
 */
export class RequestService {
  readonly #telemetry: Telemetry;
  readonly #audit: AuditTrail;
  readonly #durations: Histogram;
  readonly #rate: RateLimiterMemory;

  /** @param messagesPerSecond of one connection */
  constructor(telemetry: Telemetry, audit: AuditTrail, messagesPerSecond: number) {
    this.#rate = new RateLimiterMemory({ points: messagesPerSecond, duration: 1 });
    this.#telemetry = telemetry;
    this.#audit = audit;
    this.#durations = telemetry.histogram(
      'haven_websocket_request_duration_seconds',
      'From a signalling request to its answer',
      's',
      [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    );
  }

  /** @param answers what was answered before over another connection of the same session */
  serve(source: RequestSource, answers: AnswerCache): void {
    source.socket.onAny((name, ...parts) => {
      const last = parts.at(-1);
      // Without an acknowledgement nobody waits for an answer, not even for a refusal.
      if (!isAcknowledge(last)) return;
      const [payload, trace] = parts.slice(0, -1);
      void this.#answer(source, answers, { name, payload, parent: parentOf(trace) }, last);
    });
  }

  async #answer(
    source: RequestSource,
    answers: AnswerCache,
    { name, payload, parent }: Asked,
    acknowledge: Acknowledge,
  ): Promise<void> {
    const startedAt = performance.now();
    const known = source.endpoints.has(name) ? name : 'unknown';
    const reply = await this.#telemetry.trace(
      `${source.namespace} ${known}`,
      () => this.#reply(source, answers, name, payload),
      { parent },
    );
    acknowledge(reply);
    this.#durations.record((performance.now() - startedAt) / 1000, {
      namespace: source.namespace,
      request: known,
      code: reply.ok ? 'OK' : reply.error.code,
    });
  }

  async #reply(
    source: RequestSource,
    answers: AnswerCache,
    name: string,
    payload: unknown,
  ): Promise<Reply<unknown>> {
    try {
      await this.#assertRate(source.socket.id);
      const endpoint = source.endpoints.get(name);
      if (endpoint === undefined) throw new HavenError('INVALID_REQUEST', 'There is no such request.');
      const { requestId, run } = endpoint(payload);
      const work = requestId === undefined ? run() : answers.run(requestId, name, run);
      return { ok: true, data: await within(HANDLER_TIMEOUT_MS, work) };
    } catch (error) {
      const refusal = error instanceof HavenError ? error : this.#internal(error, name);
      // A name that nobody defined is the client's own text.
      const action = source.endpoints.has(name) ? name : 'unknown';
      this.#audit.refused(source.actor, action, subjectOf(payload), refusal.code);
      return { ok: false, error: refusal.toWire(this.#telemetry.traceId()) };
    }
  }

  async #assertRate(socketId: string): Promise<void> {
    try {
      await this.#rate.consume(socketId);
    } catch (limit) {
      if (!(limit instanceof RateLimiterRes)) throw limit;
      throw new HavenError('RATE_LIMITED', undefined, { retryAfterMs: Math.ceil(limit.msBeforeNext) });
    }
  }

  #internal(error: unknown, name: string): HavenError {
    this.#telemetry.logger.error({ err: error, request: name }, 'a request failed');
    return new HavenError('INTERNAL', undefined, { cause: error });
  }
}

function isAcknowledge(part: unknown): part is Acknowledge {
  return typeof part === 'function';
}

/** A trace context that is not well formed is none: it must not cost the request its answer. */
function parentOf(trace: unknown): string | undefined {
  return traceContextSchema.safeParse(trace).data?.traceparent;
}
