import { randomBytes } from 'node:crypto';
import { link, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DataDirectoryInUseError } from './errors.ts';
import { hasCode, makeDirectory, readFileIfPresent, writePrivateFile } from './private-files.ts';
import { isRunning, startTimeOf } from './processes.ts';

const ownerSchema = z.object({
  pid: z.number().int().positive(),
  /** Tells the owner from a later process with the same id; null where the platform does not say. */
  startTime: z.string().nullable(),
  /** Port of the embedded PostgreSQL on the loopback interface, once it runs. */
  postgresPort: z.number().int().positive().nullable(),
});
export type LockOwner = z.infer<typeof ownerSchema>;

/** Taking over what a dead server left can lose against another server that does the same, a few times at most. */
const MAX_ATTEMPTS = 5;

/**
 * One server at a time on a data directory: a file that names the process which owns it. A file left by a process
 * that is gone does not count.
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
    const path = lockPath(directory);
    const owner = { pid: process.pid, startTime: startTimeOf(process.pid), postgresPort: null };
    const candidate = `${path}.${randomBytes(6).toString('hex')}`;
    await writeFile(candidate, JSON.stringify(owner), { mode: 0o600, flag: 'wx' });
    try {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        if (await linked(candidate, path)) return new DataDirectoryLock(path, owner);
        const held = await readFileIfPresent(path);
        if (held === undefined) continue;
        const other = parseOwner(held);
        if (other !== undefined && stillRuns(other)) throw new DataDirectoryInUseError(directory, other.pid);
        await setAside(path, held);
      }
      throw new DataDirectoryInUseError(directory, (await currentOwner(directory))?.pid ?? 0);
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
  const held = await readFileIfPresent(lockPath(directory));
  const owner = held === undefined ? undefined : parseOwner(held);
  return owner !== undefined && stillRuns(owner) ? owner : undefined;
}

function lockPath(directory: string): string {
  return join(directory, 'haven.lock');
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

/** Removes a dead server's lock, unless another server has replaced it since it was read. */
async function setAside(path: string, expected: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}.stale`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  if ((await readFileIfPresent(aside)) !== expected) await linked(aside, path);
  await rm(aside, { force: true });
}
