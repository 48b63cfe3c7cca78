import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { cacheFolder, type ClipCell } from './clip.ts';
import type { Measurement } from './measure.ts';
import { analysisVersion, ResultStore } from './results.ts';

const PROGRAM = fileURLToPath(new URL('cell-process.ts', import.meta.url));
/** A cell takes some ten seconds; on a machine that is busy with other things, a few minutes. */
const CELL_TIMEOUT_MS = 600_000;

const answerSchema = z.tuple([z.object({ failure: z.string().nullable() })]).rest(z.unknown());

export type RunOptions<C> = {
  /** Cells at the same time; each takes a core. */
  processes?: number;
  /** Where clips and results are kept. */
  cache?: string;
  /** After each cell; `done` of all. */
  onCell?: (cell: C, done: number) => void;
};

/**
 * Measures cells in processes of their own and gives the results in the cells' order. Clips and results come from the
 * cache where it has them.
 *
 * @throws Error when a cell fails or a process dies
 */
export async function runCells<C extends ClipCell>(
  cells: readonly C[],
  { processes = 2, cache = cacheFolder(), onCell }: RunOptions<C> = {},
): Promise<{ cell: C; measurement: Measurement }[]> {
  const version = await analysisVersion();
  const store = new ResultStore(cache, version);
  const results = new Map<C, Measurement>();
  const waiting: C[] = [];
  const finish = (cell: C, measurement: Measurement) => {
    results.set(cell, measurement);
    onCell?.(cell, results.size);
  };
  for (const cell of cells) {
    const known = await store.read(cell);
    if (known === undefined) waiting.push(cell);
    else finish(cell, known);
  }
  const work = async () => {
    if (waiting.length === 0) return;
    const child = fork(PROGRAM, [cache, version]);
    try {
      for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
        await ask(child, cell);
        const measurement = await store.read(cell);
        if (measurement === undefined) throw new Error(`Cell ${cell.id} left no result.`);
        finish(cell, measurement);
      }
    } finally {
      child.kill();
    }
  };
  await Promise.all(Array.from({ length: processes }, work));
  return cells.map((cell) => {
    const measurement = results.get(cell);
    if (measurement === undefined) throw new Error(`Cell ${cell.id} was not measured.`);
    return { cell, measurement };
  });
}

async function ask(child: ChildProcess, cell: ClipCell): Promise<void> {
  const answered = new AbortController();
  const signal = AbortSignal.any([answered.signal, AbortSignal.timeout(CELL_TIMEOUT_MS)]);
  const answer = once(child, 'message', { signal });
  const dead = once(child, 'exit', { signal }).then(() => {
    throw new Error(`The process that measured cell ${cell.id} died.`);
  });
  // Whichever of the two does not come is given up below.
  answer.catch(() => undefined);
  dead.catch(() => undefined);
  try {
    child.send(cell);
    const [{ failure }] = answerSchema.parse(await Promise.race([answer, dead]));
    if (failure !== null) throw new Error(`Cell ${cell.id}: ${failure}`);
  } finally {
    answered.abort();
  }
}
