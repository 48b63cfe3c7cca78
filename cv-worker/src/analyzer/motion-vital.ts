import type { Vital, WithheldReason } from '@haven/protocol';

/** The motion level looks back over about this long. */
const WINDOW_MS = 1000;

/**
 * How much moves, as a vital.
 *
 * @param level 0 still to 1 strongest
 * @param reason why nothing can be said of the picture, or null
 */
export function motionVital(at: number, level: number, reason: WithheldReason | null): Vital {
  const measured = reason === null;
  return {
    name: 'motion',
    unit: '1',
    state: measured ? 'measured' : 'withheld',
    value: measured ? Math.round(level * 100) / 100 : null,
    quality: measured ? 1 : 0,
    method: 'block-difference',
    windowMs: WINDOW_MS,
    measuredAt: measured ? Math.round(at) : null,
    reason,
  };
}
