import { setImmediate } from 'node:timers/promises';
import { CHIN_Y, PUPIL_X, VERTEX_Y } from './anatomy.ts';
import { drawBed, showsWholeBed, withContactShadow } from './bed.ts';
import { encode } from './colour.ts';
import { Figure } from './geometry.ts';
import { illuminate, LIGHTING, type Exposure, type Lighting } from './lighting.ts';
import { lookOf } from './looks.ts';
import { Materials, skinTone, type Surface } from './materials.ts';
import { RayMarcher } from './ray-marcher.ts';
import { EDGE_SAMPLES, fineSamples, type Offset } from './sampling.ts';
import type { FigureLayer, Layers, Pose, Rectangle, Size } from './layers.ts';

const { PI, abs, ceil, floor, max, min, trunc } = Math;

/** The event loop is given a turn at least this often, so that a device goes on answering its server. */
const SLICE_MS = 15;

/** Relative difference of two neighbours' light from which the pixel is sampled more finely. */
const EDGE_CONTRAST = 0.12;

class Renderer {
  readonly #marcher: RayMarcher;
  readonly #materials: Materials;
  readonly #lighting: Lighting;
  readonly #surface: Surface = { red: 0, green: 0, blue: 0, shine: 0, gloss: 1, scatter: 0, perfusion: 0 };
  readonly #exposure: Exposure;
  readonly #fine: readonly Offset[] | null;

  constructor(pose: Pose, size: Size, eyesOpen: number, inBed: boolean) {
    const look = lookOf(pose.seed, pose.tone);
    const figure = new Figure(look, (pose.yaw * PI) / 180, inBed);
    this.#lighting = LIGHTING[pose.light];
    this.#materials = new Materials(figure, look, skinTone(pose.tone), eyesOpen);
    this.#marcher = new RayMarcher(figure, size, pose.face);
    this.#fine = fineSamples(pose.face);
    this.#exposure = { normal: this.#marcher.normal, view: this.#marcher.ray, lit: 0, openness: 0 };
  }

  /** Draws `area` of the picture. */
  async draw(area: Rectangle): Promise<FigureLayer> {
    const count = area.width * area.height;
    const layer = {
      area,
      colour: new Float32Array(count * 3),
      coverage: new Float32Array(count),
      perfusion: new Float32Array(count),
    };
    const light = new Float32Array(count);
    const slice = new Slice();
    for (let row = 0; row < area.height; row++) {
      for (let column = 0; column < area.width; column++) {
        const index = row * area.width + column;
        if (!this.#shade(area.x + column + 0.5, area.y + row + 0.5)) continue;
        this.#store(layer, index, 1);
        light[index] = this.#surface.red + this.#surface.green + this.#surface.blue;
      }
      await slice.end();
    }
    for (let row = 0; row < area.height; row++) {
      for (let column = 0; column < area.width; column++) {
        const inside = this.#fine !== null && light[row * area.width + column] > 0;
        if (inside || isEdge(light, area, column, row)) this.#refine(layer, column, row);
      }
      await slice.end();
    }
    return layer;
  }

  /** Leaves in the surface what a ray through a point of the picture meets; false if that is the room. */
  #shade(x: number, y: number): boolean {
    const marcher = this.#marcher;
    if (!marcher.cast(x, y)) return false;
    const { hit } = marcher;
    this.#materials.fill(this.#surface, marcher.material, hit.x, hit.y, hit.z);
    marcher.findNormal();
    this.#exposure.openness = marcher.openness();
    this.#exposure.lit = marcher.lit(this.#lighting.key);
    illuminate(this.#surface, this.#lighting, this.#exposure);
    return true;
  }

  #store(layer: FigureLayer, index: number, share: number): void {
    const { red, green, blue, perfusion } = this.#surface;
    layer.colour[index * 3] += share * encode(red);
    layer.colour[index * 3 + 1] += share * encode(green);
    layer.colour[index * 3 + 2] += share * encode(blue);
    layer.coverage[index] += share;
    layer.perfusion[index] += share * perfusion;
  }

