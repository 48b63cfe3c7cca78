import type { BlockActivity } from './block-activity.ts';
import type { PersonRegions } from './person-regions.ts';

const { max } = Math;

/** Small movement that neither noise nor a codec makes, levels (root mean square). */
const LEAST_SWAY = 0.5;
/** Breathing moves the edges of a body in several blocks; one alone flickers. */
const MIN_BLOCKS = 3;
/** Where so much of the surroundings sways the picture trembles; less is a body that reaches into them ... */
const TREMBLING_SHARE = 0.2;
/** ... and then the person must sway in this many times as large a share. */
const TREMBLING_FACTOR = 2.5;

/** How many of these blocks move by a lot. */
export function movingCount(moving: Uint8Array, blocks: readonly number[]): number {
  let count = 0;
  for (const block of blocks) count += moving[block];
  return count;
}

/** Whether something at the place moves as a body that breathes. */
export function swaysAmong(activity: BlockActivity, { person, surroundings }: PersonRegions): boolean {
  const swaying = swayingCount(activity, person);
  const around = swayingCount(activity, surroundings) / max(1, surroundings.length);
  const least = around < TREMBLING_SHARE ? 0 : TREMBLING_FACTOR * around * person.length;
  return swaying >= max(MIN_BLOCKS, least);
}

function swayingCount(activity: BlockActivity, blocks: readonly number[]): number {
  let count = 0;
  for (const block of blocks) {
    if (activity.sway(block) >= LEAST_SWAY) count++;
  }
  return count;
}
