import type { Assignment, TechnicalCondition, Vital, WithheldReason } from '@haven/protocol';
import { motionVital } from './analyzer/motion-vital.ts';
import { PictureWatch } from './analyzer/picture-watch.ts';
import { isSameView, mapping, WHOLE, type View } from './analyzer/view.ts';
import { presenceOnly, VitalSigns, type VitalSignsOptions } from './analyzer/vital-signs.ts';
import type { Box } from './face/box.ts';
import type { FaceDetector } from './face/detector.ts';
import { FaceWatch } from './face/face-watch.ts';
import type { Frame } from './frame.ts';
import { MotionMeter } from './motion/motion-meter.ts';
import { thumbnail, type Thumbnail } from './motion/thumbnail.ts';
import type { PresenceEvent } from './presence/event.ts';
import type { PoseEstimator } from './presence/fall/movenet.ts';
import { PresenceWatch } from './presence/presence-watch.ts';

const VITALS_INTERVAL_MS = 1000;
/** Without a frame for this long there is no picture, ms. */
const NO_PICTURE_MS = 2000;
/** The person about a face box: face widths to each side and face heights above and below. */
const PERSON = { side: 0.8, above: 0.4, below: 1.2 };

export type AnalyzerOptions = VitalSignsOptions & {
  detector: FaceDetector;
  /** What is measured; `both` when not given. Movement and the picture's conditions always are. */
  mode?: Assignment['mode'];
  /** Switches the experiment with falls on. */
  pose?: PoseEstimator;
};

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
  readonly #motion = new MotionMeter();
  /** Null where only presence is watched. */
  readonly #signs: VitalSigns | null;
  /** Null where only vital signs are measured. */
  readonly #presence: PresenceWatch | null;
  #reason: WithheldReason | null = 'starting';
  #frameAt: number | null = null;
  #vitalsAt: number | null = null;
  #view: View | null = null;

  constructor({ detector, mode = 'both', onSkin, pose }: AnalyzerOptions) {
    this.#faces = new FaceWatch(detector);
    this.#signs = mode === 'presence' ? null : new VitalSigns({ onSkin });
    this.#presence = mode === 'vitals' ? null : new PresenceWatch(pose);
  }

  /** Takes the next frame. Its time must not be before that of the one before. */
  push(frame: Frame): AnalyzerOutput {
    const at = frame.timeMs;
    this.#frameAt = at;
    this.#vitalsAt ??= at;
    this.#noticeView(frame);
    const picture = thumbnail(frame);
    const conditions = this.#picture.add(at, picture);
    let events: AnalyzerOutput['events'] = [];
    if (this.#picture.reason === null) {
      this.#analyze(frame, picture);
      events = this.#watchPresence(frame, picture);
    } else {
      this.#withhold(this.#picture.reason);
      this.#motion.reset();
      this.#presence?.block(at, this.#picture.reason);
    }
    const vitals = this.#dueVitals(at);
    return { at: Math.round(at), vitals, waveform: this.#signs?.waveform() ?? null, events, conditions };
  }

  /** To be called once a second: gives vitals, withheld in time, also when no frame comes. */
  tick(nowMs: number): AnalyzerOutput {
    const output = { at: Math.round(nowMs), vitals: null, waveform: null, events: [], conditions: [] };
    this.#vitalsAt ??= nowMs;
    this.#frameAt ??= nowMs;
    if (nowMs - this.#frameAt < NO_PICTURE_MS) return output;
    this.#withhold('no-picture');
    this.#motion.reset();
    this.#presence?.block(nowMs, 'no-picture');
    return { ...output, vitals: this.#dueVitals(nowMs) };
  }

  /** The patient's face in the last frame, in its pixels; null when it is not seen. */
  face(): { box: Box; heightPx: number } | null {
    const box = this.#faces.box;
    return box === null ? null : { box, heightPx: box.height };
  }

  #analyze(frame: Frame, picture: Thumbnail): void {
    const { mesh, movement } = this.#faces.update(frame, picture);
    const { reason, box } = this.#faces;
    this.#withhold(reason);
    this.#motion.add(frame.timeMs, picture, personShare(frame, box));
    // A face on probation is measured as well, so that a value is ready when it ends.
    if (box === null || (reason !== null && reason !== 'new-face')) return;
    this.#signs?.measure(frame, mesh, movement, this.#motion.level);
  }

  #watchPresence(frame: Frame, picture: Thumbnail): PresenceEvent[] {
    const update = this.#presence?.update({
      atMs: frame.timeMs,
      thumbnail: picture,
      faces: this.#faces.faces,
      patientBox: this.#faces.box,
      isVisitor: this.#faces.isVisitor(frame.timeMs),
      tooFar: this.#faces.reason === 'too-far',
      motionLevel: this.#motion.level,
      frame,
    });
    return update?.events ?? [];
  }

  /** On a new reason everything is withheld at once and forgotten. */
  #withhold(reason: WithheldReason | null): void {
    if (reason === this.#reason) return;
    this.#reason = reason;
    if (reason !== null) this.#signs?.block(reason);
  }

  /** Another layer, or another part of the camera's picture: the patient is the same, all places are others. */
  #noticeView({ width, height, crop = WHOLE }: Frame): void {
    const before = this.#view;
    const view = { width, height, crop };
    this.#view = view;
    if (before === null || isSameView(before, view)) return;
    this.#faces.reframe(mapping(before, view));
    this.#signs?.interrupt('starting');
    this.#signs?.forgetPlaces();
  }

  /** A face on probation is measured already: what keeps its values back is that, whatever else disturbs them. */
  #withReason(vital: Vital): Vital {
    return vital.state === 'withheld' && this.#reason !== null ? { ...vital, reason: this.#reason } : vital;
  }

  #dueVitals(at: number): Vital[] | null {
    const since = at - (this.#vitalsAt ?? at);
    if (since < VITALS_INTERVAL_MS) return null;
    this.#vitalsAt = at - (since % VITALS_INTERVAL_MS);
    if (this.#reason === null) this.#signs?.evaluate(at);
    const isMissing = this.#frameAt !== null && at - this.#frameAt >= NO_PICTURE_MS;
    return [
      ...(this.#signs?.vitalsAt(at).map((vital) => this.#withReason(vital)) ?? presenceOnly()),
      motionVital(at, this.#motion.level, isMissing ? 'no-picture' : this.#picture.reason),
      ...(this.#presence === null ? [] : [this.#presence.vitalAt(at)]),
    ];
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
