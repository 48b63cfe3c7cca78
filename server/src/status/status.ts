import { degradationStepSchema, healthSchema, type DegradationStep, type Health } from '@haven/protocol';
import { readSamples, type Sample } from './samples.ts';

/** How a server is, as far as its health and its metrics tell. */
export type Status = Health & {
  url: string;
  figures: {
    streams: number;
    viewers: number;
    people: number;
    consumers: number;
    taps: number;
    pipes: number;
    /** bit/s */
    incoming: number;
    outgoing: number;
    step: DegradationStep;
    overloaded: boolean;
    draining: boolean;
    /** Processor time of each media worker, cores. */
    mediaWorkers: { worker: string; cpuCores: number }[];
    alerts: { priority: string; count: number }[];
    journalEntries: number;
    journalOldestSeconds: number;
  };
};

/** Asks a server; the two answers as they came. */
export type Ask = (path: '/health' | '/metrics') => Promise<{ status: number; body: string }>;

/** Why there is no status: a sentence for whoever asked. */
export class StatusError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StatusError';
  }
}

/** @throws StatusError when what answers is no Haven, or the token is not its own */
export async function readStatus(url: string, ask: Ask): Promise<Status> {
  const health = await ask('/health');
  const parsed = healthSchema.safeParse(asJson(health.body));
  if (!parsed.success) {
    throw new StatusError(
      health.status === 503
        ? `Haven at ${url} is starting. Ask again.`
        : `What answers at ${url} is no Haven.`,
    );
  }
  const metrics = await ask('/metrics');
  if (metrics.status !== 200) {
    throw new StatusError(
      `Haven at ${url} is ${parsed.data.status} (${parsed.data.message}), and refuses the token (HAVEN_METRICS_TOKEN).`,
    );
  }
  return { ...parsed.data, url, figures: figuresOf(readSamples(metrics.body)) };
}

function figuresOf(samples: readonly Sample[]): Status['figures'] {
  const all = (name: string) => samples.filter((sample) => sample.name === name);
  const value = (name: string) => all(name)[0]?.value ?? 0;
  return {
    streams: value('haven_active_streamers'),
    viewers: value('haven_active_viewers'),
    people: value('haven_active_users'),
    consumers: value('haven_sfu_consumers'),
    taps: value('haven_sfu_taps'),
    pipes: value('haven_sfu_pipes'),
    incoming: value('haven_sfu_incoming_bits_per_second'),
    outgoing: value('haven_sfu_outgoing_bits_per_second'),
    step: degradationStepSchema.options[value('haven_degradation_step')] ?? 'none',
    overloaded: value('haven_overloaded') === 1,
    draining: value('haven_draining') === 1,
    mediaWorkers: all('haven_sfu_worker_cpu_cores').map((sample) => ({
      worker: sample.labels.worker ?? '',
      cpuCores: sample.value,
    })),
    alerts: all('haven_alerts_active').map((sample) => ({
      priority: sample.labels.priority ?? '',
      count: sample.value,
    })),
    journalEntries: value('haven_journal_entries'),
    journalOldestSeconds: value('haven_journal_oldest_age_seconds'),
  };
}

function asJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
