import type { WithheldReason } from '@haven/protocol';
import type { Crop } from '../frame.ts';

/** What is analysed of a camera's picture: a layer, and in the larger one the part about the patient's face. */
export type View = { spatialLayer: 0 | 1; crop: Crop | null };

/** The patient's face in shares of the camera's picture: its middle, and its height. */
export type FacePlace = { x: number; y: number; height: number };

export type LayerEvidence = {
  face: FacePlace | null;
  /** Of the pulse: null while it is measured or held. */
  withheld: WithheldReason | null;
};

/** Lines of the pictures that are analysed, of whatever layer. */
const PICTURE_LINES = 240;
/** A face of so many lines is large enough on the lowest layer; a larger layer is given back at the second. */
const ENOUGH_LINES = { rising: 60, falling: 75 };
/** What more pixels of the face can help against. */
const HELPED: ReadonlySet<WithheldReason> = new Set(['too-far', 'weak-signal', 'disagreement']);
/** A pulse is withheld for so long before a larger layer is tried, ms: longer than a window. */
const TRY_AFTER_MS = 15_000;
/** The larger layer has so long to give a pulse, ms: two windows, and finding the face again. */
const TRIAL_MS = 30_000;
/** After it gave none, it is not tried again for so long, ms: what is asked for is a patient who moved nearer. */
const RETRY_AFTER_MS = 5 * 60_000;
/** A patient who is lost in the cropped picture is looked for in all of it after this, ms. */
const LOST_MS = 5000;
/** Half of a picture that is twice as large: as many pixels as before, each twice as fine. */
const CROP_SCALE = 0.5;
/** Where the face is put in the crop: the chest, which breathes, is below it. */
const FACE_IN_CROP = { x: 0.5, y: 0.35 };
/** The crop moves when the face is this far from its place in it, in shares of the crop … */
const DRIFT = 0.2;
/** … and not again within this time, ms: each move begins the decoder and the signal anew. */
const RECENTRE_INTERVAL_MS = 20_000;

const WHOLE: View = { spatialLayer: 0, crop: null };

/**
 * Chooses the lowest layer on which a pulse is found. A larger one is tried only where the face is small and its pulse
 * is withheld for something that pixels help against, and kept only if it then gives a pulse.
 */
export class LayerChoice {
  #view: View = WHOLE;
  #withheldSince: number | null = null;
  #triedAt = -Infinity;
  #notBefore = -Infinity;
  #proven = false;
  #lostSince: number | null = null;
  #movedAt = -Infinity;

  get view(): View {
    return this.#view;
  }

  /**
   * To be called about once a second.
   * @param affordable whether the machine has the processor time for a larger layer
   */
  update(now: number, { face, withheld }: LayerEvidence, affordable: boolean): View {
    this.#withheldSince = withheld !== null && HELPED.has(withheld) ? (this.#withheldSince ?? now) : null;
    this.#lostSince = face === null ? (this.#lostSince ?? now) : null;
    if (this.#view.crop === null) this.#consider(now, face, affordable);
    else this.#examine(now, this.#view.crop, face, withheld);
    return this.#view;
  }

  /** The larger layer is taken away: others need the processor time more, or the stream has none. */
  giveUp(now: number): void {
    this.#view = WHOLE;
    this.#notBefore = now + RETRY_AFTER_MS;
  }

  #consider(now: number, face: FacePlace | null, affordable: boolean): void {
    if (!affordable || face === null || this.#withheldSince === null) return;
    if (now - this.#withheldSince < TRY_AFTER_MS || now < this.#notBefore) return;
    if (face.height * PICTURE_LINES >= ENOUGH_LINES.rising) return;
    this.#view = { spatialLayer: 1, crop: cropAbout(face) };
    this.#triedAt = now;
    this.#movedAt = now;
    this.#proven = false;
  }

  #examine(now: number, crop: Crop, face: FacePlace | null, withheld: WithheldReason | null): void {
    if (withheld === null) this.#proven = true;
    const useless = !this.#proven && now - this.#triedAt >= TRIAL_MS;
    const lost = this.#lostSince !== null && now - this.#lostSince >= LOST_MS;
    const near = face !== null && face.height * PICTURE_LINES >= ENOUGH_LINES.falling;
    if (useless) {
      this.giveUp(now);
    } else if (lost || near) {
      this.#view = WHOLE;
    } else if (face !== null && drift(crop, face) > DRIFT && now - this.#movedAt >= RECENTRE_INTERVAL_MS) {
      this.#view = { spatialLayer: 1, crop: cropAbout(face) };
      this.#movedAt = now;
    }
  }
}

function cropAbout({ x, y }: FacePlace): Crop {
  const within = (start: number) => Math.min(Math.max(start, 0), 1 - CROP_SCALE);
  return {
    x: within(x - FACE_IN_CROP.x * CROP_SCALE),
    y: within(y - FACE_IN_CROP.y * CROP_SCALE),
    scale: CROP_SCALE,
  };
}

/** How far the crop that suits the face lies from this one, in shares of the crop. */
function drift(crop: Crop, face: FacePlace): number {
  const wanted = cropAbout(face);
  return Math.max(Math.abs(wanted.x - crop.x), Math.abs(wanted.y - crop.y)) / CROP_SCALE;
}
