/** What differs from one frame to the next. Lengths are pixels of the full picture. */
export interface FrameState {
  /** Relative change of the face's mean green. */
  greenChange: number;
  /** How far the shoulders are raised. */
  lift: number;
  /** Shift of the head to the right and upwards. */
  right: number;
  up: number;
  /** Turn of the head against its pose, radians. */
  yaw: number;
  /** How far the jaw has dropped. */
  jaw: number;
  /** How far the lids are closed, 0 to 1. */
  lids: number;
  /** Levels against the pose's: in a row, `gain · (1 + flicker · sin(phase + row · phasePerRow))`. */
  gain: number;
  flicker: number;
  flickerPhase: number;
  flickerPhasePerRow: number;
  /** Standard deviation of the noise in each colour of the sensor, 8-bit levels. */
  noise: number;
  /** Who stands before the patient, if anybody. */
  visitor: VisitorState | null;
}

export interface VisitorState {
  /** Shift to the right of where the visitor covers the patient. */
  right: number;
  /** Relative change of the visitor's mean green. */
  greenChange: number;
}
