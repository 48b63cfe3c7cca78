import type { TechnicalCondition, Vital, WithheldReason } from '@haven/protocol';
import { PictureWatch } from './analyzer/picture-watch.ts';
import { BreathingMonitor } from './breathing/monitor.ts';
import { ChestTracker } from './breathing/chest-tracker.ts';
import type { Box } from './face/box.ts';
import type { FaceDetector } from './face/detector.ts';
import { FaceWatch } from './face/face-watch.ts';
import { displacement, MIN_SKIN_PIXELS, SkinSampler } from './face/skin-sampler.ts';
import type { FaceMesh } from './face/facemesh.ts';
import type { Frame } from './frame.ts';
import { MotionMeter } from './motion/motion-meter.ts';
import { thumbnail, type Thumbnail } from './motion/thumbnail.ts';
import type { PresenceEvent } from './presence/event.ts';
import { PresenceWatch } from './presence/presence-watch.ts';
import { PulseMonitor } from './pulse/monitor.ts';

const STILL = { x: 0, y: 0 };
const VITALS_INTERVAL_MS = 1000;
/** Without a frame for this long there is no picture, ms. */
const NO_PICTURE_MS = 2000;
/** A head that moves by this share of its width between two meshes leaves its skin regions behind. */
const MAX_FACE_DISPLACEMENT = 0.12;
/** Less than this is the mesh's own trembling and a body at rest. */
const STILL_FACE_DISPLACEMENT = 0.035;
/** Motion about the patient above which skin cannot be measured. */
const MAX_MOTION = 0.5;
/** The motion level looks back over about this long. */
const MOTION_WINDOW_MS = 1000;
/** The person about a face box: face widths to each side and face heights above and below. */
const PERSON = { side: 0.8, above: 0.4, below: 1.2 };

export type AnalyzerOutput = {
  /** Time of this output, ms on the frames' clock. */
  at: number;
  /** One of each vital, once a second; null in between. */
  vitals: Vital[] | null;
  /** Pulse waveform samples at 25 Hz that became final, null where the rate is withheld. */
  waveform: { startAt: number; samples: (number | null)[] } | null;
  events: PresenceEvent[];
  /** Technical conditions that changed. */
  conditions: { condition: TechnicalCondition; present: boolean; at: number }[];
};

/**
 * Measures one stream. Synchronous and without timers: frames and the time come in, what is due comes out, so that a
 * file and a live stream give the same. Frames keep their pixels only during the call.
 */
export class Analyzer {
  readonly #faces: FaceWatch;
  readonly #picture = new PictureWatch();
  readonly #skin = new SkinSampler();
  readonly #chest = new ChestTracker();
  readonly #motion = new MotionMeter();
  readonly #pulse = new PulseMonitor();
  readonly #breathing = new BreathingMonitor();
  readonly #presence = new PresenceWatch();
  #mesh: FaceMesh | null = null;
  #reason: WithheldReason | null = 'starting';
  #frameAt: number | null = null;
  #vitalsAt: number | null = null;
  #width = 0;
  #height = 0;

  constructor(options: { detector: FaceDetector }) {
    this.#faces = new FaceWatch(options.detector);
  }

