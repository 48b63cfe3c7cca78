import {
  context,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { Resource } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  RandomIdGenerator,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type IdGenerator,
} from '@opentelemetry/sdk-trace';
import type { PastSpan, SpanOptions } from './telemetry.ts';

export type TracingOptions = {
  resource: Resource;
  /** Share of the traces that are recorded, 0–1. */
  share: number;
  /** Over OTLP, to where OpenTelemetry's own `OTEL_EXPORTER_OTLP_*` settings say. */
  exported: boolean;
};

/** Spans, within requests or after the fact, that may belong to a span of another process. */
export class Tracing {
  readonly #tracers: TracerProvider;
  readonly #tracer: Tracer;
  readonly #ids = new GivenIds();

  constructor({ resource, share, exported }: TracingOptions) {
    const sampler = new TraceIdRatioBasedSampler(share);
    this.#tracers = new TracerProvider({
      resource,
      idGenerator: this.#ids,
      // A client marks all its traces as sampled: which of them are recorded is decided here, by the same share.
      sampler: new ParentBasedSampler({ root: sampler, remoteParentSampled: sampler }),
      spanProcessors: exported ? [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })] : [],
    });
    this.#tracer = this.#tracers.getTracer('haven');
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  }

  /** @throws what `run` throws; its name is recorded on the span */
  run<T>(name: string, run: () => Promise<T>, { parent, attributes = {} }: SpanOptions): Promise<T> {
    const within = parent === undefined ? context.active() : remote(parent);
    return this.#tracer.startActiveSpan(name, { attributes }, within, async (span) => {
      try {
        return await run();
      } catch (error) {
        span.setStatus({
          code: SpanStatusCode.ERROR,
          message: error instanceof Error ? error.name : 'error',
        });
        throw error;
      } finally {
        span.end();
      }
    });
  }

  past({ name, startedAt, endedAt, parent, self, attributes = {} }: PastSpan): string {
    // As dates: a plain number may be taken for a time since the process began.
    const options = { attributes, startTime: new Date(startedAt) };
    const within = parent === undefined ? context.active() : remote(parent);
    const span =
      self === undefined
        ? this.#tracer.startSpan(name, options, within)
        : this.#ids.giving(parse(self), () => this.#tracer.startSpan(name, options, ROOT_CONTEXT));
    span.end(new Date(endedAt));
    return format(span.spanContext());
  }

  get active(): SpanContext | undefined {
    return trace.getActiveSpan()?.spanContext();
  }

  get traceparent(): string | undefined {
    const { active } = this;
    return active === undefined ? undefined : format(active);
  }

  close(): Promise<void> {
    return this.#tracers.shutdown();
  }
}

/** Random ids, but for a span that somebody else has named already. */
class GivenIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #given: SpanContext | undefined;

  giving<T>(ids: SpanContext, start: () => T): T {
    this.#given = ids;
    try {
      return start();
    } finally {
      this.#given = undefined;
    }
  }

  generateTraceId(): string {
    return this.#given?.traceId ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.#given?.spanId ?? this.#random.generateSpanId();
  }
}

function remote(traceparent: string): Context {
  return trace.setSpanContext(ROOT_CONTEXT, { ...parse(traceparent), isRemote: true });
}

/** @param traceparent as the protocol's schema has checked it */
function parse(traceparent: string): SpanContext {
  const [, traceId = '', spanId = '', flags] = traceparent.split('-');
  return { traceId, spanId, traceFlags: flags === '01' ? TraceFlags.SAMPLED : TraceFlags.NONE };
}

function format({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`;
}
