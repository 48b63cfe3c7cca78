import { setTimeout as sleep } from 'node:timers/promises';
import { HavenError } from '@haven/protocol';
import type { Outcome, ViewerPlan, ViewersPlan } from './plan.ts';
import { SwarmViewer, type ViewerFigures } from './swarm-viewer.ts';

/** How often missing packets are asked for, arrivals told, and reports sent, ms: about as browsers do. */
const REPAIR_INTERVAL_MS = 50;
const ARRIVALS_INTERVAL_MS = 100;
const REPORT_INTERVAL_MS = 1_000;

/** Many walls in one process. One timer serves all. */
export class Viewers {
  readonly #viewers = new Set<SwarmViewer>();

  async begin({ viewers, joinsPerSecond }: ViewersPlan): Promise<Outcome[]> {
    const every = (ms: number, act: (viewer: SwarmViewer) => void) =>
      setInterval(() => this.#viewers.forEach(act), ms);
    every(REPAIR_INTERVAL_MS, ({ media }) => media?.repair(performance.now()));
    every(ARRIVALS_INTERVAL_MS, ({ media }) => media?.tellArrivals());
    every(REPORT_INTERVAL_MS, ({ media }) => media?.report(performance.now()));
    const joining = viewers.map(async (viewer, index) => {
      await sleep((1000 * index) / joinsPerSecond);
      return this.#join(viewer);
    });
    return await Promise.all(joining);
  }

  take(): ViewerFigures[] {
    const now = performance.now();
    return [...this.#viewers].map((viewer) => viewer.take(now));
  }

  async #join(plan: ViewerPlan): Promise<Outcome> {
    const viewer = new SwarmViewer(plan);
    this.#viewers.add(viewer);
    try {
      await viewer.begun;
      return viewer.times;
    } catch (error) {
      // What it did not see tells nothing of those who watch.
      this.#viewers.delete(viewer);
      return { refused: error instanceof HavenError ? error.code : String(error) };
    }
  }
}
