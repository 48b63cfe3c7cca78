/** An upright rectangle in pixels of the frame; it may reach over the frame's edge. */
export type Box = { x: number; y: number; width: number; height: number };

export function boxArea(box: Box): number {
  return box.width * box.height;
}

export function intersectionArea(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

/** Intersection over union, 0 (apart) to 1 (equal). */
export function overlap(a: Box, b: Box): number {
  const shared = intersectionArea(a, b);
  return shared === 0 ? 0 : shared / (boxArea(a) + boxArea(b) - shared);
}

/** The box grown about its centre. */
export function scaleBox(box: Box, factor: number): Box {
  const width = box.width * factor;
  const height = box.height * factor;
  return {
    x: box.x + (box.width - width) / 2,
    y: box.y + (box.height - height) / 2,
    width,
    height,
  };
}

/** The square of the longer side about the box's centre, grown by `factor`. */
export function squareAround(box: Box, factor: number): Box {
  const side = Math.max(box.width, box.height) * factor;
  return {
    x: box.x + (box.width - side) / 2,
    y: box.y + (box.height - side) / 2,
    width: side,
    height: side,
  };
}
