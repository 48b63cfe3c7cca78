import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { temporaryDirectory } from '../../support/process.ts';
import type { ClipCell } from './clip.ts';
import { runCells } from './run-cells.ts';

const SECONDS = 14;
const common = { kilobits: 400, frameRate: 15, loss: 0.1, seconds: SECONDS };
const CELLS: ClipCell[] = [
  { ...common, id: 1, codec: 'vp8', synthetic: 'hr=72,seed=1,tone=light,noise=0.75' },
  { ...common, id: 2, codec: 'h264', synthetic: 'hr=96,seed=2,tone=light,noise=0.75' },
];

describe('cells of the matrix', () => {
  const cache = temporaryDirectory('matrix');

  test('are drawn, encoded with pictures missing, and measured second by second; then known', async () => {
    const results = await runCells(CELLS, { processes: 2, cache });
    for (const [index, rate] of [72, 96].entries()) {
      const { truth, seconds } = results[index].measurement;
      expect(truth.pulse.every((value) => value === rate)).toBe(true);
      expect(seconds.length).toBeGreaterThanOrEqual(SECONDS - 2);
      const shown = seconds.flatMap(({ pulse }) => (pulse.value === null ? [] : [pulse.value]));
      expect(shown.length).toBeGreaterThan(0);
      for (const value of shown) expect(Math.abs(value - rate)).toBeLessThanOrEqual(5);
    }
    expect(await readdir(join(cache, 'clips'))).toHaveLength(2);

    let done = 0;
    expect(await runCells(CELLS, { cache, onCell: () => done++ })).toEqual(results);
    expect(done).toBe(2);
  }, 120_000);

  test('that cannot be drawn fail with the sentence that says why', async () => {
    const cell = { ...CELLS[0], synthetic: 'hr=900' };
    await expect(runCells([cell], { cache })).rejects.toThrow(
      'Cell 1: Synthetic parameter "hr" must be a number from 30 to 220, not "900".',
    );
  }, 60_000);
});
