import { SKIN, type Figure, type Material } from './geometry.ts';
import type { Vector } from './lighting.ts';
import type { Size } from './layers.ts';
import { DEFAULT_FACE } from './parameters.ts';

const { ceil, max, min, sqrt, trunc } = Math;

/** From the camera to the middle of the head where the face has its default size. */
const CAMERA_DISTANCE_CM = 64;
/** Height of the world that the picture shows at that distance. */
const VISIBLE_HEIGHT_CM = 38;
/** Where the eyes are, as a share of the picture's height. */
export const EYE_LEVEL = 0.45;

/** Nothing of a figure is nearer to the camera, or farther, than this from the middle of the head. */
const NEAR_CM = 15;
const FAR_CM = 20;

/** A surface is met when it is nearer than this: a twentieth of a pixel at 640×480. */
const TOUCH_CM = 0.004;
const MAX_STEPS = 90;
/** Distances to blended and rippled shapes are estimates: step a little less. */
const CAUTION = 0.9;

/** Rays of a square of pixels of this size share the first part of their way. */
const TILE = 16;
/** A tile's rays part when they could go together no farther than this. */
const PARTING_CM = 0.2;
const UNKNOWN = -1;

const NORMAL_OFFSET_CM = 0.05;
const OCCLUSION_STEPS_CM = [0.4, 1.1, 2] as const;
/** At fixed places, so that neighbouring pixels get the same answer and shadows show no bands. */
const SHADOW_STEPS_CM = [0.3, 0.5, 0.75, 1.1, 1.6, 2.2, 3, 4.1, 5.6, 7.6] as const;
/** Apparent size of the key lamp: greater is sharper. */
const SHADOW_SHARPNESS = 2.6;

/** Follows rays from a pinhole camera to a figure (sphere tracing, Hart 1996) and looks around where they end. */
export class RayMarcher {
  readonly hit: Vector = { x: 0, y: 0, z: 0 };
  /** Direction of the last ray, a unit vector. */
  readonly ray: Vector = { x: 0, y: 0, z: -1 };
  readonly normal: Vector = { x: 0, y: 0, z: 1 };
  readonly #figure: Figure;
  readonly #focalLength: number;
  readonly #distance: number;
  readonly #centreX: number;
  readonly #centreY: number;
  readonly #columns: number;
  /** Per tile of the picture, how far its rays meet nothing; infinite where they never do. */
  readonly #freeWay: Float32Array;
  #material: Material = SKIN;

  /** @param face height of the face as a share of the picture's: the camera stands where it has that size */
  constructor(figure: Figure, { width, height }: Size, face: number) {
    this.#figure = figure;
    this.#focalLength = (height / VISIBLE_HEIGHT_CM) * CAMERA_DISTANCE_CM;
    this.#distance = (CAMERA_DISTANCE_CM * DEFAULT_FACE) / face;
    this.#centreX = width / 2;
    this.#centreY = height * EYE_LEVEL;
    this.#columns = ceil(width / TILE);
    this.#freeWay = new Float32Array(this.#columns * ceil(height / TILE)).fill(UNKNOWN);
  }

  /** What the last ray met. */
  get material(): Material {
    return this.#material;
  }

