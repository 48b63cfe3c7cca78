import { open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from '../private-files.ts';
import { decodeFrames } from './frames.ts';

const FILE_NAME = /^(\d{10})\.journal$/;
/** The journal holds patient data. */
const FILE_MODE = 0o600;

/** @returns the number in a segment's file name; undefined for any other file */
export function segmentNumber(fileName: string): number | undefined {
  const digits = FILE_NAME.exec(fileName)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** One file of the journal. Only the newest is written to; each goes when all its entries are confirmed. */
export class Segment {
  readonly #directory: string;
  readonly #path: string;
  #file: FileHandle | undefined;
  #bytes: number;
  /** Entries that are not confirmed yet. */
  unconfirmed: number;

  private constructor(
    directory: string,
    number: number,
    bytes: number,
    unconfirmed: number,
    file?: FileHandle,
  ) {
    this.#directory = directory;
    this.#path = pathOf(directory, number);
    this.#bytes = bytes;
    this.unconfirmed = unconfirmed;
    this.#file = file;
  }

  static async create(directory: string, number: number): Promise<Segment> {
    const file = await open(pathOf(directory, number), 'wx', FILE_MODE);
    try {
      await syncDirectory(directory);
    } catch (error) {
      await file.close();
      throw error;
    }
    return new Segment(directory, number, 0, 0, file);
  }

  /** Reads what an earlier process left; the segment is never written to again. */
  static async recover(
    directory: string,
    number: number,
  ): Promise<{ segment: Segment; payloads: string[]; tornBytes: number }> {
    const content = await readFile(pathOf(directory, number));
    const { payloads, tornBytes } = decodeFrames(content);
    return { segment: new Segment(directory, number, content.length, payloads.length), payloads, tornBytes };
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether entries can still be added. */
  get writable(): boolean {
    return this.#file !== undefined;
  }

  /**
   * Adds frames and waits until they are on disk. When that fails, what was written of them is cut off again; the
   * segment is sealed when even that fails, so that nothing ever follows a damaged frame.
   */
  async append(frames: Buffer): Promise<void> {
    const file = this.#file;
    if (file === undefined) throw new Error('the segment is sealed');
    try {
      for (let written = 0; written < frames.length;) {
        const { bytesWritten } = await file.write(
          frames,
          written,
          frames.length - written,
          this.#bytes + written,
        );
        written += bytesWritten;
      }
      await file.datasync();
      this.#bytes += frames.length;
    } catch (error) {
      await file.truncate(this.#bytes).catch(() => this.seal());
      throw error;
    }
  }

  async seal(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async remove(): Promise<void> {
    await this.seal();
    await rm(this.#path, { force: true });
  }

  /** Removes the file durably, so that the next start finds nothing to repeat. */
  async removeForGood(): Promise<void> {
    await this.remove();
    await syncDirectory(this.#directory);
  }
}

function pathOf(directory: string, number: number): string {
  return join(directory, `${String(number).padStart(10, '0')}.journal`);
}
