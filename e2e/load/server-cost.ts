import { slope } from '../support/metrics.ts';
import { byPart, cpuSeconds, family, residentBytes, sum } from '../support/process-usage.ts';

const SAMPLE_INTERVAL_MS = 5_000;
const MEGABYTE = 1e6;

/** The time is looked at in as many parts: memory that grows in the first alone is warming up, in all is a leak. */
const PARTS = 3;

type Sample = { minutes: number; server: number; mediaWorkers: number };

/** Bytes a minute in each part of the time. */
type Slopes = { server: number[]; 'media workers': number[] };

/** What a server's processes use over a time: cores by part, and memory with its slopes. */
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
  end(): { cores: Map<string, number>; bytes: Map<string, number>; slopes: Slopes } {
    clearInterval(this.#timer);
    this.#sample();
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const members = family(this.#pid);
    const perPart = Math.ceil(this.#samples.length / PARTS);
    const lines = (read: (sample: Sample) => number) =>
      Array.from({ length: PARTS }, (_, part) => {
        const samples = this.#samples.slice(part * perPart, (part + 1) * perPart);
        return slope(samples.map((sample) => ({ x: sample.minutes, y: read(sample) })));
      });
    return {
      cores: byPart(members, (pid) => {
        const used = cpuSeconds(pid);
        return used === undefined ? undefined : (used - (this.#before.get(pid) ?? 0)) / seconds;
      }),
      bytes: byPart(members, residentBytes),
      slopes: {
        server: lines(({ server }) => server),
        'media workers': lines(({ mediaWorkers }) => mediaWorkers),
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
    for (const [part, lines] of Object.entries(slopes)) {
      const told = lines.map((line) => (line / MEGABYTE).toFixed(2)).join(', then ');
      console.log(`  memory of the ${part}: MB/min in thirds of the time ${told}`);
    }
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