  /** Takes the next frame. Its time must not be before that of the one before. */
  push(frame: Frame): AnalyzerOutput {
    const at = frame.timeMs;
    this.#frameAt = at;
    this.#vitalsAt ??= at;
    this.#noticeSize(frame);
    const picture = thumbnail(frame);
    const conditions = this.#picture.add(at, picture);
    let events: AnalyzerOutput['events'] = [];
    if (this.#picture.reason === null) {
      const { mesh } = this.#faces.update(frame);
      this.#withhold(this.#faces.reason);
      this.#motion.add(at, picture, personShare(frame, this.#faces.box));
      if (this.#faces.box !== null) this.#measure(frame, mesh);
      events = this.#watchPresence(frame, picture);
    } else {
      this.#withhold(this.#picture.reason);
      this.#motion.reset();
      this.#presence.block(at, this.#picture.reason);
    }
    const vitals = this.#dueVitals(at);
    return { at: Math.round(at), vitals, waveform: this.#pulse.waveform(), events, conditions };
  }

  /** To be called once a second: gives vitals, withheld in time, also when no frame comes. */
  tick(nowMs: number): AnalyzerOutput {
    const output = { at: Math.round(nowMs), vitals: null, waveform: null, events: [], conditions: [] };
    this.#vitalsAt ??= nowMs;
    this.#frameAt ??= nowMs;
    if (nowMs - this.#frameAt < NO_PICTURE_MS) return output;
    this.#withhold('no-picture');
    this.#motion.reset();
    this.#presence.block(nowMs, 'no-picture');
    return { ...output, vitals: this.#dueVitals(nowMs) };
  }

  #watchPresence(frame: Frame, picture: Thumbnail): PresenceEvent[] {
    return this.#presence.update({
      atMs: frame.timeMs,
      thumbnail: picture,
      faces: this.#faces.faces,
      patientBox: this.#faces.box,
      tooFar: this.#faces.reason === 'too-far',
      motionLevel: this.#motion.level,
      frame,
    }).events;
  }

  /** On a new reason everything is withheld at once and forgotten. */
  #withhold(reason: WithheldReason | null): void {
    if (reason === this.#reason) return;
    this.#reason = reason;
    if (reason === null) return;
    this.#pulse.block(reason);
    this.#breathing.block(reason);
    this.#forgetPlaces();
  }

  /** Where skin and chest are is known by pixels: a camera that was turned upright makes that void. */
  #noticeSize(frame: Frame): void {
    if (frame.width === this.#width && frame.height === this.#height) return;
    this.#width = frame.width;
    this.#height = frame.height;
    this.#interrupt('starting');
    this.#forgetPlaces();
  }

  #forgetPlaces(): void {
    this.#skin.reset();
    this.#chest.reset();
    this.#mesh = null;
  }

  /** A face on probation is measured as well, so that a value is ready when it ends. */
  #measure(frame: Frame, mesh: FaceMesh | null): void {
    if (this.#reason !== null && this.#reason !== 'new-face') return;
    if (mesh !== null) this.#follow(frame, mesh);
    if (this.#mesh === null) return;
    if (this.#motion.level > MAX_MOTION) {
      this.#interrupt('moving');
      return;
    }
    if (this.#skin.skinPixelCount < MIN_SKIN_PIXELS) this.#pulse.interrupt('too-far');
    else this.#pulse.addSample(frame.timeMs, this.#skin.sample(frame, STILL));
    const chest = this.#chest.track(frame);
    if (chest !== null) this.#breathing.addChest(frame.timeMs, chest);
  }

  #follow(frame: Frame, mesh: FaceMesh): void {
    const moved = this.#mesh === null ? 0 : displacement(this.#mesh, mesh);
    if (moved > STILL_FACE_DISPLACEMENT) this.#pulse.noteMovement(frame.timeMs);
    if (moved > MAX_FACE_DISPLACEMENT) this.#interrupt('moving');
    this.#mesh = mesh;
    this.#skin.follow(frame, mesh, STILL);
    this.#chest.follow(frame, mesh.box);
  }

  #interrupt(reason: WithheldReason): void {
    this.#pulse.interrupt(reason);
    this.#breathing.interrupt(reason);
  }

  #dueVitals(at: number): Vital[] | null {
    const since = at - (this.#vitalsAt ?? at);
    if (since < VITALS_INTERVAL_MS) return null;
    this.#vitalsAt = at - (since % VITALS_INTERVAL_MS);
    if (this.#reason === null) {
      this.#pulse.evaluate();
      this.#breathing.evaluate();
    }
    return [
      this.#pulse.vitalAt(at),
      this.#breathing.vitalAt(at),
      this.#motionVital(at),
      this.#presence.vitalAt(at),
    ];
  }

  #motionVital(at: number): Vital {
    const reason =
      this.#frameAt !== null && at - this.#frameAt >= NO_PICTURE_MS ? 'no-picture' : this.#picture.reason;
    return {
      name: 'motion',
      unit: '1',
      state: reason === null ? 'measured' : 'withheld',
      value: reason === null ? Math.round(this.#motion.level * 100) / 100 : null,
      quality: reason === null ? 1 : 0,
      method: 'block-difference',
      windowMs: MOTION_WINDOW_MS,
      measuredAt: reason === null ? Math.round(at) : null,
      reason,
    };
  }
}

/** The person about the face in shares of the picture; all of it when there is no face. */
function personShare(frame: Frame, face: Box | null): Box | null {
  if (face === null) return null;
  return {
    x: (face.x - PERSON.side * face.width) / frame.width,
    y: (face.y - PERSON.above * face.height) / frame.height,
    width: (face.width * (1 + 2 * PERSON.side)) / frame.width,
    height: (face.height * (1 + PERSON.above + PERSON.below)) / frame.height,
  };
}
