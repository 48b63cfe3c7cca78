import type { Attributes } from '@opentelemetry/api';
import type { Logger } from 'pino';

export type Counter = { add(amount?: number, attributes?: Attributes): void };
export type Histogram = { record(value: number, attributes?: Attributes): void };

export type SpanOptions = {
  /** W3C traceparent of the span that it belongs to, in another process; the active span when left out. */
  parent?: string | undefined;
  attributes?: Attributes;
};

/** What was measured elsewhere, or is known only afterwards. Times are ms since the epoch. */
export type PastSpan = SpanOptions & {
  name: string;
  startedAt: number;
  endedAt: number;
  /** The traceparent that the span has been known by already; it then begins its trace. */
  self?: string;
};

/** Logs, metrics and traces. No patient identifier in a log message, a metric's label or a span's attribute. */
export interface Telemetry {
  logger: Logger;
  /** Whether spans leave this process, so that it is worth while to ask others for theirs. */
  readonly tracing: boolean;
  /** Metric names are given in full, such as `haven_active_streamers`. */
  counter(name: string, description: string): Counter;
  /** @param unit by UCUM: `s`, `ms`, `By`, `1` */
  histogram(name: string, description: string, unit: string, boundaries?: number[]): Histogram;
  /** Read at each scrape. */
  gauge(
    name: string,
    description: string,
    read: () => number | { value: number; attributes: Attributes }[],
  ): void;
  /** Runs within a new span; errors are recorded on it. */
  trace<T>(name: string, run: () => Promise<T>, options?: SpanOptions): Promise<T>;
  /** Records a span that has ended. @returns its traceparent */
  past(span: PastSpan): string | undefined;
  /** W3C traceparent of the active span, if any. */
  traceparent(): string | undefined;
  /** Of the active span, if any. */
  traceId(): string | undefined;
}
