import { randomBytes } from 'node:crypto';
import { link, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DataDirectoryInUseError } from './errors.ts';
import { hasCode, makeDirectory, readFileIfPresent, writePrivateFile } from './private-files.ts';
import { isRunning, startTimeOf } from './processes.ts';

const ownerSchema = z.object({
  pid: z.number().int().positive(),
  /** Tells the owner from a later process with the same id; null where the platform does not say. */
  startTime: z.string().nullable(),
  /** Distinguishes several attempts of one process. */
  attempt: z.string(),
  /** Port of the embedded PostgreSQL on the loopback interface, once it runs. */
  postgresPort: z.number().int().positive().nullable(),
});
export type LockOwner = z.infer<typeof ownerSchema>;

const FILE_NAME = /^haven-(\d{1,12})\.lock$/;
/** Each attempt fails only because another server took a step meanwhile. */
const MAX_ATTEMPTS = 20;

/**
 * One server at a time on a data directory: a file that names the process which owns it.
 *
 * A dead owner's file is never replaced, since two servers could then both remove what the other just made. Its
 * successor makes the file of the next number instead, which only one can, and whoever finds a living owner of a
 * higher number than its own gives way.
 */
export class DataDirectoryLock {
  readonly #path: string;
  #owner: LockOwner;
  #released = false;

  private constructor(path: string, owner: LockOwner) {
    this.#path = path;
    this.#owner = owner;
  }

  /** @throws DataDirectoryInUseError when another process that still runs holds it */
  static async acquire(directory: string): Promise<DataDirectoryLock> {
    await makeDirectory(directory);
    const attempt = randomBytes(6).toString('hex');
    const owner = { pid: process.pid, startTime: startTimeOf(process.pid), attempt, postgresPort: null };
    const candidate = join(directory, `haven-${attempt}.candidate`);
    await writeFile(candidate, JSON.stringify(owner), { mode: 0o600, flag: 'wx' });
    try {
      for (let tries = 0; tries < MAX_ATTEMPTS; tries++) {
        const { number, living } = await newest(directory);
        if (living !== undefined) throw new DataDirectoryInUseError(directory, living.pid);
        const path = pathOf(directory, number + 1);
        if (!(await linked(candidate, path))) continue;
        const after = await newest(directory);
        if (after.living?.attempt === attempt) {
          await removeOlder(directory, number + 1);
          return new DataDirectoryLock(path, owner);
        }
        await rm(path, { force: true });
      }
      throw new DataDirectoryInUseError(directory, (await currentOwner(directory))?.pid ?? process.pid);
    } finally {
      await rm(candidate, { force: true });
    }
  }

  /** Tells the administration command, which joins a running server, where its PostgreSQL listens. */
  async announcePostgres(port: number): Promise<void> {
    this.#owner = { ...this.#owner, postgresPort: port };
    await writePrivateFile(this.#path, JSON.stringify(this.#owner));
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    await rm(this.#path, { force: true });
  }
}

/** The running server that holds the data directory, if there is one. */
export async function currentOwner(directory: string): Promise<LockOwner | undefined> {
  return (await newest(directory)).living;
}

/** The highest number of a lock file (0 when there is none), and its owner if that still runs. */
async function newest(directory: string): Promise<{ number: number; living: LockOwner | undefined }> {
  const number = Math.max(0, ...(await lockNumbers(directory)));
  const content = await readFileIfPresent(pathOf(directory, number));
  const owner = content === undefined ? undefined : parseOwner(content);
  return { number, living: owner !== undefined && stillRuns(owner) ? owner : undefined };
}

async function removeOlder(directory: string, number: number): Promise<void> {
  for (const older of await lockNumbers(directory)) {
    if (older < number) await rm(pathOf(directory, older), { force: true });
  }
}

async function lockNumbers(directory: string): Promise<number[]> {
  try {
    return (await readdir(directory)).flatMap((name) => {
      const digits = FILE_NAME.exec(name)?.[1];
      return digits === undefined ? [] : [Number(digits)];
    });
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

function pathOf(directory: string, number: number): string {
  return join(directory, `haven-${number}.lock`);
}

function parseOwner(content: string): LockOwner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(content));
  } catch {
    return undefined;
  }
}

function stillRuns(owner: LockOwner): boolean {
  return isRunning(owner.pid) && startTimeOf(owner.pid) === owner.startTime;
}

/** A hard link appears at once and with its whole content, or not at all. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}