  #refine(layer: FigureLayer, column: number, row: number): void {
    const { area } = layer;
    const index = row * area.width + column;
    layer.colour.fill(0, index * 3, index * 3 + 3);
    layer.coverage[index] = 0;
    layer.perfusion[index] = 0;
    const samples = this.#fine ?? EDGE_SAMPLES;
    for (const [dx, dy] of samples) {
      if (this.#shade(area.x + column + 0.5 + dx, area.y + row + 0.5 + dy)) {
        this.#store(layer, index, 1 / samples.length);
      }
    }
  }
}

/** Gives the event loop its turn when the slice of time is used up. */
class Slice {
  #until = performance.now() + SLICE_MS;

  async end(): Promise<void> {
    if (performance.now() < this.#until) return;
    await setImmediate();
    this.#until = performance.now() + SLICE_MS;
  }
}

function isEdge(light: Float32Array, area: Rectangle, column: number, row: number): boolean {
  const index = row * area.width + column;
  const here = light[index];
  const differs = (other: number): boolean => abs(other - here) > EDGE_CONTRAST * (other + here) * 0.5 + 0.01;
  return (
    (column > 0 && differs(light[index - 1])) ||
    (column + 1 < area.width && differs(light[index + 1])) ||
    (row > 0 && differs(light[index - area.width])) ||
    (row + 1 < area.height && differs(light[index + area.width]))
  );
}

/** Mean perfusion of the skin above a row, weighted by its green: shine and beard take from it. */
function facePerfusion({ area, colour, perfusion }: FigureLayer, chin: number): number {
  let pulsing = 0;
  let total = 0;
  for (let index = 0; index < min(area.height, trunc(chin)) * area.width; index++) {
    if (perfusion[index] === 0) continue;
    const green = colour[index * 3 + 1];
    pulsing += perfusion[index] * green;
    total += green;
  }
  return total > 0 ? pulsing / total : 1;
}

/** Makes an amplitude mean that of the first layer's face. */
function normalisePerfusion(chin: number, face: FigureLayer, ...others: FigureLayer[]): void {
  const mean = facePerfusion(face, chin);
  for (const { perfusion } of [face, ...others]) {
    perfusion.forEach((share, index) => (perfusion[index] = share / mean));
  }
}

/** Draws a person who comes before the camera: no bed, eyes open. */
export async function renderVisitor(pose: Pose, size: Size): Promise<FigureLayer> {
  const drawn = await new Renderer(pose, size, 1, false).draw({ x: 0, y: 0, ...size });
  const figure = new Figure(lookOf(pose.seed, pose.tone), (pose.yaw * PI) / 180);
  normalisePerfusion(new RayMarcher(figure, size, pose.face).project(0, CHIN_Y, 5).y, drawn);
  return drawn;
}

/** Draws a pose: a few seconds of work for 640×480, done in slices between which the event loop turns. */
export async function renderLayers(pose: Pose, size: Size): Promise<Layers> {
  const figure = new Figure(lookOf(pose.seed, pose.tone), (pose.yaw * PI) / 180);
  const camera = new RayMarcher(figure, size, pose.face);
  const project = (x: number, y: number, z: number): { x: number; y: number } => {
    const world = figure.worldOf(x, z);
    return camera.project(world.x, y, world.z);
  };
  const left = project(-PUPIL_X - 2, 0, 6);
  const right = project(PUPIL_X + 2, 0, 6);
  const top = max(0, floor(project(0, 1.5, 6).y));
  const eyes = {
    x: max(0, floor(min(left.x, right.x))),
    y: top,
    width: ceil(abs(right.x - left.x)),
    height: ceil(project(0, -1.5, 6).y) - top,
  };
  const inBed = showsWholeBed(pose.face);
  const drawn = await new Renderer(pose, size, 1, inBed).draw({ x: 0, y: 0, ...size });
  const closedEyes = await new Renderer(pose, size, 0, inBed).draw(eyes);
  const chin = project(0, CHIN_Y, 5).y;
  normalisePerfusion(chin, drawn, closedEyes);
  const emptyBed = drawBed(size, LIGHTING[pose.light], pose.face);
  return {
    size,
    figure: drawn,
    closedEyes,
    emptyBed,
    bed: withContactShadow(emptyBed, drawn, size, pose.face),
    head: {
      top: project(0, VERTEX_Y, 0).y,
      chin,
      x: project(0, 0, 4).x,
    },
  };
}
