import type { Vital, WithheldReason } from '@haven/protocol';
import { HeldValue } from '../analyzer/held-value.ts';
import { WHOLE } from '../analyzer/view.ts';
import type { Box } from '../face/box.ts';
import type { Frame } from '../frame.ts';
import type { Thumbnail } from '../motion/thumbnail.ts';
import { BedPlace } from './bed-place.ts';
import { BlockActivity } from './block-activity.ts';
import { Company } from './company.ts';
import { DistanceWatch } from './distance-watch.ts';
import type { PresenceEvent } from './event.ts';
import { ExitTrack } from './exit-track.ts';
import { FallExperiment } from './fall/fall-experiment.ts';
import type { PoseEstimator } from './fall/movenet.ts';
import { Occupancy, type Sighting, type Verdict } from './occupancy.ts';
import { movingCount, swaysAmong } from './movement.ts';
import { Restlessness } from './restlessness.ts';

/** Share of the person's blocks that move when somebody stirs: an arm, a turn of the head. */
const STIRRING = 0.04;
/** How the patient looks at rest is learned after no large movement for this long, ms. */
const CALM_MS = 3000;
/** A codec refines what has changed for about this long: that is no breathing, ms. */
const REFINING_MS = 1000;
/** The window behind a word about presence: what moves is judged over about a breath, ms. */
const WINDOW_MS = 8000;

export type PresenceInput = {
  atMs: number;
  thumbnail: Thumbnail;
  /** All faces that are believed, the patient's among them, in pixels of the frame. */
  faces: readonly Box[];
  /** The patient's face; null when it is not seen, or cannot be told from others. */
  patientBox: Box | null;
  /** The face there is most likely that of somebody before the patient. */
  isVisitor: boolean;
  /** The patient's face is too small to be measured. */
  tooFar: boolean;
  /** Movement about the patient, 0–1. */
  motionLevel: number;
  frame: Frame;
};

/**
 * Watches whether the patient is there, and tells absence and return, leaving the bed or chair, a second person,
 * prolonged restlessness and a face that is too far away. Works on thumbnails and on what the watch over faces found,
 * at five samples a second; without timers, by the frames' clock.
 */
export class PresenceWatch {
  readonly #activity = new BlockActivity();
  readonly #exits = new ExitTrack();
  readonly #occupancy = new Occupancy();
  readonly #company = new Company();
  readonly #distance = new DistanceWatch();
  readonly #restlessness = new Restlessness();
  readonly #held = new HeldValue('presence');
  readonly #falls: FallExperiment | null;
  /** Kept while a part of the picture is looked at: a patient who is lost there is looked for in all of it. */
  readonly #whole = new BedPlace();
  #place = this.#whole;
  #size = '';
  #view = '';
  #stirredAt = -Infinity;

  /** @param pose switches the experiment with falls on */
  constructor(pose?: PoseEstimator) {
    this.#falls = pose === undefined ? null : new FallExperiment(pose);
  }

  /** Takes in one picture in which something can be seen. */
  update(input: PresenceInput): { events: PresenceEvent[] } {
    const { atMs, thumbnail, patientBox, frame } = input;
    this.#noticeView(input);
    const elapsedMs = this.#activity.add(atMs, thumbnail);
    if (elapsedMs === null) return { events: [] };
    const face = patientBox === null ? null : inShares(patientBox, frame);
    const sighting = this.#look(atMs, thumbnail, face, input.faces.length);
    const { verdict, events, moved } = this.#occupancy.add(sighting);
    if (moved) this.#place.forget();
    this.#learn(sighting, verdict, face, thumbnail, elapsedMs);
    this.#publish(atMs, verdict);
    if (events.length > 0) this.#exits.reset();
    events.push(...this.#company.add(atMs, input.faces.length + (input.isVisitor ? 1 : 0)));
    events.push(...this.#distance.add(atMs, input.tooFar, face?.height ?? null));
    const inCare = this.#company.isThere || verdict.present !== true;
    events.push(...this.#restlessness.add(atMs, elapsedMs, input.motionLevel, inCare));
    events.push(...this.#watchFalls(frame, input.motionLevel));
    return { events: events.map(inWholeMs) };
  }

  /** There is no picture in which anybody could be seen: withheld at once; what was known is kept. */
  block(atMs: number, reason: WithheldReason): void {
    this.#held.block(reason);
    this.#occupancy.interrupt(atMs);
    this.#activity.interrupt();
    this.#exits.reset();
  }

  /** Presence as 1 or 0, with how sure it is as its quality. */
  vitalAt(nowMs: number): Vital {
    return this.#held.vitalAt(nowMs);
  }

  #watchFalls(frame: Frame, motionLevel: number): PresenceEvent[] {
    return this.#falls?.update(frame, motionLevel, (x, y) => this.#place.contains(x, y)) ?? [];
  }

  /** Another part of the camera's picture, or another shape of it, has its own look of the place. */
  #noticeView({ atMs, thumbnail: { columns, rows }, frame: { crop = WHOLE } }: PresenceInput): void {
    const size = `${String(columns)}×${String(rows)}`;
    const view = [size, crop.x, crop.y, crop.scale].join(' ');
    if (view === this.#view) return;
    this.#view = view;
    if (size !== this.#size) this.#whole.forget();
    this.#size = size;
    this.#place = crop.scale === WHOLE.scale ? this.#whole : new BedPlace();
    this.#activity.interrupt();
    this.#exits.reset();
    this.#occupancy.interrupt(atMs);
  }

  #look(atMs: number, thumbnail: Thumbnail, face: Box | null, faces: number): Sighting {
    const { moving } = this.#activity;
    const regions = this.#place.regions;
    const share = movingCount(moving, regions.person) / Math.max(1, regions.person.length);
    const stirs = share >= STIRRING || this.#activity.changedWholly;
    if (stirs) this.#stirredAt = atMs;
    if (atMs - this.#stirredAt < REFINING_MS) this.#activity.forgetSway();
    this.#exits.add(atMs, share, movingCount(moving, regions.edge));
    const isElsewhere = face !== null && this.#place.isElsewhere(face);
    return {
      atMs,
      face: isElsewhere ? 'elsewhere' : face !== null || faces > 0 ? 'at-place' : null,
      stirs,
      sways: swaysAmong(this.#activity, regions),
      comparison: this.#place.compare(thumbnail),
      departure: this.#exits.departure,
    };
  }

  #learn(
    { atMs, face: seen, sways }: Sighting,
    { present }: Verdict,
    face: Box | null,
    thumbnail: Thumbnail,
    elapsedMs: number,
  ): void {
    if (present === false) this.#place.learnEmpty(thumbnail);
    if (atMs - this.#stirredAt < CALM_MS || seen === 'elsewhere' || present !== true) return;
    if (face !== null) this.#place.learn(face, thumbnail, elapsedMs);
    else if (sways) this.#place.learnLook(thumbnail, elapsedMs);
  }

  #publish(atMs: number, { present, confidence, by }: Verdict): void {
    if (present === null) this.#held.refuse('no-face');
    else {
      this.#held.accept({
        value: present ? 1 : 0,
        quality: confidence,
        method: by,
        windowMs: by === 'face' ? 0 : WINDOW_MS,
        at: atMs,
      });
    }
  }
}

function inShares(box: Box, { width, height }: Frame): Box {
  return { x: box.x / width, y: box.y / height, width: box.width / width, height: box.height / height };
}

function inWholeMs(event: PresenceEvent): PresenceEvent {
  return { ...event, at: Math.round(event.at), startedAt: Math.round(event.startedAt) };
}
