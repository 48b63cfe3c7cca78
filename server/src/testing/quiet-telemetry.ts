import { pino } from 'pino';
import type { Histogram, Telemetry } from '../telemetry/telemetry.ts';

/** Telemetry that keeps its counters where a test can read them, and is otherwise silent. */
export class QuietTelemetry implements Telemetry {
  readonly logger = pino({ level: 'silent' });
  readonly tracing = false;
  readonly counts = new Map<string, number>();
  readonly gauges = new Map<string, Parameters<Telemetry['gauge']>[2]>();

  counter(name: string) {
    return {
      add: (amount = 1) => {
        this.counts.set(name, (this.counts.get(name) ?? 0) + amount);
      },
    };
  }

  histogram(): Histogram {
    return { record: () => undefined };
  }

  gauge(...[name, , read]: Parameters<Telemetry['gauge']>): void {
    this.gauges.set(name, read);
  }

  trace<T>(_name: string, run: () => Promise<T>): Promise<T> {
    return run();
  }

  past(): undefined {
    return undefined;
  }

  traceparent(): undefined {
    return undefined;
  }

  traceId(): string {
    return 'trace-of-a-test';
  }
}
