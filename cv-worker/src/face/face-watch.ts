import type { WithheldReason } from '@haven/protocol';
import type { Mapping } from '../analyzer/view.ts';
import type { Frame } from '../frame.ts';
import type { Thumbnail } from '../motion/thumbnail.ts';
import { intersectionArea, overlap, scaleBox, type Box } from './box.ts';
import { choosePatient, SAME_FACE_OVERLAP } from './choose-patient.ts';
import { DetectionPace } from './detection-pace.ts';
import type { FaceDetector } from './detector.ts';
import { FaceTracker, type FaceMovement } from './face-tracker.ts';
import type { FaceMesh } from './facemesh.ts';
import { IdentityWatch } from './identity-watch.ts';
import { likenessOf } from './likeness.ts';
import { SceneWatch } from './scene-watch.ts';

/** A face turned away for a moment is no absence; withholding has 3 s, ms. */
const LOST_MS = 1500;
/** What correlates less with the patient's face is not seen as the patient's. */
const SEEN_CORRELATION = 0.7;
/** Detections in a row that must show a second person, so that a pattern that looks like a face does not. */
const CROWD_CONFIRMATIONS = 2;
/** Faces nearer than this factor of their size can cover each other. */
const REACH = 1.3;
/** Of smaller faces the mesh places no skin, and the light ones’ skin too shows no pulse any more, pixels. */
const MIN_FACE_WIDTH = 16;

export type FaceUpdate = {
  /** The patient's mesh, when it was fitted in this frame. */
  mesh: FaceMesh | null;
  /** How the face has moved since the mesh before; null when it is not tracked. */
  movement: FaceMovement | null;
};

/** Follows the patient's face and guards that it stays the patient's. */
export class FaceWatch {
  readonly #detector: FaceDetector;
  readonly #tracker = new FaceTracker();
  readonly #scene = new SceneWatch();
  readonly #identity = new IdentityWatch();
  #pace: DetectionPace | null = null;
  #face: FaceMesh | null = null;
  #movement: FaceMovement | null = null;
  #present = false;
  #seenAt = -Infinity;
  #startedAt = 0;
  #crowdCount = 0;
  #others: readonly Box[] = [];
  #othersNear = false;
  #reason: WithheldReason | null = 'starting';

  constructor(detector: FaceDetector) {
    this.#detector = detector;
  }

  /** Why nothing may be said about the patient now, or null. */
  get reason(): WithheldReason | null {
    return this.#reason;
  }

  /** Where the patient's face is, also between detections; null when it is lost. */
  get box(): Box | null {
    return this.#present ? this.#lastBox() : null;
  }

  /** All faces that are believed, the patient's among them. */
  get faces(): readonly Box[] {
    const { box } = this;
    const others = this.#crowdCount >= CROWD_CONFIRMATIONS ? this.#others : [];
    return box === null ? others : [box, ...others];
  }

  /** Whether the face that is followed is most likely a visitor's, before the patient's. */
  isVisitor(now: number): boolean {
    return this.#identity.isVisitor(now);
  }

