import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../support/process.ts';

/** Short, so that a process that has used its part waits some milliseconds and not a tenth of a second, µs. */
const PERIOD_US = 10_000;
/** Where cgroups of version 1 have the processor; those of version 2 have everything in one place. */
const VERSION_1 = '/sys/fs/cgroup/cpu';
const VERSION_2 = '/sys/fs/cgroup';
const ENDED_WITHIN_MS = 10_000;

/** Bounds a process to a part of a core, by a cgroup of its own. */
export class CpuShare {
  readonly #directory: string;
  readonly #root: string;

  private constructor(root: string, pid: number) {
    this.#root = root;
    this.#directory = join(root, `haven-bench-${pid}`);
  }

  /** @throws Error when this process may not make cgroups */
  static of(pid: number, cores: number): CpuShare {
    const share = new CpuShare(existsSync(VERSION_1) ? VERSION_1 : VERSION_2, pid);
    const quota = Math.round(cores * PERIOD_US);
    mkdirSync(share.#directory);
    if (share.#root === VERSION_1) {
      share.#write('cpu.cfs_period_us', PERIOD_US);
      share.#write('cpu.cfs_quota_us', quota);
    } else {
      share.#write('cpu.max', `${quota} ${PERIOD_US}`);
    }
    share.#write('cgroup.procs', pid);
    return share;
  }

  /** Waits until the process has ended, which is told to. */
  async release(): Promise<void> {
    const members = join(this.#directory, 'cgroup.procs');
    await until('the bounded process to end', ENDED_WITHIN_MS, () => readFileSync(members, 'utf8') === '');
    rmdirSync(this.#directory);
  }

  #write(file: string, value: string | number): void {
    writeFileSync(join(this.#directory, file), String(value));
  }
}
