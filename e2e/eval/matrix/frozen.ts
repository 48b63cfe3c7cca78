import { writeFile } from 'node:fs/promises';
import { design, DESIGN_SEED } from './design.ts';
import type { Cell } from './cell.ts';
import { syntheticText } from './synthetic.ts';

/** The frozen matrix, one line a cell; the file is read by people and by other programs. */
export const FROZEN_FILE = new URL('cells.json', import.meta.url);

/** A cell with its patient as text. */
export type FrozenCell = Cell & { synthetic: string };

export function frozenCells(seed: number = DESIGN_SEED): FrozenCell[] {
  return design(seed).map((cell) => ({ ...cell, synthetic: syntheticText(cell, seed) }));
}

export function formatCells(cells: readonly FrozenCell[]): string {
  return `[\n${cells.map((cell) => JSON.stringify(cell)).join(',\n')}\n]\n`;
}

/** `node e2e/eval/matrix/frozen.ts` writes the file anew; a test holds it to the design. */
if (import.meta.main) {
  await writeFile(FROZEN_FILE, formatCells(frozenCells()));
}