  update(frame: Frame, picture: Thumbnail): FaceUpdate {
    const now = frame.timeMs;
    if (this.#pace === null) this.#startedAt = now;
    const pace = (this.#pace ??= new DetectionPace(now));
    const movement = this.#present ? this.#tracker.track(frame) : null;
    this.#movement = movement;
    const box = this.box;
    const changed = this.#scene.hasChanged(picture, box === null ? null : inShares(box, frame));
    const width = this.#face?.box.width ?? 0;
    this.#identity.observe(now, { movement, faceWidth: width, companyNear: changed && box !== null });
    if (movement !== null && movement.correlation >= SEEN_CORRELATION) this.#seenAt = now;

    let mesh: FaceMesh | null = null;
    let lost = !this.#present;
    if (box !== null && pace.isMeshDue(now, movement, width, this.#identity.trust(now))) {
      pace.meshTried(now);
      mesh = this.#detector.fitMesh(frame, box);
      lost = mesh === null;
      if (mesh !== null) this.#follow(frame, mesh);
    }
    const busy = changed || this.#others.length > 0 || this.#identity.isSuspicious;
    if (frame.discontinuity || pace.isSearchDue(now, lost ? this.#seenAt : null, busy)) {
      pace.searched(now);
      this.#scene.searched(picture);
      mesh = this.#search(frame, mesh) ?? mesh;
    }
    if (now - this.#seenAt > LOST_MS) this.#lose();
    this.#reason = this.#judge(now);
    return { mesh, movement };
  }

  /** The same camera shows another part of its picture, or it in another size: the patient is the same. */
  reframe({ scaleX, scaleY, x, y }: Mapping): void {
    const box = this.#lastBox();
    if (this.#face === null || box === null) return;
    const moved = {
      x: box.x * scaleX + x,
      y: box.y * scaleY + y,
      width: box.width * scaleX,
      height: box.height * scaleY,
    };
    this.#face = { ...this.#face, box: moved };
    this.#movement = null;
    this.#tracker.reset();
    this.#pace?.restart();
  }

  #follow(frame: Frame, mesh: FaceMesh): void {
    this.#identity.confirm(frame.timeMs, this.#lastBox(), mesh.box, likenessOf(frame, mesh));
    this.#face = mesh;
    this.#movement = null;
    this.#present = true;
    this.#seenAt = frame.timeMs;
    this.#tracker.follow(frame, mesh.box);
  }

  #lose(): void {
    this.#present = false;
    this.#tracker.reset();
  }

  #lastBox(): Box | null {
    if (this.#face === null) return null;
    const { box } = this.#face;
    const movement = this.#movement;
    return movement === null ? box : { ...box, x: box.x + movement.x, y: box.y + movement.y };
  }

  /**
   * Looks for all faces.
   *
   * @param known the patient's mesh, when it was fitted in this frame
   * @returns the patient's mesh when it was not known and is found
   */
  #search(frame: Frame, known: FaceMesh | null): FaceMesh | null {
    const faces: FaceMesh[] = [];
    for (const { box } of this.#detector.detect(frame)) {
      const isKnown = known !== null && overlap(box, known.box) > SAME_FACE_OVERLAP;
      const mesh = isKnown ? known : this.#detector.fitMesh(frame, box);
      if (mesh !== null && !faces.includes(mesh)) faces.push(mesh);
    }
    const patient = known ?? choosePatient(faces, this.#lastBox());
    if (patient !== null && patient !== known) {
      this.#pace?.meshTried(frame.timeMs);
      this.#follow(frame, patient);
    }
    this.#watchOthers(
      patient,
      faces.filter((face) => face !== patient),
      frame.timeMs,
    );
    return patient === known ? null : patient;
  }

  #watchOthers(patient: FaceMesh | null, others: FaceMesh[], now: number): void {
    this.#crowdCount = others.length > 0 ? this.#crowdCount + 1 : 0;
    this.#others = others.map(({ box }) => box);
    const near =
      patient === null
        ? others.length > 0
        : others.some(
            (other) => intersectionArea(scaleBox(other.box, REACH), scaleBox(patient.box, REACH)) > 0,
          );
    // From here on it could be either of them, until one has been alone for long enough.
    if ((near || this.#othersNear) && patient !== null) this.#identity.doubt(now, true);
    this.#othersNear = near;
  }

  #judge(now: number): WithheldReason | null {
    if (this.#othersNear) return 'several-faces';
    if (!this.#present || this.#face === null) {
      return this.#face !== null || now - this.#startedAt > LOST_MS ? 'no-face' : 'starting';
    }
    if (this.#identity.isNew(now)) return 'new-face';
    if (this.#face.box.width < MIN_FACE_WIDTH) return 'too-far';
    return null;
  }
}

function inShares({ x, y, width, height }: Box, frame: Frame): Box {
  return {
    x: x / frame.width,
    y: y / frame.height,
    width: width / frame.width,
    height: height / frame.height,
  };
}
