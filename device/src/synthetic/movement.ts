import type { Motion } from './parameters.ts';

/** Where the head is against its pose: shifts as shares of the picture's height, yaw in radians. */
export interface HeadPosition {
  right: number;
  up: number;
  yaw: number;
}

/** One sine of a movement. */
interface Sway {
  /** Cycles in {@link REPEAT_SECONDS}: whole, so that a clip of that length loops without a seam. */
  cycles: number;
  right: number;
  up: number;
}

/** All movement but breathing repeats after this time. */
export const REPEAT_SECONDS = 20;

/** Of a head at rest on a pillow: less than a pixel at 640×480. */
const REST: readonly Sway[] = [
  { cycles: 1, right: 0.0008, up: 0.0004 },
  { cycles: 3, right: 0.0005, up: -0.0003 },
  { cycles: 7, right: -0.0002, up: 0.0002 },
];
/** Of somebody who looks about and talks. */
const SWAYING: readonly Sway[] = [
  { cycles: 3, right: 0.014, up: 0.003 },
  { cycles: 5, right: 0.006, up: -0.004 },
];
/** Three turns from side to side, each as far as a warped picture still looks right. */
const TURNS = 3;
const TURN_RADIANS = (8 * Math.PI) / 180;

/** Adults at rest blink 10 to 20 times a minute; seconds at which a blink begins. */
const BLINKS = [1.9, 5.3, 8.1, 13.4, 17.2];
const BLINK_SECONDS = 0.3;

export function headPosition(motion: Motion, seconds: number): HeadPosition {
  const position = { right: 0, up: 0, yaw: 0 };
  if (motion === 'none') return position;
  const turn = (2 * Math.PI * seconds) / REPEAT_SECONDS;
  for (const { cycles, right, up } of motion === 'sway' ? [...REST, ...SWAYING] : REST) {
    position.right += right * Math.sin(cycles * turn);
    position.up += up * Math.cos(cycles * turn);
  }
  if (motion === 'turn') position.yaw = TURN_RADIANS * Math.sin(TURNS * turn);
  return position;
}

/** How far the lids are closed: 0 to 1. */
export function blink(motion: Motion, seconds: number): number {
  if (motion === 'none') return 0;
  const now = seconds % REPEAT_SECONDS;
  const started = BLINKS.find((start) => now >= start && now < start + BLINK_SECONDS);
  return started === undefined ? 0 : Math.sin((Math.PI * (now - started)) / BLINK_SECONDS) ** 2;
}
