/**
 * One cell of the matrix: a patient, a room, a camera and its path, all as numbers and words that a person can read.
 * The levels of each factor are frozen: what they are was decided before anything was tuned on them.
 */

export const TONES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;
/** Beats a minute; a cell's own rate is up to {@link PULSE_SPREAD} from its level, so that none sits on a grid. */
export const PULSES = [38, 50, 60, 68, 76, 86, 100, 120, 148, 180] as const;
export const PULSE_SPREAD = 2;
/** Breaths a minute, likewise up to {@link BREATHING_SPREAD} away, never beyond the outer levels. */
export const BREATHINGS = [8, 12, 16, 20, 26, 35] as const;
export const BREATHING_SPREAD = 1;
export const LIGHTS = ['office', 'side', 'dim'] as const;
/** Mains of 50 and 60 Hz light lamps 100 and 120 times a second; slow is anything from 0.3 to 3 Hz. */
export const FLICKERS = ['none', '50', '60', 'slow'] as const;
export const MOTIONS = ['none', 'still', 'talk', 'turn'] as const;
export const KILOBITS = [100, 200, 400, 800, 1500] as const;
export const CODECS = ['vp8', 'h264'] as const;
export type Codec = (typeof CODECS)[number];
export const FRAME_RATES = [7.5, 15, 30] as const;
/** Height of the face, hairline to chin, as a share of the picture's. */
export const FACES = [0.1, 0.18, 0.25, 0.35, 0.5] as const;
/** Share of the pictures (offline) or of the media packets (through the SFU) that is lost. */
export const LOSSES = [0, 0.05, 0.1, 0.3] as const;
/** Whether the camera's gain follows the brightness of its picture, in a room whose light changes now and then. */
export const AUTO_EXPOSURES = [false, true] as const;

export type Cell = {
  /** Also the seed of everything that is random in it. */
  id: number;
  tone: (typeof TONES)[number];
  /** Level of {@link PULSES}; the rate itself is in its `synthetic` text. */
  pulse: (typeof PULSES)[number];
  breathing: (typeof BREATHINGS)[number];
  light: (typeof LIGHTS)[number];
  flicker: (typeof FLICKERS)[number];
  motion: (typeof MOTIONS)[number];
  kilobits: (typeof KILOBITS)[number];
  codec: Codec;
  frameRate: (typeof FRAME_RATES)[number];
  face: (typeof FACES)[number];
  loss: (typeof LOSSES)[number];
  autoExposure: (typeof AUTO_EXPOSURES)[number];
};
export type Factor = Exclude<keyof Cell, 'id'>;

export const LEVELS: { readonly [F in Factor]: readonly Cell[F][] } = {
  tone: TONES,
  pulse: PULSES,
  breathing: BREATHINGS,
  light: LIGHTS,
  flicker: FLICKERS,
  motion: MOTIONS,
  kilobits: KILOBITS,
  codec: CODECS,
  frameRate: FRAME_RATES,
  face: FACES,
  loss: LOSSES,
  autoExposure: AUTO_EXPOSURES,
};

export const FACTORS: readonly Factor[] = [
  'tone',
  'pulse',
  'breathing',
  'light',
  'flicker',
  'motion',
  'kilobits',
  'codec',
  'frameRate',
  'face',
  'loss',
  'autoExposure',
];

/** @param row the index of a level for each of {@link FACTORS} */
export function cellOf(id: number, row: readonly number[]): Cell {
  const level = <F extends Factor>(factor: F): Cell[F] => LEVELS[factor][row[FACTORS.indexOf(factor)]];
  return {
    id,
    tone: level('tone'),
    pulse: level('pulse'),
    breathing: level('breathing'),
    light: level('light'),
    flicker: level('flicker'),
    motion: level('motion'),
    kilobits: level('kilobits'),
    codec: level('codec'),
    frameRate: level('frameRate'),
    face: level('face'),
    loss: level('loss'),
    autoExposure: level('autoExposure'),
  };
}

/** Nobody breathes more often than this share of their heartbeats; four beats a breath are usual. */
const MOST_BREATHS_PER_BEAT = 0.4;

/** Whether the levels can meet in one patient. */
export function isPossible({ pulse, breathing }: Pick<Cell, 'pulse' | 'breathing'>): boolean {
  return breathing <= MOST_BREATHS_PER_BEAT * pulse;
}

/** Smallest face of the still conditions: a quarter of the picture, as of a camera that was set up for its patient. */
const STILL_FACE = 0.25;
const STILL_KILOBITS = 200;

/**
 * The still conditions, for which the targets hold: a patient who rests or does not move at all, in light that may
 * flicker with the mains but does not pulsate, seen by a camera that was set up for the patient, over a link of
 * 200 kbit/s or more. Any tone, rate, light, codec, frame rate, loss and exposure.
 */
export function isStill(cell: Pick<Cell, 'motion' | 'flicker' | 'kilobits' | 'face'>): boolean {
  return (
    (cell.motion === 'none' || cell.motion === 'still') &&
    cell.flicker !== 'slow' &&
    cell.kilobits >= STILL_KILOBITS &&
    cell.face >= STILL_FACE
  );
}

/** Up to this rate a device sends its lower layer. */
const LOW_LAYER_KILOBITS = 400;

export function pictureSize({ kilobits }: { kilobits: number }): { width: number; height: number } {
  return kilobits <= LOW_LAYER_KILOBITS ? { width: 320, height: 240 } : { width: 640, height: 480 };
}
