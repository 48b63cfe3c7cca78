import { slope } from '../support/metrics.ts';
import { byPart, cpuSeconds, family, residentBytes, sum } from '../support/process-usage.ts';

const SAMPLE_INTERVAL_MS = 5_000;
const MEGABYTE = 1e6;

type Sample = { minutes: number; server: number; mediaWorkers: number };

/** What a server's processes use over a time: cores by part, and memory with its slope. */
export class ServerCost {
  readonly #pid: number;
  readonly #before: ReadonlyMap<number, number>;
  readonly #startedAt = performance.now();
  readonly #samples: Sample[] = [];
  readonly #timer: NodeJS.Timeout;

  private constructor(pid: number) {
    this.#pid = pid;
    this.#before = new Map(family(pid).map((member) => [member.pid, cpuSeconds(member.pid) ?? 0]));
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_INTERVAL_MS);
  }

  static follow(pid: number): ServerCost {
    return new ServerCost(pid);
  }

  /** Ends the measurement. */
  end(): { cores: Map<string, number>; bytes: Map<string, number>; slopes: Omit<Sample, 'minutes'> } {
    clearInterval(this.#timer);
    this.#sample();
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const members = family(this.#pid);
    const line = (read: (sample: Sample) => number) =>
      slope(this.#samples.map((sample) => ({ x: sample.minutes, y: read(sample) })));
    return {
      cores: byPart(members, (pid) => {
        const used = cpuSeconds(pid);
        return used === undefined ? undefined : (used - (this.#before.get(pid) ?? 0)) / seconds;
      }),
      bytes: byPart(members, residentBytes),
      slopes: {
        server: line(({ server }) => server),
        mediaWorkers: line(({ mediaWorkers }) => mediaWorkers),
      },
    };
  }

  /** Ends the measurement and prints it. */
  print(): void {
    const { cores, bytes, slopes } = this.end();
    const row = (name: string, ...cells: string[]) =>
      console.log(`  ${name.padEnd(28)}${cells.map((cell) => cell.padStart(14)).join('')}`);
    row('part of the server', 'cores', 'memory MB');
    for (const [part, used] of [...cores].sort(([, a], [, b]) => b - a)) {
      row(part, used.toFixed(3), ((bytes.get(part) ?? 0) / MEGABYTE).toFixed(0));
    }
    row('all', sum(cores.values()).toFixed(3), (sum(bytes.values()) / MEGABYTE).toFixed(0));
    row('slope of memory, MB/min', `server ${(slopes.server / MEGABYTE).toFixed(2)}`);
    row('', `media workers ${(slopes.mediaWorkers / MEGABYTE).toFixed(2)}`);
  }

  #sample(): void {
    const bytes = byPart(family(this.#pid), residentBytes);
    this.#samples.push({
      minutes: (performance.now() - this.#startedAt) / 60_000,
      server: bytes.get('server') ?? 0,
      mediaWorkers: bytes.get('mediasoup worker') ?? 0,
    });
  }
}
