import type { IncomingMessage, ServerResponse } from 'node:http';
import { context, trace, SpanStatusCode, type Meter } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { Counter, Histogram, Telemetry } from './telemetry.ts';

/** Boundaries for anything that lasts from a millisecond to ten seconds, in seconds. */
const DURATION_BOUNDARIES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10];

type Options = {
  service: string;
  logLevel: string;
  /** Where log lines go; standard output when absent. */
  destination?: DestinationStream;
};

/**
 * OpenTelemetry metrics for a Prometheus scrape, spans for trace ids, and JSON logs that carry them. Spans are not
 * exported from here: an OpenTelemetry agent can be attached by its own environment variables.
 */
export class OpenTelemetry implements Telemetry {
  readonly logger: Logger;
  readonly #meter: Meter;
  readonly #meters: MeterProvider;
  readonly #tracers: TracerProvider;
  readonly #exporter: PrometheusExporter;

  constructor({ service, logLevel, destination }: Options) {
    const resource = resourceFromAttributes({ 'service.name': service });
    this.#exporter = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
    this.#meters = new MeterProvider({ resource, readers: [this.#exporter] });
    this.#meter = this.#meters.getMeter(service);
    this.#tracers = new TracerProvider({ resource });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(this.#tracers);
    this.logger = pino(
      {
        level: logLevel,
        base: { service },
        timestamp: pino.stdTimeFunctions.isoTime,
        mixin: () => {
          const traceId = this.traceId();
          return traceId === undefined ? {} : { traceId };
        },
      },
      destination ?? pino.destination(1),
    );
  }

  counter(name: string, description: string): Counter {
    const counter = this.#meter.createCounter(name, { description });
    return { add: (amount = 1, attributes) => counter.add(amount, attributes) };
  }

  histogram(name: string, description: string, unit: string, boundaries = DURATION_BOUNDARIES): Histogram {
    return this.#meter.createHistogram(name, {
      description,
      unit,
      advice: { explicitBucketBoundaries: boundaries },
    });
  }

  gauge: Telemetry['gauge'] = (name, description, read) => {
    this.#meter.createObservableGauge(name, { description }).addCallback((result) => {
      const values = read();
      if (typeof values === 'number') result.observe(values);
      else for (const { value, attributes } of values) result.observe(value, attributes);
    });
  };

  async trace<T>(name: string, run: () => Promise<T>): Promise<T> {
    return trace.getTracer('haven').startActiveSpan(name, async (span) => {
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

  traceId(): string | undefined {
    return trace.getActiveSpan()?.spanContext().traceId;
  }

  /** Answers a Prometheus scrape. */
  handleScrape(request: IncomingMessage, response: ServerResponse): void {
    this.#exporter.getMetricsRequestHandler(request, response);
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#meters.shutdown(), this.#tracers.shutdown()]);
  }
}
