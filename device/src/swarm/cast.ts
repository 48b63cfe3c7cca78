import type { Answer, Outcome, Plan } from './plan.ts';
import { Publishers } from './publishers.ts';
import { Viewers } from './viewers.ts';

/** What one process of a swarm does: publishes, watches, and tells what it saw and cost. */
export class Cast {
  readonly #publishers = new Publishers();
  readonly #viewers = new Viewers();
  #takenAt = performance.now();
  #cpu = process.cpuUsage();

  begin(plan: Plan): Promise<Outcome[]> {
    return plan.role === 'publishers' ? this.#publishers.begin(plan) : this.#viewers.begin(plan);
  }

  play(playing: boolean): void {
    this.#publishers.play(playing);
  }

  /** Since the last call. */
  take(): Answer {
    const now = performance.now();
    const { user, system } = process.cpuUsage(this.#cpu);
    const seconds = (now - this.#takenAt) / 1000;
    this.#takenAt = now;
    this.#cpu = process.cpuUsage();
    return {
      answer: 'figures',
      seconds,
      cpuSeconds: (user + system) / 1e6,
      viewers: this.#viewers.take(),
      publishers: this.#publishers.take(),
    };
  }
}
