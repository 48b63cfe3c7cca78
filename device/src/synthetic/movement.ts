import type { Motion } from './parameters.ts';

/**
 * Where the head is against its pose: shifts as shares of the height of a picture that the face half fills, yaw in
 * radians, and how far the jaw has dropped.
 */
export interface HeadPosition {
  right: number;
  up: number;
  yaw: number;
  jaw: number;
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

/** Nods and shakes that go along with speech, and small turns. */
const TALKING: readonly Sway[] = [
  { cycles: 7, right: 0.0015, up: 0.003 },
  { cycles: 17, right: 0.001, up: 0.0022 },
  { cycles: 29, right: -0.0005, up: 0.0012 },
];
const TALKING_YAW: readonly [cycles: number, radians: number][] = [
  [4, 0.025],
  [11, 0.012],
];
/** Syllables come at 3 to 6 Hz (Chandrasekaran et al. 2009): cycles of the jaw, and how far each drops it. */
const SYLLABLES: readonly [cycles: number, drop: number][] = [
  [67, 0.004],
  [83, 0.004],
  [103, 0.003],
];
/** Phrases with pauses for breath between. */
const PHRASES = 5;

/** Adults at rest blink 10 to 20 times a minute; seconds at which a blink begins. */
const BLINKS = [1.9, 5.3, 8.1, 13.4, 17.2];
const BLINK_SECONDS = 0.3;

const SWAYS: Readonly<Record<Motion, readonly Sway[]>> = {
  none: [],
  still: REST,
  sway: [...REST, ...SWAYING],
  turn: REST,
  talk: [...REST, ...TALKING],
};

export function headPosition(motion: Motion, seconds: number): HeadPosition {
  const position = { right: 0, up: 0, yaw: 0, jaw: 0 };
  const turn = (2 * Math.PI * seconds) / REPEAT_SECONDS;
  for (const { cycles, right, up } of SWAYS[motion]) {
    position.right += right * Math.sin(cycles * turn);
    position.up += up * Math.cos(cycles * turn);
  }
  if (motion === 'turn') position.yaw = TURN_RADIANS * Math.sin(TURNS * turn);
  if (motion === 'talk') {
    for (const [cycles, radians] of TALKING_YAW) position.yaw += radians * Math.sin(cycles * turn);
    position.jaw = jawDrop(turn);
  }
  return position;
}

/** How far the jaw has dropped: within a phrase as the syllables say, else closed. */
function jawDrop(turn: number): number {
  const phrase = Math.max(0, Math.sin(PHRASES * turn) + 0.5) / 1.5;
  const open = SYLLABLES.reduce((sum, [cycles, drop]) => sum + drop * (1 + Math.sin(cycles * turn)), 0);
  return phrase * open;
}

/** How far the lids are closed: 0 to 1. */
export function blink(motion: Motion, seconds: number): number {
  if (motion === 'none') return 0;
  const now = seconds % REPEAT_SECONDS;
  const started = BLINKS.find((start) => now >= start && now < start + BLINK_SECONDS);
  return started === undefined ? 0 : Math.sin((Math.PI * (now - started)) / BLINK_SECONDS) ** 2;
}
