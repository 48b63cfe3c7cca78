/** A tile's width to its height when the picture (4:3) stands beside the values. */
const TILE_ASPECT = 2;
/** Below this a tile stands alone in its row, CSS px. */
const LEAST_TILE_WIDTH = 300;

/**
 * Columns of the wall: those that give the largest tiles of {@link TILE_ASPECT}, however many fit.
 * @param width of the space for all tiles, CSS px
 */
export function chooseColumns(count: number, width: number, height: number): number {
  const most = Math.max(1, Math.min(count, Math.floor(width / LEAST_TILE_WIDTH)));
  let best = 1;
  let bestSize = 0;
  for (let columns = 1; columns <= most; columns += 1) {
    const rows = Math.ceil(count / columns);
    const size = Math.min(width / columns, (height / rows) * TILE_ASPECT);
    if (size >= bestSize) {
      best = columns;
      bestSize = size;
    }
  }
  return best;
}

export type ArrowKey = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';
export function isArrowKey(key: string): key is ArrowKey {
  return key === 'ArrowLeft' || key === 'ArrowRight' || key === 'ArrowUp' || key === 'ArrowDown';
}

/** The tile that an arrow key leads to; the same one at an edge. */
export function neighbour(index: number, key: ArrowKey, count: number, columns: number): number {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key];
  const next = index + step;
  return next < 0 || next >= count ? index : next;
}
