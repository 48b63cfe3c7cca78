import type { Options } from 'k6/options';

/** What Haven's scenarios use of k6's executors (its types have them as classes, which nobody can instantiate). */
export type Scenario = { exec: string; gracefulStop?: string } & (
  | {
      executor: 'ramping-arrival-rate';
      startRate: number;
      timeUnit: string;
      preAllocatedVUs: number;
      stages: { target: number; duration: string }[];
    }
  | {
      executor: 'ramping-vus';
      startVUs: number;
      gracefulRampDown: string;
      stages: { target: number; duration: string }[];
    }
  | {
      executor: 'constant-arrival-rate';
      rate: number;
      timeUnit: string;
      duration: string;
      preAllocatedVUs: number;
    }
  | {
      executor: 'per-vu-iterations';
      vus: number;
      iterations: number;
      maxDuration: string;
      options: { browser: { type: 'chromium' } };
    }
);

export type LoadOptions = Omit<Options, 'scenarios'> & { scenarios: Record<string, Scenario> };
