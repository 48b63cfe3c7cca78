import { readdir } from 'node:fs/promises';
import { HavenError } from '@haven/protocol';
import { hasCode, makeDirectory } from '../private-files.ts';
import { encodeFrame } from './frames.ts';
import { Segment, segmentNumber } from './segment.ts';

/** A segment this large is followed by a new one; the store usually confirms a segment's entries within seconds. */
const SEGMENT_BYTES = 4 * 1024 * 1024;
/** An active segment without unconfirmed entries is dropped when it has at least this size. */
const COMPACT_BYTES = 1024 * 1024;
/** An hour of 50 patients' observations while the store is away; kept entries also take this much memory. */
export const DEFAULT_JOURNAL_LIMIT_BYTES = 256 * 1024 * 1024;
/** Entries that wait while the disk is busy share one write, up to this size. */
const GROUP_BYTES = 1024 * 1024;

/** An entry that is on disk until it is confirmed. */
export type JournalEntry = { readonly payload: string; readonly segment: Segment };

type Waiting = {
  payload: string;
  frame: Buffer;
  resolve: (entry: JournalEntry) => void;
  reject: (error: unknown) => void;
};

export type JournalOptions = { directory: string; limitBytes?: number };

/**
 * An append-only journal with group commit: entries that arrive while the disk is busy share the next write and
 * fsync. Not a queue: entries are confirmed in any order, and what is not confirmed comes back at the next opening.
 */
export class Journal {
  readonly #directory: string;
  readonly #limitBytes: number;
  readonly #segments: Set<Segment>;
  #nextNumber: number;
  #active: Segment | undefined;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #closed = false;

  private constructor(options: JournalOptions, segments: Set<Segment>, nextNumber: number) {
    this.#directory = options.directory;
    this.#limitBytes = options.limitBytes ?? DEFAULT_JOURNAL_LIMIT_BYTES;
    this.#segments = segments;
    this.#nextNumber = nextNumber;
  }

  /** @returns the journal, its unconfirmed entries in order, and the bytes of entries that a crash cut off */
  static async open(
    options: JournalOptions,
  ): Promise<{ journal: Journal; entries: JournalEntry[]; tornBytes: number }> {
    await makeDirectory(options.directory);
    const numbers = (await readdir(options.directory))
      .map(segmentNumber)
      .filter((number) => number !== undefined)
      .toSorted((a, b) => a - b);
    const segments = new Set<Segment>();
    const entries: JournalEntry[] = [];
    let tornBytes = 0;
    for (const number of numbers) {
      const recovered = await Segment.recover(options.directory, number);
      tornBytes += recovered.tornBytes;
      const { segment } = recovered;
      if (recovered.payloads.length === 0) {
        await segment.remove();
        continue;
      }
      segments.add(segment);
      for (const payload of recovered.payloads) entries.push({ payload, segment });
    }
    return { journal: new Journal(options, segments, (numbers.at(-1) ?? 0) + 1), entries, tornBytes };
  }

  /** Most that it may take on disk. */
  get limitBytes(): number {
    return this.#limitBytes;
  }

  /** Bytes on disk. */
  get bytes(): number {
    let bytes = 0;
    for (const segment of this.#segments) bytes += segment.bytes;
    return bytes;
  }

  /**
   * Resolves when the entry is on disk.
   * @throws HavenError STORAGE_FULL when the disk or the journal's limit is full, STORAGE_UNAVAILABLE when the disk
   * fails, SHUTTING_DOWN after {@link close}; nothing of the entry is kept then
   */
  async append(payload: string): Promise<JournalEntry> {
    if (this.#closed) throw new HavenError('SHUTTING_DOWN');
    const frame = encodeFrame(payload);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ payload, frame, resolve, reject });
      this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
    });
  }

  /** The store has the entry: it need not be kept any longer. */
  async confirm(entries: readonly JournalEntry[]): Promise<void> {
    for (const { segment } of entries) segment.unconfirmed -= 1;
    for (const segment of new Set(entries.map((entry) => entry.segment))) {
      const spent = segment !== this.#active || segment.bytes >= COMPACT_BYTES;
      if (segment.unconfirmed === 0 && spent) await this.#drop(segment);
    }
  }

  /** Waits for the writes under way, and removes what is confirmed. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    for (const segment of this.#segments) {
      if (segment.unconfirmed > 0) await segment.seal();
      else await segment.removeForGood();
    }
    this.#segments.clear();
    this.#active = undefined;
  }

  async #drop(segment: Segment): Promise<void> {
    if (this.#active === segment) this.#active = undefined;
    this.#segments.delete(segment);
    await segment.remove();
  }

  async #write(): Promise<void> {
    // Whatever else arrives in this turn of the event loop shares the first write.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      try {
        const segment = await this.#writeGroup(group);
        for (const { payload, resolve } of group) resolve({ payload, segment });
      } catch (error) {
        const reason = asHavenError(error);
        for (const { reject } of group) reject(reason);
      }
    }
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    const end = this.#waiting.findIndex(({ frame }, index) => {
      bytes += frame.length;
      return index > 0 && bytes > GROUP_BYTES;
    });
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }

  async #writeGroup(group: readonly Waiting[]): Promise<Segment> {
    const frames = Buffer.concat(group.map(({ frame }) => frame));
    if (this.bytes + frames.length > this.#limitBytes) {
      throw new HavenError(
        'STORAGE_FULL',
        'The journal is full: the record store has not answered for too long.',
      );
    }
    const segment = await this.#segmentFor(frames.length);
    // Counted before they are written, so that the segment is not dropped meanwhile.
    segment.unconfirmed += group.length;
    try {
      await segment.append(frames);
      return segment;
    } catch (error) {
      segment.unconfirmed -= group.length;
      throw error;
    }
  }

  async #segmentFor(bytes: number): Promise<Segment> {
    const active = this.#active;
    if (active !== undefined) {
      if (active.writable && (active.bytes === 0 || active.bytes + bytes <= SEGMENT_BYTES)) return active;
      this.#active = undefined;
      await active.seal();
      if (active.unconfirmed === 0) await this.#drop(active);
    }
    const segment = await Segment.create(this.#directory, this.#nextNumber++);
    this.#segments.add(segment);
    this.#active = segment;
    return segment;
  }
}

function asHavenError(error: unknown): HavenError {
  if (error instanceof HavenError) return error;
  const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].some((code) => hasCode(error, code));
  return new HavenError(full ? 'STORAGE_FULL' : 'STORAGE_UNAVAILABLE', undefined, { cause: error });
}
