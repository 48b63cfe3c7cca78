import { WHOLE } from '../../analyzer/view.ts';
import type { Box } from '../../face/box.ts';
import type { Thumbnail } from '../../motion/thumbnail.ts';
import { normalNumbers } from '../../pulse/testing/simulated-skin.ts';
import type { PresenceEvent } from '../event.ts';
import { PresenceWatch } from '../presence-watch.ts';

const { abs, cos, exp, hypot, sin } = Math;

const COLUMNS = 40;
const ROWS = 30;
const BLOCK = 8;
/** Its pixels are not looked at: the thumbnail is given. */
const PICTURE = {
  width: COLUMNS * BLOCK,
  height: ROWS * BLOCK,
  pixels: new Uint8Array(0),
  discontinuity: false,
};
/** As many as the watch looks at. */
const FRAMES_PER_SECOND = 5;
/** Half the way of a shoulder's edge with each breath, blocks. */
const BREATH = 0.12;
const BREATHS_PER_MINUTE = 14;

/** What is in the room at a moment. */
export type Scene = {
  /** Where the patient's head is, blocks from the middle of the bed; null: the bed is empty. */
  patient: number | null;
  /** Whether the patient's face can be seen. */
  face?: boolean;
  breathing?: boolean;
  /** A blanket over all of the patient. */
  blanket?: boolean;
  /** Where somebody else stands, blocks from the middle of the bed, back to the camera. */
  visitor?: number | null;
  /** Whether the visitor's face is seen. */
  visitorFace?: boolean;
  /** Something before all of the picture but its middle: a curtain. */
  curtain?: boolean;
  /** Light against the usual. */
  light?: number;
};

const normal = normalNumbers(7);
/** A camera's noise, as averaging over a block leaves it; enough of it not to repeat. */
const NOISE = Float32Array.from({ length: 7919 }, () => 0.2 * normal());

/** A soft step from 0 to 1 about an edge, as an edge between two blocks looks. */
function step(distance: number): number {
  return 1 / (1 + exp(-4 * distance));
}

function wall(column: number, row: number): number {
  return 110 + 15 * sin(column / 3) + 10 * cos(row / 4);
}

function level(column: number, row: number, scene: Scene, breath: number): number {
  const bed = column > 6 && column < 34 && row > 5;
  let value = bed ? 170 + 4 * sin(row / 2) : wall(column, row);
  if (scene.patient !== null) {
    const across = abs(column - COLUMNS / 2 - scene.patient);
    const body = step(9 - across) * step(row - 17 - breath);
    const folds = 95 + 12 * sin(column * 0.9) + 10 * sin((row - breath) * 1.3);
    value += body * ((scene.blanket === true ? folds + 70 : folds) - value);
    const head = step(5.5 - hypot(across, row - 11));
    const skin = scene.blanket === true ? folds + 70 : scene.face === false ? 60 : 140 + 8 * sin(row);
    value += head * (skin - value);
  }
  if (scene.visitor != null) {
    const across = abs(column - COLUMNS / 2 - scene.visitor);
    const coat = 210 + 15 * sin(column * 1.1 + 2 * breath) + 10 * sin(row * 0.7);
    value += step(7 - across) * step(row - 3) * (coat - value);
  }
  if (scene.curtain === true) value = 90 + 25 * sin(column * 1.7);
  return value * (scene.light ?? 1);
}

function faceAt(blocks: number): Box {
  return { x: (COLUMNS / 2 + blocks - 4) * BLOCK, y: 6.5 * BLOCK, width: 8 * BLOCK, height: 9 * BLOCK };
}

/** A room that is watched: scenes follow each other, seen five times a second. */
export class WatchedRoom {
  readonly watch = new PresenceWatch();
  readonly events: PresenceEvent[] = [];
  motionLevel = 0;
  /** The part of the camera's picture that the scenes are. */
  crop = WHOLE;
  #now = 0;
  #noise = 0;

  /** ms since the first picture. */
  get now(): number {
    return this.#now;
  }

  /**
   * Shows a scene, or one that changes, for some seconds.
   * @returns what the presence vital said at the end of each second
   */
  show(seconds: number, scene: Scene | ((share: number) => Scene)): (number | null)[] {
    const values: (number | null)[] = [];
    const frames = seconds * FRAMES_PER_SECOND;
    for (let frame = 1; frame <= frames; frame++) {
      this.#now += 1000 / FRAMES_PER_SECOND;
      this.#see(typeof scene === 'function' ? scene(frame / frames) : scene);
      if (frame % FRAMES_PER_SECOND === 0) values.push(this.watch.vitalAt(this.#now).value);
    }
    return values;
  }

  /** The camera shows nothing for some seconds. */
  block(seconds: number): void {
    for (let second = 0; second < seconds; second++) {
      this.#now += 1000;
      this.watch.block(this.#now, 'covered');
    }
  }

  #see(scene: Scene): void {
    const phase = (2 * Math.PI * BREATHS_PER_MINUTE * this.#now) / 60_000;
    const breath = scene.breathing === false ? 0 : BREATH * sin(phase);
    const levels = Float32Array.from(
      { length: COLUMNS * ROWS },
      (_, block) =>
        level(block % COLUMNS, Math.floor(block / COLUMNS), scene, breath) +
        NOISE[this.#noise++ % NOISE.length],
    );
    const thumbnail: Thumbnail = { columns: COLUMNS, rows: ROWS, levels };
    const behind = scene.visitor != null && abs(scene.visitor - (scene.patient ?? COLUMNS)) < 9;
    const hidden = behind || scene.face === false || scene.blanket === true || scene.curtain === true;
    const seen = scene.patient !== null && !hidden;
    const patientBox = seen && scene.patient !== null ? faceAt(scene.patient) : null;
    const visitorBox = scene.visitor != null && scene.visitorFace === true ? faceAt(scene.visitor) : null;
    const faces = [patientBox, visitorBox].filter((box) => box !== null);
    const { events } = this.watch.update({
      ...{
        atMs: this.#now,
        thumbnail,
        faces,
        patientBox,
        isVisitor: false,
        tooFar: false,
        motionLevel: this.motionLevel,
      },
      frame: { timeMs: this.#now, ...PICTURE, crop: this.crop },
    });
    this.events.push(...events);
  }
}
