import { boxArea, overlap, type Box } from './box.ts';
import type { FaceMesh } from './facemesh.ts';

/** A box less than this in common with the patient's is someone else's. */
export const SAME_FACE_OVERLAP = 0.2;
/** Among several faces at the start the patient's is the one larger than any other by this factor. */
const CLEARLY_LARGER = 2.5;

/**
 * The face that goes on where the patient's was; else the only or clearly largest one.
 *
 * @param last where the patient's face was; null when it never was seen
 */
export function choosePatient(faces: FaceMesh[], last: Box | null): FaceMesh | null {
  const same = last && faces.find((face) => overlap(face.box, last) > SAME_FACE_OVERLAP);
  if (same) return same;
  const bySize = faces.toSorted((a, b) => boxArea(b.box) - boxArea(a.box));
  const first = bySize.at(0);
  const second = bySize.at(1);
  if (first === undefined) return null;
  if (second !== undefined && boxArea(first.box) < CLEARLY_LARGER * boxArea(second.box)) return null;
  return first;
}
