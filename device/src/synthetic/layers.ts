import type { LightName } from './parameters.ts';

/** Who is drawn, how, and in which light. */
export interface Pose {
  seed: number;
  tone: number;
  light: LightName;
  /** Degrees. */
  yaw: number;
  /** Height of the face as a share of the picture's. */
  face: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Three floats a pixel (R, G, B in 8-bit levels), rows from the top. */
export type Picture = Float32Array;

/** The patient without the room, for the pixels of `area`. */
export interface FigureLayer {
  area: Rectangle;
  /** Multiplied by coverage. */
  colour: Picture;
  /** Share of the pixel that the figure covers. */
  coverage: Float32Array;
  /** Pulse amplitude of the pixel against the mean of the face. */
  perfusion: Float32Array;
}

/** Everything a pose needs to be shown in motion. */
export interface Layers {
  size: Size;
  figure: FigureLayer;
  /** The figure again with closed lids, about the eyes only. */
  closedEyes: FigureLayer;
  /** The bed without the patient, and with the shadow that the head throws on the pillow. */
  emptyBed: Picture;
  bed: Picture;
  /** Rows of the picture, and the column of the head's middle. */
  head: { top: number; chin: number; x: number };
}
