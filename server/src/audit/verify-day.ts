import type { AuditChainReport, AuditProblem } from '@haven/protocol';
import type { KeyObject } from 'node:crypto';
import { hashOfLine, type ChainedLine, type ChainEnd } from './chained-line.ts';
import { isSignedBy, type Checkpoint } from './checkpoint.ts';
import { areSwapped } from './swapped-lines.ts';

/** As many as a report holds. */
const MAX_PROBLEMS = 100;

/** What is known about a chain besides its lines. */
export type DayContext = {
  node: string;
  day: string;
  /** The hash that the first line stands on; undefined when it is not known. */
  previous: string | undefined;
  /** The hash that the checkpoint stands on; undefined when it is not known. */
  previousCheckpoint: string | undefined;
  checkpoint: Checkpoint | undefined;
  /** A later day has begun: the checkpoint must be there. */
  over: boolean;
  /** The day's lines may have gone by age. */
  expired: boolean;
  /** A line that the server remembers, if it is of this day. */
  witness: ChainEnd | undefined;
  publicKeys: ReadonlyMap<string, KeyObject>;
};

export type DayResult = {
  report: AuditChainReport;
  /** The hash that the node's next day must stand on. */
  end: string | undefined;
};

/** Examines a chain line by line, in order of their sequence numbers, and then against its checkpoint. */
export async function verifyDay(
  lines: AsyncIterable<ChainedLine> | Iterable<ChainedLine>,
  context: DayContext,
): Promise<DayResult> {
  const examination = new Examination(context);
  for await (const line of lines) examination.line(line);
  return examination.finish();
}

class Examination {
  readonly #context: DayContext;
  readonly #problems: AuditProblem[] = [];
  /** Lines whose hash is not that of their content. */
  readonly #altered: ChainedLine[] = [];
  #count = 0;
  #last: { sequence: number; hash: string | undefined; intact: boolean };
  #witnessed: string | undefined;

  constructor(context: DayContext) {
    this.#context = context;
    this.#last = { sequence: 0, hash: context.previous, intact: true };
  }

  line(line: ChainedLine): void {
    const last = this.#last;
    const intact = hashOfLine(line) === line.hash;
    if (!intact && this.#altered.length < MAX_PROBLEMS) this.#altered.push(line);
    if (line.sequence !== last.sequence + 1) this.#outOfOrder(line.sequence, last.sequence);
    else if (intact && last.intact) this.#checkLink(line);
    if (line.sequence === this.#context.witness?.sequence) this.#witnessed = line.hash;
    this.#count += 1;
    this.#last = { sequence: line.sequence, hash: line.hash, intact };
  }

  finish(): DayResult {
    const { node, day, checkpoint } = this.#context;
    this.#nameAltered();
    const closed = this.#checkCheckpoint();
    this.#checkWitness();
    const problems = this.#problems.toSorted((a, b) => (a.sequence ?? Infinity) - (b.sequence ?? Infinity));
    return {
      report: { node, day, lines: this.#count, closed, problems: problems.slice(0, MAX_PROBLEMS) },
      end: closed ? checkpoint?.hash : this.#last.hash,
    };
  }

  #outOfOrder(sequence: number, last: number): void {
    if (sequence <= last) this.#found('line-changed', sequence, 'There are two lines of this number.');
    else {
      const missing = sequence - last - 1;
      const words =
        missing === 1 ? 'This line is missing.' : `${missing} lines are missing from this one on.`;
      this.#found('line-missing', last + 1, words);
    }
  }

  /** Both lines are what their hashes say, but do not belong together: the earlier one was hashed anew. */
  #checkLink({ previous, sequence }: ChainedLine): void {
    const { sequence: last, hash } = this.#last;
    if (hash === undefined || previous === hash) return;
    if (sequence === 1) {
      this.#found('line-missing', 1, "The day does not stand on the end of the node's day before.");
    } else {
      this.#found('line-changed', last, 'The line after it stands on another one.');
    }
  }

  #nameAltered(): void {
    const left = new Set(this.#altered);
    for (const line of left) {
      const other = [...left].find((candidate) => candidate !== line && areSwapped(line, candidate));
      if (other === undefined) continue;
      left.delete(line);
      left.delete(other);
      this.#found(
        'lines-swapped',
        line.sequence,
        `This line and line ${other.sequence} have changed places.`,
      );
    }
    for (const { sequence } of left)
      this.#found('line-changed', sequence, 'The content is not what was hashed.');
  }

  /** @returns whether the day is closed by a checkpoint that counts */
  #checkCheckpoint(): boolean {
    const { checkpoint, over, expired, previousCheckpoint, publicKeys } = this.#context;
    if (checkpoint === undefined) {
      if (over) this.#found('checkpoint-missing', null, 'The day is over and has no checkpoint.');
      return false;
    }
    if (!isSignedBy(checkpoint, publicKeys)) {
      this.#found('checkpoint-forged', null, 'The checkpoint is not signed by a known key.');
      return false;
    }
    if (previousCheckpoint !== undefined && checkpoint.previous !== previousCheckpoint) {
      this.#found(
        'checkpoint-missing',
        null,
        "The node's checkpoint before this one is missing or another one.",
      );
    }
    const { sequence, hash, intact } = this.#last;
    if (this.#count === 0 && expired) return true;
    if (sequence < checkpoint.sequence) {
      this.#found('chain-cut-off', sequence + 1, `The day was closed with ${checkpoint.sequence} lines.`);
    } else if (sequence > checkpoint.sequence) {
      this.#found('line-changed', checkpoint.sequence + 1, 'This line was added after the day was closed.');
    } else if (hash !== checkpoint.hash && intact) {
      this.#found('line-changed', sequence, 'The day was written anew: it does not end as it was signed.');
    }
    return true;
  }

  #checkWitness(): void {
    const { witness } = this.#context;
    if (witness === undefined) return;
    if (this.#last.sequence < witness.sequence) {
      this.#found(
        'chain-cut-off',
        this.#last.sequence + 1,
        `The server wrote up to line ${witness.sequence}.`,
      );
    } else if (this.#witnessed !== undefined && this.#witnessed !== witness.hash) {
      this.#found(
        'line-changed',
        witness.sequence,
        'The lines up to here are not those that the server wrote.',
      );
    }
  }

  #found(kind: AuditProblem['kind'], sequence: number | null, message: string): void {
    const known = this.#problems.some((problem) => problem.kind === kind && problem.sequence === sequence);
    if (!known) this.#problems.push({ kind, sequence, message });
  }
}
