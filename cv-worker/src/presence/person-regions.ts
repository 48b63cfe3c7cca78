import type { Box } from '../face/box.ts';

const { ceil, floor, max, min } = Math;

/**
 * About a face box, in its widths and heights: the head with its hair; neck and chest, whatever covers them; and the
 * person down to the waist, with arms.
 */
const HEAD = { side: 0.35, above: 0.5, below: 0.1 };
const CHEST = { side: 0.4, above: -1.1, below: 1.6 };
const PERSON = { side: 0.8, above: 0.5, below: 1.6 };

/** A person so near that fewer blocks of the picture's edge are free leaves over the whole of it. */
const MIN_EDGE = 12;

/** Blocks of a thumbnail by what they show. The person is head, body (neck and chest) and what is about them. */
export type PersonRegions = {
  head: readonly number[];
  body: readonly number[];
  person: readonly number[];
  surroundings: readonly number[];
  /** The picture's edge beside head and chest, over which somebody comes and goes. */
  edge: readonly number[];
};

export const NO_REGIONS: PersonRegions = { head: [], body: [], person: [], surroundings: [], edge: [] };

/** @param face in shares of the picture */
export function regionsAbout(face: Box, columns: number, rows: number): PersonRegions {
  const isHead = inArea(face, HEAD, columns, rows);
  const isPerson = inArea(face, PERSON, columns, rows);
  const isChest = inArea(face, CHEST, columns, rows);
  const head: number[] = [];
  const body: number[] = [];
  const person: number[] = [];
  const surroundings: number[] = [];
  const edge: number[] = [];
  const freeEdge: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const block = row * columns + column;
      const isEdge = row === 0 || row === rows - 1 || column === 0 || column === columns - 1;
      if (isEdge) edge.push(block);
      if (isEdge && !isHead(column, row) && !isChest(column, row)) freeEdge.push(block);
      if (isPerson(column, row)) person.push(block);
      else surroundings.push(block);
      if (isHead(column, row)) head.push(block);
      else if (isChest(column, row)) body.push(block);
    }
  }
  return { head, body, person, surroundings, edge: freeEdge.length < MIN_EDGE ? edge : freeEdge };
}

/**
 * Whether a point lies about the person whose face is in the box.
 * @param face in shares of the picture, as are x and y
 */
export function isAboutPerson(face: Box, x: number, y: number): boolean {
  const across = (x - face.x) / face.width;
  const along = (y - face.y) / face.height;
  const { side, above, below } = PERSON;
  return across >= -side && across <= 1 + side && along >= -above && along <= 1 + below;
}

function inArea(
  face: Box,
  about: typeof PERSON,
  columns: number,
  rows: number,
): (column: number, row: number) => boolean {
  const left = max(0, floor((face.x - about.side * face.width) * columns));
  const right = min(columns, ceil((face.x + (1 + about.side) * face.width) * columns));
  const top = max(0, floor((face.y - about.above * face.height) * rows));
  const bottom = min(rows, ceil((face.y + (1 + about.below) * face.height) * rows));
  return (column, row) => column >= left && column < right && row >= top && row < bottom;
}
