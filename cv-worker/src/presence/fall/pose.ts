const { abs, atan2, hypot, min, PI } = Math;

/** Points of a body in MoveNet's order (COCO), as far as they are needed. */
export const POSE_POINTS = 17;
const SHOULDERS = [5, 6];
const HIPS = [11, 12];
/** A point that the model is less sure of is not used. */
const MIN_SCORE = 0.3;

/** Of each point x and y in shares of the picture's height, and its score 0–1. */
export type Pose = Float32Array;

/** The line from the hips to the shoulders. Lengths and heights in shares of the picture's height. */
export type Torso = {
  /** Of its middle: x from the left, y from the top. */
  x: number;
  y: number;
  length: number;
  /** Against the vertical, degrees: 0 upright, 90 lying. */
  angle: number;
  /** Score of its least certain end. */
  score: number;
};

/** @returns null when shoulders or hips are not seen */
export function torsoOf(pose: Pose): Torso | null {
  const shoulder = end(pose, SHOULDERS);
  const hip = end(pose, HIPS);
  if (shoulder === null || hip === null) return null;
  const dx = shoulder.x - hip.x;
  const dy = hip.y - shoulder.y;
  const length = hypot(dx, dy);
  return {
    x: (shoulder.x + hip.x) / 2,
    y: (shoulder.y + hip.y) / 2,
    length,
    angle: (atan2(abs(dx), dy) * 180) / PI,
    score: min(shoulder.score, hip.score),
  };
}

/** The middle of those points that are seen. */
function end(pose: Pose, points: readonly number[]): { x: number; y: number; score: number } | null {
  let x = 0;
  let y = 0;
  let score = 1;
  let seen = 0;
  for (const point of points) {
    const at = 3 * point;
    if (pose[at + 2] < MIN_SCORE) continue;
    x += pose[at];
    y += pose[at + 1];
    score = min(score, pose[at + 2]);
    seen++;
  }
  return seen === 0 ? null : { x: x / seen, y: y / seen, score };
}
