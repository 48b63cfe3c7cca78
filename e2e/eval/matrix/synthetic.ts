import { NOISE_IN } from '../../../device/src/synthetic/parameters.ts';
import { BREATHINGS, BREATHING_SPREAD, pictureSize, PULSES, PULSE_SPREAD, type Cell } from './cell.ts';
import { Random } from './random.ts';

/** Length of a cell's clip, s. */
export const CELL_SECONDS = 40;

/** As many people as the synthetic patient's seed can name, rounded. */
const PERSONS = 1_000_000;
/** A patient in bed seldom faces the camera exactly, degrees. */
const MAX_YAW = 10;
/** Grids keep their frequency within a fifth of a per cent or so: Hz of the light, which follows both half waves. */
const MAINS_DRIFT_HZ = 0.2;
const SLOW_FLICKER_HZ = { from: 0.3, to: 3 };
/** From hardly seen to plainly seen, as shares of the light. */
const SLOW_FLICKER_DEPTH = { from: 0.004, to: 0.02 };
/** Doors and clouds: light against 1, and when it changes, s. */
const ROOM_LIGHT = { from: 0.93, to: 1.07 };
const ROOM_LIGHT_CHANGES = [6, 15, 24, 33];
/** A change comes up to so much later, s. */
const CHANGE_SPREAD = 4;
/** What the noise parameter is meant for; averaged down to a smaller layer, noise shrinks. */
export const SENSOR_HEIGHT = 480;

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function within(value: number, levels: readonly number[]): number {
  return round(Math.min(Math.max(value, Math.min(...levels)), Math.max(...levels)), 1);
}

/** The cell's patient in the words of `--synthetic`; everything random comes from the cell's number and the seed. */
export function syntheticText(cell: Cell, seed: number): string {
  const random = new Random(seed + cell.id);
  const { height } = pictureSize(cell);
  const entries: [key: string, value: number | string][] = [
    ['seed', Math.floor(random.between(0, PERSONS))],
    ['tone', `monk${cell.tone}`],
    ['light', cell.light],
    ['noise', round((NOISE_IN[cell.light] * height) / SENSOR_HEIGHT, 2)],
    ['yaw', round(random.between(-MAX_YAW, MAX_YAW), 1)],
    ['hr', within(cell.pulse + random.between(-PULSE_SPREAD, PULSE_SPREAD), PULSES)],
    ['rr', within(cell.breathing + random.between(-BREATHING_SPREAD, BREATHING_SPREAD), BREATHINGS)],
    ['motion', cell.motion],
    ['face', cell.face],
    ...flickerOf(cell, random),
    ...(cell.autoExposure ? changingLight(random) : []),
  ];
  return entries.map(([key, value]) => `${key}=${value}`).join(',');
}

function flickerOf({ flicker }: Cell, random: Random): [string, number][] {
  const mains = (hertz: number) => round(2 * hertz + random.between(-MAINS_DRIFT_HZ, MAINS_DRIFT_HZ), 3);
  switch (flicker) {
    case 'none':
      return [];
    case '50':
      return [['flicker', mains(50)]];
    case '60':
      return [['flicker', mains(60)]];
    case 'slow':
      return [
        ['flicker', round(random.between(SLOW_FLICKER_HZ.from, SLOW_FLICKER_HZ.to), 3)],
        ['flickerdepth', round(random.between(SLOW_FLICKER_DEPTH.from, SLOW_FLICKER_DEPTH.to), 4)],
      ];
  }
}

function changingLight(random: Random): [string, number][] {
  return [
    ['autoexposure', 1],
    ...ROOM_LIGHT_CHANGES.map((at): [string, number] => [
      `exposure@${round(at + random.between(0, CHANGE_SPREAD), 1)}`,
      round(random.between(ROOM_LIGHT.from, ROOM_LIGHT.to), 3),
    ]),
  ];
}
