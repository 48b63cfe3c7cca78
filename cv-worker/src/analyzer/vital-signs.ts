import type { Vital, WithheldReason } from '@haven/protocol';
import { HeldValue } from './held-value.ts';
import { BreathingMonitor } from '../breathing/monitor.ts';
import { ChestTracker } from '../breathing/chest-tracker.ts';
import type { FaceMovement } from '../face/face-tracker.ts';
import type { FaceMesh } from '../face/facemesh.ts';
import { MIN_SKIN_PIXELS, SkinSampler, type Shift } from '../face/skin-sampler.ts';
import { SteadyShift } from '../face/steady-shift.ts';
import type { Frame } from '../frame.ts';
import { HeadMotion } from '../motion/head-motion.ts';
import { PulseMonitor } from '../pulse/monitor.ts';
import type { WaveformPiece } from '../pulse/waveform.ts';
import type { SkinSample } from '../skin-sample.ts';
import { VARIABILITY_TRACE_S, VariabilityMonitor } from '../variability/monitor.ts';

/** A head that moves further than this within a second blurs and turns its skin, face widths. */
const MAX_HEAD_MOTION = 0.3;
/** Less than this is a body at rest with its breathing, and the mesh's own trembling. */
const STILL_HEAD_MOTION = 0.05;
/** Motion about the patient above which skin cannot be measured. */
const MAX_MOTION = 0.5;
/** Breathing in the pulse is looked for in as much of it, s. */
const BREATHING_TRACE_S = 40;

export type VitalSignsOptions = {
  /** Takes each sample of skin, valid during the call only: for recording what is measured. */
  onSkin?: ((timeMs: number, sample: SkinSample) => void) | undefined;
};

/** What stands for the vital signs where only presence is watched. */
export function presenceOnly(): Vital[] {
  return VITAL_SIGNS.map((name) => {
    const held = new HeldValue(name);
    held.block('presence-only');
    return held.vitalAt(0);
  });
}
const VITAL_SIGNS = ['pulse', 'breathing', 'sdnn', 'rmssd'] as const;

/** Measures what a face and the chest below it show: pulse, breathing, and the variability of the beats. */
export class VitalSigns {
  readonly #onSkin: VitalSignsOptions['onSkin'];
  readonly #skin = new SkinSampler();
  readonly #steady = new SteadyShift();
  readonly #chest = new ChestTracker();
  readonly #head = new HeadMotion();
  readonly #pulse = new PulseMonitor({ kind: 'face' });
  readonly #breathing = new BreathingMonitor();
  readonly #variability = new VariabilityMonitor();
  /** How far the face was from where its skin regions were placed, when its mesh was fitted, pixels. */
  #shift: Shift = { x: 0, y: 0 };

  constructor(options: VitalSignsOptions) {
    this.#onSkin = options.onSkin;
  }

  /**
   * Measures in one picture.
   *
   * @param mesh the face's, when it was fitted in this picture
   * @param movement of the face since the mesh before; null when it is not tracked
   * @param motion level about the patient, 0–1
   */
  measure(frame: Frame, mesh: FaceMesh | null, movement: FaceMovement | null, motion: number): void {
    const now = frame.timeMs;
    const { x, y } = this.#shift;
    let shift = movement === null ? this.#shift : { x: x + movement.x, y: y + movement.y };
    if (mesh !== null) shift = this.#follow(frame, mesh, shift);
    const face = this.#skin.placedAt;
    if (face === null) return;
    const head = { x: (face.x + shift.x) / face.width, y: (face.y + shift.y) / face.width };
    this.#head.add(now, head.x, head.y);
    const steady = this.#steady.follow(now, shift, face.width);
    if (this.#head.level > STILL_HEAD_MOTION) this.#pulse.noteMovement(now);
    if (motion > MAX_MOTION || this.#head.level > MAX_HEAD_MOTION) {
      this.interrupt('moving');
      return;
    }
    if (this.#skin.skinPixelCount < MIN_SKIN_PIXELS) {
      this.#pulse.interrupt('too-far');
    } else {
      const sample = this.#skin.sample(frame, steady);
      this.#onSkin?.(now, sample);
      this.#pulse.addSample(now, sample, head);
    }
    const chest = this.#chest.track(frame);
    if (chest !== null) this.#breathing.addChest(now, chest);
  }

  /** Judges the windows that end now; once a second. */
  evaluate(nowMs: number): void {
    this.#pulse.evaluate();
    const trace = this.#pulse.trace(BREATHING_TRACE_S);
    if (trace !== null) this.#breathing.addPulse(trace);
    this.#breathing.evaluate();
    if (this.#variability.isDue(nowMs)) {
      this.#variability.addPulse(nowMs, this.#pulse.trace(VARIABILITY_TRACE_S));
    }
  }

  waveform(): WaveformPiece | null {
    return this.#pulse.waveform();
  }

  vitalsAt(nowMs: number): Vital[] {
    return [this.#pulse.vitalAt(nowMs), this.#breathing.vitalAt(nowMs), ...this.#variability.vitals(nowMs)];
  }

  /** Withholds at once and forgets: what was seen until now may be another patient's. */
  block(reason: WithheldReason): void {
    this.#pulse.block(reason);
    this.#breathing.block(reason);
    this.#variability.block(reason);
    this.forgetPlaces();
  }

  /** Forgets the samples, which are disturbed; the last values are held for a while. */
  interrupt(reason: WithheldReason): void {
    this.#pulse.interrupt(reason);
    this.#breathing.interrupt(reason);
  }

  /** Where skin and chest are is known by pixels: another size or part of the camera's picture makes that void. */
  forgetPlaces(): void {
    this.#skin.reset();
    this.#chest.reset();
    this.#head.reset();
    this.#shift = { x: 0, y: 0 };
    this.#steady.reset();
  }

  /** @returns how far the face is from where its regions are placed now */
  #follow(frame: Frame, mesh: FaceMesh, shift: Shift): Shift {
    const placedAnew = this.#skin.follow(frame, mesh, this.#steady.value);
    this.#shift = placedAnew ? { x: 0, y: 0 } : shift;
    if (placedAnew) this.#steady.restart();
    this.#chest.follow(frame, mesh.box);
    return this.#shift;
  }
}
