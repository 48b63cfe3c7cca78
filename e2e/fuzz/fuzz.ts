import { until } from '../support/process.ts';
import { leaksBetween, takeCensus, type Census } from './census.ts';
import { Findings } from './findings.ts';
import { FuzzedWard } from './fuzzed-ward.ts';
import { mediaSteps } from './media-steps.ts';
import { signallingSteps } from './signalling-steps.ts';
import type { Seen } from './witness.ts';

/** What the sockets of a client that left hold for a while: resumable sessions (30 s), dead ICE peers (15 s). */
const SETTLED_WITHIN_MS = 90_000;

export type Step = { name: string; cases: number; answers: ReadonlyMap<string, number>; seen: Seen };
export type FuzzReport = {
  seed: number;
  cases: number;
  steps: Step[];
  before: Census;
  after: Census;
  leaks: string[];
  findings: string[];
  /** What steps are there for and did not reach: then they tested nothing. */
  missed: string[];
};

export type FuzzOptions = {
  /** The same seed sends the same cases. */
  seed: number;
  /** Over all ports together. */
  cases: number;
  /** A part of the names of the steps that are made; all when left out. */
  step?: string | undefined;
  /** The number of the one case of each step that is sent; all when left out. */
  only?: number | undefined;
  onStep?: (step: Step) => void;
};

/** Throws bad input at every port of a server whose video runs, and looks what became of it. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { seed, cases, step: wanted = '', only, onStep = () => undefined } = options;
  const ward = await FuzzedWard.open();
  try {
    const { server, probe, witness } = ward;
    const [findings, missed] = [new Findings(), new Findings()];
    const before = await takeCensus(server, probe);
    const steps: Step[] = [];
    // Media first: what signalling does to the ward's patient, such as a pause of the picture, is not in its way.
    const planned = [...mediaSteps(ward, findings, missed), ...signallingSteps(ward, findings)];
    for (const { name, share, run } of planned.filter((one) => one.name.includes(wanted))) {
      const count = Math.ceil(cases * share);
      await witness.begin();
      const answers = await run({ seed, count, only });
      const done = { name, cases: only === undefined ? count : 1, answers, seen: await witness.seen() };
      await ward.look(name, findings);
      steps.push(done);
      onStep(done);
    }

    let leaks: string[] = [];
    let after = await takeCensus(server, probe);
    await until('the server to hold no more than before', SETTLED_WITHIN_MS, async () => {
      after = await takeCensus(server, probe);
      leaks = leaksBetween(before, after);
      return leaks.length === 0;
    }).catch(() => undefined);
    const died = after.workerDeaths - before.workerDeaths;
    if (died > 0) findings.add('media workers died', String(died));
    return {
      seed,
      cases: steps.reduce((sum, { cases: count }) => sum + count, 0),
      ...{ steps, before, after, leaks },
      ...{ findings: findings.lines(), missed: missed.lines() },
    };
  } finally {
    await ward.close();
  }
}
