import { backdropAt } from './backdrop.ts';
import { encode } from './colour.ts';
import { DEFAULT_FACE } from './parameters.ts';
import { EYE_LEVEL } from './ray-marcher.ts';
import type { FigureLayer, Picture, Size } from './layers.ts';
import type { Lighting } from './lighting.ts';

const { max, min, round } = Math;

/** The eyes' height in a picture, in half heights from its middle downwards: the room grows and shrinks about it. */
const EYES_V = 2 * EYE_LEVEL - 1;

/** The bed without a patient, from where a face has a share of the picture's height. */
export function drawBed({ width, height }: Size, lighting: Lighting, face: number): Picture {
  const bed = new Float32Array(width * height * 3);
  const scale = DEFAULT_FACE / face;
  const wide = showsWholeBed(face);
  for (let y = 0, index = 0; y < height; y++) {
    for (let x = 0; x < width; x++, index += 3) {
      const [red, green, blue] = backdropAt(
        ((2 * x + 1 - width) / height) * scale,
        EYES_V + ((2 * y + 1 - height) / height - EYES_V) * scale,
        lighting,
        wide,
      );
      bed[index] = encode(red);
      bed[index + 1] = encode(green);
      bed[index + 2] = encode(blue);
    }
  }
  return bed;
}

/** Faces smaller than this are seen together with the bed about them. */
const WHOLE_BED_BELOW = 0.42;

/** Whether more than head and shoulders is in the picture. */
export function showsWholeBed(face: number): boolean {
  return face < WHOLE_BED_BELOW;
}

/** Share of the light that the figure takes from the pillow right behind it. */
const CONTACT_SHADOW = 0.42;

/** Darkens the bed near the figure, more below it than above since the light comes from above. */
export function withContactShadow(
  bed: Picture,
  figure: FigureLayer,
  { width, height }: Size,
  face: number,
): Picture {
  const size = (height * face) / DEFAULT_FACE;
  const shadow = blur(figure.coverage, width, height, max(1, round(size / 24)));
  const shadowed = new Float32Array(bed.length);
  const drop = round(size / 60);
  for (let index = 0; index < width * height; index++) {
    const above = max(index - drop * width, index % width);
    const share = 1 - CONTACT_SHADOW * shadow[above];
    for (let channel = 0; channel < 3; channel++) {
      shadowed[index * 3 + channel] = bed[index * 3 + channel] * share;
    }
  }
  return shadowed;
}

/** Two box blurs along each axis: close enough to a Gaussian. */
function blur(plane: Float32Array, width: number, height: number, radius: number): Float32Array {
  let source = plane;
  for (let pass = 0; pass < 2; pass++) {
    source = blurLines(source, height, width, width, 1, radius);
    source = blurLines(source, width, height, 1, width, radius);
  }
  return source;
}

function blurLines(
  source: Float32Array,
  lines: number,
  length: number,
  lineStride: number,
  stride: number,
  radius: number,
): Float32Array {
  const target = new Float32Array(source.length);
  const clamped = (line: number, at: number): number =>
    source[line * lineStride + min(length - 1, max(0, at)) * stride];
  for (let line = 0; line < lines; line++) {
    let sum = 0;
    for (let at = -radius; at <= radius; at++) sum += clamped(line, at);
    for (let at = 0; at < length; at++) {
      target[line * lineStride + at * stride] = sum / (2 * radius + 1);
      sum += clamped(line, at + radius + 1) - clamped(line, at - radius);
    }
  }
  return target;
}
