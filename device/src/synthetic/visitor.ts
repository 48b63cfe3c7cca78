import { smoothstep } from './colour.ts';
import type { Pose, Size } from './layers.ts';
import { Physiology } from './physiology.ts';
import type { SyntheticParameters } from './parameters.ts';
import type { VisitorState } from './frame-state.ts';

const { min } = Math;

/** Stepping before the camera, or away, takes this long, s. */
const STEP_SECONDS = 2;
/** The visitor stands nearer to the camera than the patient. */
const NEARER = 1.2;
const LARGEST_FACE = 0.6;
/** Another person with another tone of skin. */
const SEED_OFFSET = 3;
const TONE_OFFSET = 4;
const TONES = 10;
/** A face is about this wide against its height: nearer than that, the two faces overlap. */
const FACE_WIDTH = 0.8;

/** The person who comes from the right and covers the patient's face. */
export class Visitor {
  readonly #parameters: SyntheticParameters;
  readonly #physiology: Physiology;

  constructor(parameters: SyntheticParameters) {
    const { visitorPulse, breathing, amplitude } = parameters;
    this.#parameters = parameters;
    this.#physiology = new Physiology({ pulse: [{ at: 0, value: visitorPulse }], breathing, amplitude });
  }

  /** Who the visitor is; null when nobody ever comes. */
  static pose({ visitor, seed, tone, light, face }: SyntheticParameters): Pose | null {
    if (!visitor.some(({ value }) => value)) return null;
    return {
      seed: seed + SEED_OFFSET,
      tone: ((tone - 1 + TONE_OFFSET) % TONES) + 1,
      light,
      yaw: 0,
      face: min(LARGEST_FACE, NEARER * face),
    };
  }

  stateAt(seconds: number, { width }: Size): VisitorState | null {
    const distance = this.#distance(seconds);
    if (distance === 1) return null;
    return { right: distance * width, greenChange: this.#physiology.greenChange(seconds) };
  }

  /** Whether the visitor's face overlaps the patient's. */
  hidesPatient(seconds: number, { width, height }: Size): boolean {
    return this.#distance(seconds) * width < FACE_WIDTH * this.#parameters.face * height;
  }

  /** How far the visitor is from before the patient: 0 there, 1 out of the picture. */
  #distance(seconds: number): number {
    const { visitor } = this.#parameters;
    const index = visitor.findLastIndex(({ at }) => at <= seconds);
    const { at, value } = visitor[index];
    const before = index > 0 && visitor[index - 1].value;
    if (value === before || index === 0) return value ? 0 : 1;
    const share = smoothstep(0, STEP_SECONDS, seconds - at);
    return value ? 1 - share : share;
  }
}
