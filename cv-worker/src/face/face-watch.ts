import type { WithheldReason } from '@haven/protocol';
import type { Frame } from '../frame.ts';
import { boxArea, overlap, scaleBox, intersectionArea, type Box } from './box.ts';
import type { FaceDetector } from './detector.ts';
import type { FaceMesh } from './facemesh.ts';

/**
 * The mesh follows the patient's face at this mean pace, ms. Regions that hop along with a moving face once a second
 * would look like a pulse of 60/min: the intervals vary by {@link MESH_SPREAD}, so that no rhythm comes from them.
 */
const MESH_INTERVAL_MS = 1000;
const MESH_SPREAD = 0.7;
/** Fractions of its multiples are spread evenly and do not repeat. */
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;
/** Other faces, and a patient who is not there, are looked for at this pace, ms. */
const CROWD_INTERVAL_MS = 2000;
const SEARCH_INTERVAL_MS = 1000;
/** A face that was lost just now is tried again at this pace, ms. */
const RETRY_INTERVAL_MS = 500;
/** A face turned away for a moment is no absence; withholding has 3 s, ms. */
const LOST_MS = 1500;
/** Whoever comes after this long may be someone else, ms. */
const IDENTITY_GAP_MS = 3000;
/** One face must have been there alone for this long before anything is published about it again, ms. */
const NEW_FACE_MS = 10_000;
/** Detections in a row that must show a second person, so that a pattern that looks like a face does not. */
const CROWD_CONFIRMATIONS = 2;
/** A box less than this in common with the patient's is someone else's. */
const SAME_FACE_OVERLAP = 0.2;
/** Faces nearer than this factor of their size can cover each other. */
const REACH = 1.3;
/** Among several faces at the start the patient's is the one larger than any other by this factor. */
const CLEARLY_LARGER = 2.5;
/** Smaller faces have too little skin for a pulse, pixels. */
const MIN_FACE_WIDTH = 36;

export type FaceUpdate = {
  /** The patient's mesh, when it was fitted in this frame. */
  mesh: FaceMesh | null;
};

/** Follows the patient's face and guards that it stays the patient's. */
export class FaceWatch {
  readonly #detector: FaceDetector;
  #face: FaceMesh | null = null;
  #present = false;
  #seenAt = 0;
  #startedAt: number | null = null;
  #newFaceUntil = 0;
  #nextMeshAt = 0;
  #meshCount = 0;
  #nextSearchAt = 0;
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
    return this.#present ? (this.#face?.box ?? null) : null;
  }

  /** All faces that are believed, the patient's among them. */
  get faces(): readonly Box[] {
    const { box } = this;
    const others = this.#crowdCount >= CROWD_CONFIRMATIONS ? this.#others : [];
    return box === null ? others : [box, ...others];
  }

  update(frame: Frame): FaceUpdate {
    const now = frame.timeMs;
    this.#startedAt ??= now;
    let mesh: FaceMesh | null = null;
    if (this.#present && this.#face !== null && now >= this.#nextMeshAt) {
      mesh = this.#detector.fitMesh(frame, this.#face.box);
      if (mesh === null) {
        // A face lost by its mesh is looked for in the same frame.
        this.#nextSearchAt = now;
        this.#nextMeshAt = now + RETRY_INTERVAL_MS;
      } else {
        this.#follow(mesh, now);
      }
    }
    if (now >= this.#nextSearchAt || frame.discontinuity) mesh = this.#search(frame) ?? mesh;
    if (now - this.#seenAt > LOST_MS) this.#present = false;
    this.#reason = this.#judge(now);
    return { mesh };
  }

  #follow(mesh: FaceMesh, now: number): void {
    if (this.#face !== null && now - this.#seenAt > IDENTITY_GAP_MS) this.#newFaceUntil = now + NEW_FACE_MS;
    this.#face = mesh;
    this.#present = true;
    this.#seenAt = now;
    this.#meshCount++;
    const fraction = (this.#meshCount * GOLDEN_RATIO) % 1;
    this.#nextMeshAt = now + MESH_INTERVAL_MS * (1 + MESH_SPREAD * (fraction - 0.5));
  }

  /** Looks for all faces. @returns the patient's mesh when it was lost and is found */
  #search(frame: Frame): FaceMesh | null {
    const now = frame.timeMs;
    const known = this.#face !== null && now === this.#seenAt ? this.#face : null;
    const candidates = this.#detector.detect(frame);
    const faces: FaceMesh[] = [];
    for (const { box } of candidates) {
      const isKnown = known !== null && overlap(box, known.box) > SAME_FACE_OVERLAP;
      const mesh = isKnown ? known : this.#detector.fitMesh(frame, box);
      if (mesh !== null && !faces.includes(mesh)) faces.push(mesh);
    }
    const patient = known ?? this.#choose(faces, now);
    if (patient !== null && patient !== known) this.#follow(patient, now);
    this.#watchOthers(
      patient,
      faces.filter((face) => face !== patient),
      now,
    );
    this.#nextSearchAt = now + (patient === null ? SEARCH_INTERVAL_MS : CROWD_INTERVAL_MS);
    return patient === known ? null : patient;
  }

  /** The face that goes on where the patient's was; else the only or clearly largest one. */
  #choose(faces: FaceMesh[], now: number): FaceMesh | null {
    const last = this.#face;
    const same = last && faces.find((face) => overlap(face.box, last.box) > SAME_FACE_OVERLAP);
    if (same) return same;
    const bySize = faces.toSorted((a, b) => boxArea(b.box) - boxArea(a.box));
    const first = bySize.at(0);
    const second = bySize.at(1);
    if (first === undefined) return null;
    if (second !== undefined && boxArea(first.box) < CLEARLY_LARGER * boxArea(second.box)) return null;
    // Elsewhere than the face that was followed until now.
    if (last !== null) this.#newFaceUntil = now + NEW_FACE_MS;
    return first;
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
    if ((near || this.#othersNear) && patient !== null) this.#newFaceUntil = now + NEW_FACE_MS;
    this.#othersNear = near;
  }

  #judge(now: number): WithheldReason | null {
    if (this.#othersNear) return 'several-faces';
    if (!this.#present || this.#face === null) {
      return this.#face !== null || now - (this.#startedAt ?? now) > LOST_MS ? 'no-face' : 'starting';
    }
    if (now < this.#newFaceUntil) return 'new-face';
    if (this.#face.box.width < MIN_FACE_WIDTH) return 'too-far';
    return null;
  }
}