  /** Where a point in space is seen in the picture. */
  project(x: number, y: number, z: number): { x: number; y: number } {
    const scale = this.#focalLength / (this.#distance - z);
    return { x: this.#centreX + x * scale, y: this.#centreY - y * scale };
  }

  /** Follows the ray through a point of the picture; true, with {@link hit}, when it meets the figure. */
  cast(x: number, y: number): boolean {
    const { ray, hit } = this;
    let travelled = this.#freeWayOf(x, y);
    this.#aim(x, y);
    for (let step = 0; step < MAX_STEPS; step++) {
      if (travelled > this.#distance + FAR_CM) return false;
      hit.x = ray.x * travelled;
      hit.y = ray.y * travelled;
      hit.z = this.#distance + ray.z * travelled;
      const distance = this.#figure.distance(hit.x, hit.y, hit.z);
      if (distance < TOUCH_CM) {
        this.#material = this.#figure.material;
        return true;
      }
      travelled += distance * CAUTION;
    }
    // A ray along a silhouette makes ever smaller steps: it has met what it cannot leave.
    this.#material = this.#figure.material;
    return true;
  }

  /** The direction away from the surface at {@link hit}: gradient by a tetrahedron of four points (Quilez 2015). */
  findNormal(): void {
    const { x, y, z } = this.hit;
    const offset = NORMAL_OFFSET_CM;
    const figure = this.#figure;
    const a = figure.distance(x + offset, y - offset, z - offset);
    const b = figure.distance(x - offset, y - offset, z + offset);
    const c = figure.distance(x - offset, y + offset, z - offset);
    const d = figure.distance(x + offset, y + offset, z + offset);
    const nx = a - b - c + d;
    const ny = c + d - a - b;
    const nz = b + d - a - c;
    const length = sqrt(nx * nx + ny * ny + nz * nz) + 1e-12;
    this.normal.x = nx / length;
    this.normal.y = ny / length;
    this.normal.z = nz / length;
  }

  /** How much of the room the point at {@link hit} sees: 0 in a deep fold to 1 (ambient occlusion, Evans 2006). */
  openness(): number {
    const { hit, normal } = this;
    let hidden = 0;
    let weight = 0.5;
    for (const reach of OCCLUSION_STEPS_CM) {
      const distance = this.#figure.distance(
        hit.x + normal.x * reach,
        hit.y + normal.y * reach,
        hit.z + normal.z * reach,
      );
      hidden += (weight * (reach - distance)) / reach;
      weight *= 0.7;
    }
    return min(1, max(0, 1 - 0.75 * hidden));
  }

  /** How much of a lamp in a direction reaches the point at {@link hit}: 0 to 1, soft at the edges of shadows. */
  lit(light: Vector): number {
    const { hit, normal } = this;
    if (normal.x * light.x + normal.y * light.y + normal.z * light.z < -0.3) return 0;
    const startX = hit.x + normal.x * 0.15;
    const startY = hit.y + normal.y * 0.15;
    const startZ = hit.z + normal.z * 0.15;
    let free = 1;
    for (const reach of SHADOW_STEPS_CM) {
      const distance = this.#figure.distance(
        startX + light.x * reach,
        startY + light.y * reach,
        startZ + light.z * reach,
      );
      free = min(free, (SHADOW_SHARPNESS * distance) / reach);
      if (free <= 0) return 0;
    }
    return free * free * (3 - 2 * free);
  }

  #aim(x: number, y: number): void {
    const u = (x - this.#centreX) / this.#focalLength;
    const v = (this.#centreY - y) / this.#focalLength;
    const length = sqrt(u * u + v * v + 1);
    this.ray.x = u / length;
    this.ray.y = v / length;
    this.ray.z = -1 / length;
  }

  /** How far the rays of the tile about a point of the picture go together. */
  #freeWayOf(x: number, y: number): number {
    const column = trunc(x / TILE);
    const row = trunc(y / TILE);
    const tile = row * this.#columns + column;
    if (this.#freeWay[tile] === UNKNOWN) this.#freeWay[tile] = this.#marchTile(column, row);
    return this.#freeWay[tile];
  }

  /** Marches a cone that holds all rays of a tile. */
  #marchTile(column: number, row: number): number {
    this.#aim((column + 0.5) * TILE, (row + 0.5) * TILE);
    const { ray } = this;
    const spread = (TILE * Math.SQRT1_2) / this.#focalLength;
    let travelled = this.#distance - NEAR_CM;
    while (travelled < this.#distance + FAR_CM) {
      const distance = this.#figure.distance(
        ray.x * travelled,
        ray.y * travelled,
        this.#distance + ray.z * travelled,
      );
      const step = distance * CAUTION - spread * travelled;
      if (step < PARTING_CM) return travelled;
      travelled += step;
    }
    return Infinity;
  }
}
