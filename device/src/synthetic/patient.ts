import { HavenError } from '@haven/protocol';
import { AutoExposure } from './auto-exposure.ts';
import { Compositor } from './compositor.ts';
import { blink, headPosition } from './movement.ts';
import { DEFAULT_FACE, type SyntheticParameters } from './parameters.ts';
import { Physiology } from './physiology.ts';
import type { FrameState } from './frame-state.ts';
import type { Size } from './layers.ts';
import { drawClock } from './picture-clock.ts';
import { renderLayers, renderVisitor } from './renderer.ts';
import { valueAt } from './timeline.ts';
import { Visitor } from './visitor.ts';

/** What is true of the patient at a moment, whatever a camera makes of it. */
export interface Truth {
  /** Beats a minute. */
  pulse: number;
  /** Breaths a minute. */
  breathing: number;
  /** Whether the picture shows the living patient: false while covered, absent, frozen or behind a visitor. */
  visible: boolean;
}

/** Beyond these sizes a pose takes too long to draw, or the face is too small to be found. */
const SMALLEST_SIDE = 120;
const LARGEST_SIDE = 1920;

/** How far a breath raises the shoulders, as a share of the height of a picture that the face half fills: ±2 mm. */
const LIFT = 0.005;
/** How much a breath changes the light on everything: the body reflects a little onto the room. */
const BREATH_GAIN = 0.0004;
/** A rolling shutter reads the rows of a picture one after the other, over this time. */
const READOUT_SECONDS = 1 / 60;
/** Picture levels go with light to this power. */
const CAMERA_GAMMA = 1 / 2.2;

/** A rendered person with a pulse and a breath, as a camera at the bedside would show them. */
export class SyntheticPatient {
  readonly #parameters: SyntheticParameters;
  readonly #physiology: Physiology;
  readonly #compositor: Compositor;
  readonly #size: Size;
  readonly #wallClock: () => number;
  readonly #visitor: Visitor;
  readonly #autoExposure: AutoExposure | null;
  #drawn = false;

  private constructor(
    parameters: SyntheticParameters,
    compositor: Compositor,
    size: Size,
    wallClock: () => number,
  ) {
    this.#parameters = parameters;
    this.#physiology = new Physiology(parameters);
    this.#compositor = compositor;
    this.#size = size;
    this.#wallClock = wallClock;
    this.#visitor = new Visitor(parameters);
    this.#autoExposure = parameters.autoExposure ? new AutoExposure() : null;
  }

  /**
   * Draws the patient's pose, which takes a few seconds; the event loop goes on meanwhile.
   *
   * @param wallClock time of day, ms, for the `clock` parameter
   * @throws HavenError INVALID_REQUEST for a size that is not even or out of bounds.
   */
  static async create(
    parameters: SyntheticParameters,
    size: Size,
    wallClock: () => number = Date.now,
  ): Promise<SyntheticPatient> {
    for (const side of [size.width, size.height]) {
      if (side % 2 === 0 && side >= SMALLEST_SIDE && side <= LARGEST_SIDE) continue;
      throw new HavenError(
        'INVALID_REQUEST',
        `A synthetic patient's width and height must be even, from ${SMALLEST_SIDE} to ${LARGEST_SIDE}, not ${size.width}x${size.height}.`,
      );
    }
    const layers = await renderLayers(parameters, size);
    const pose = Visitor.pose(parameters);
    const visitor = pose && (await renderVisitor(pose, size));
    const compositor = new Compositor(layers, visitor, parameters.seed);
    return new SyntheticPatient(parameters, compositor, size, wallClock);
  }

  /**
   * The picture at `seconds` since the start: I420, `width · height · 3 / 2` bytes, in a buffer that the next call
   * writes over. The same parameters and the same calls give the same bytes.
   */
  frame(seconds: number): Uint8Array {
    const { covered, frozen, absent, clock } = this.#parameters;
    if (valueAt(frozen, seconds) && this.#drawn) return this.#compositor.picture;
    this.#drawn = true;
    if (valueAt(covered, seconds)) this.#compositor.drawCover();
    else if (valueAt(absent, seconds)) this.#compositor.drawEmptyBed(this.#stateAt(seconds));
    else this.#compositor.drawPatient(this.#stateAt(seconds));
    const { picture } = this.#compositor;
    this.#autoExposure?.meter(picture.subarray(0, this.#size.width * this.#size.height), seconds);
    if (clock) drawClock(picture, this.#size.width, this.#size.height, this.#wallClock());
    return picture;
  }

  /** What an analyzer of the picture should find at `seconds` since the start. */
  truth(seconds: number): Truth {
    const { covered, frozen, absent } = this.#parameters;
    return {
      pulse: this.#physiology.pulseRate(seconds),
      breathing: this.#physiology.breathingRate(seconds),
      visible:
        !valueAt(covered, seconds) &&
        !valueAt(frozen, seconds) &&
        !valueAt(absent, seconds) &&
        !this.#visitor.hidesPatient(seconds, this.#size),
    };
  }

  #stateAt(seconds: number): FrameState {
    const { motion, exposure, flicker, flickerDepth, noise, face } = this.#parameters;
    const movement = valueAt(motion, seconds);
    const head = headPosition(movement, seconds);
    const breath = this.#physiology.breath(seconds);
    const frequency = valueAt(flicker, seconds);
    const scale = (this.#size.height * face) / DEFAULT_FACE;
    return {
      greenChange: this.#physiology.greenChange(seconds),
      lift: LIFT * scale * breath,
      right: head.right * scale,
      up: head.up * scale,
      yaw: head.yaw,
      jaw: head.jaw * scale,
      lids: blink(movement, seconds),
      gain:
        valueAt(exposure, seconds) ** CAMERA_GAMMA *
        (1 + BREATH_GAIN * breath) *
        (this.#autoExposure?.gain ?? 1),
      flicker: frequency > 0 ? valueAt(flickerDepth, seconds) : 0,
      flickerPhase: 2 * Math.PI * frequency * seconds,
      flickerPhasePerRow: (2 * Math.PI * frequency * READOUT_SECONDS) / this.#size.height,
      noise: valueAt(noise, seconds),
      visitor: this.#visitor.stateAt(seconds, this.#size),
    };
  }
}
