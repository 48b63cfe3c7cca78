import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Meter } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { Counter, Histogram, PastSpan, SpanOptions, Telemetry } from './telemetry.ts';
import { Tracing } from './tracing.ts';

/** Boundaries for anything that lasts from a millisecond to ten seconds, in seconds. */
const DURATION_BOUNDARIES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10];

type Options = {
  service: string;
  logLevel: string;
  /** Where log lines go; standard output when absent. */
  destination?: DestinationStream;
  /** Whether spans leave over OTLP, and which share of the traces is recorded; all, and none leave, when absent. */
  traces?: { exported: boolean; share: number };
};

/** An instrument as it was registered. */
export type Instrument = { name: string; kind: 'counter' | 'histogram' | 'gauge'; description: string };

/** OpenTelemetry metrics for a Prometheus scrape, traces, and JSON logs that carry the traces' ids. */
export class OpenTelemetry implements Telemetry {
  readonly logger: Logger;
  readonly tracing: boolean;
  readonly #meter: Meter;
  readonly #meters: MeterProvider;
  readonly #tracing: Tracing;
  readonly #exporter: PrometheusExporter;
  readonly #instruments: Instrument[] = [];

  constructor({ service, logLevel, destination, traces = { exported: false, share: 1 } }: Options) {
    const resource = resourceFromAttributes({ 'service.name': service });
    this.#exporter = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
    this.#meters = new MeterProvider({ resource, readers: [this.#exporter] });
    this.#meter = this.#meters.getMeter(service);
    this.tracing = traces.exported;
    this.#tracing = new Tracing({ resource, ...traces });
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

  /** What has been registered so far, in order. */
  get instruments(): readonly Instrument[] {
    return this.#instruments;
  }

  counter(name: string, description: string): Counter {
    this.#instruments.push({ name, kind: 'counter', description });
    const counter = this.#meter.createCounter(name, { description });
    return { add: (amount = 1, attributes) => counter.add(amount, attributes) };
  }

  histogram(name: string, description: string, unit: string, boundaries = DURATION_BOUNDARIES): Histogram {
    this.#instruments.push({ name, kind: 'histogram', description });
    return this.#meter.createHistogram(name, {
      description,
      unit,
      advice: { explicitBucketBoundaries: boundaries },
    });
  }

  gauge: Telemetry['gauge'] = (name, description, read) => {
    this.#instruments.push({ name, kind: 'gauge', description });
    this.#meter.createObservableGauge(name, { description }).addCallback((result) => {
      const values = read();
      if (typeof values === 'number') result.observe(values);
      else for (const { value, attributes } of values) result.observe(value, attributes);
    });
  };

  trace<T>(name: string, run: () => Promise<T>, options: SpanOptions = {}): Promise<T> {
    return this.#tracing.run(name, run, options);
  }

  past(span: PastSpan): string {
    return this.#tracing.past(span);
  }

  traceparent(): string | undefined {
    return this.#tracing.traceparent;
  }

  traceId(): string | undefined {
    return this.#tracing.active?.traceId;
  }

  /** Answers a Prometheus scrape. */
  handleScrape(request: IncomingMessage, response: ServerResponse): void {
    this.#exporter.getMetricsRequestHandler(request, response);
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#meters.shutdown(), this.#tracing.close()]);
  }
}
