import { isStill, LOSSES } from '../cell.ts';
import { frozenCells, type FrozenCell } from '../frozen.ts';

/** Half of them with loss that repair has to work for. */
const CELLS_WITH_LOSS: ReadonlyMap<FrozenCell['loss'], number> = new Map([
  [0, 4],
  [0.05, 4],
  [0.1, 8],
  [0.3, 8],
]);

/**
 * The cells that are measured through the real SFU: the first of the frozen matrix that a device agent can send (it
 * encodes VP8), still ones and others in turn, for each share of loss.
 */
export function liveCells(): FrozenCell[] {
  const sendable = frozenCells().filter(({ codec }) => codec === 'vp8');
  return LOSSES.flatMap((loss) => {
    const cells = sendable.filter((cell) => cell.loss === loss);
    const [still, others] = [cells.filter(isStill), cells.filter((cell) => !isStill(cell))];
    const half = (CELLS_WITH_LOSS.get(loss) ?? 0) / 2;
    return still.slice(0, half).flatMap((cell, index) => [cell, others[index]]);
  });
}
