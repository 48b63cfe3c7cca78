import type { Figure, Material } from './geometry.ts';
import type { Vector } from './lighting.ts';
import type { Size } from './renderer.ts';

/** From the camera to the middle of the head: a tablet at the foot of a bedside table. */
const CAMERA_DISTANCE_CM = 64;
/** Height of the world that the picture shows at that distance. */
const VISIBLE_HEIGHT_CM = 38;
/** Where the eyes are, as a share of the picture's height. */
const EYE_LEVEL = 0.45;

/** Nothing of a figure is nearer to the camera, or farther, than this from the middle of the head. */
const NEAR_CM = 15;
const FAR_CM = 20;

/** A surface is met when it is nearer than this: a twentieth of a pixel at 640×480. */
const TOUCH_CM = 0.004;
const MAX_STEPS = 90;
/** Distances to blended and rippled shapes are estimates: step a little less. */
const CAUTION = 0.9;

const NORMAL_OFFSET_CM = 0.05;
const OCCLUSION_STEPS_CM = [0.4, 1.1, 2] as const;
/** At fixed places, so that neighbouring pixels get the same answer and shadows show no bands. */
const SHADOW_STEPS_CM = [0.3, 0.5, 0.75, 1.1, 1.6, 2.2, 3, 4.1, 5.6, 7.6, 10.3] as const;
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
  readonly #centreX: number;
  readonly #centreY: number;
  #material: Material = 1;

  constructor(figure: Figure, { width, height }: Size) {
    this.#figure = figure;
    this.#focalLength = (height / VISIBLE_HEIGHT_CM) * CAMERA_DISTANCE_CM;
    this.#centreX = width / 2;
    this.#centreY = height * EYE_LEVEL;
  }

  /** What the last ray met. */
  get material(): Material {
    return this.#material;
  }

  /** Where a point in space is seen in the picture. */
  project(x: number, y: number, z: number): { x: number; y: number } {
    const scale = this.#focalLength / (CAMERA_DISTANCE_CM - z);
    return { x: this.#centreX + x * scale, y: this.#centreY - y * scale };
  }

  /** Follows the ray through a point of the picture; true, with {@link hit}, when it meets the figure. */
  cast(x: number, y: number): boolean {
    const { ray, hit } = this;
    const u = (x - this.#centreX) / this.#focalLength;
    const v = (this.#centreY - y) / this.#focalLength;
    const length = Math.sqrt(u * u + v * v + 1);
    ray.x = u / length;
    ray.y = v / length;
    ray.z = -1 / length;
    let travelled = CAMERA_DISTANCE_CM - NEAR_CM;
    for (let step = 0; step < MAX_STEPS; step++) {
      hit.x = ray.x * travelled;
      hit.y = ray.y * travelled;
      hit.z = CAMERA_DISTANCE_CM + ray.z * travelled;
      const distance = this.#figure.distance(hit.x, hit.y, hit.z);
      if (distance < TOUCH_CM) {
        this.#material = this.#figure.material;
        return true;
      }
      travelled += distance * CAUTION;
      if (travelled > CAMERA_DISTANCE_CM + FAR_CM) return false;
    }
    return false;
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
    const length = Math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-12;
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
    return Math.min(1, Math.max(0, 1 - 0.75 * hidden));
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
      free = Math.min(free, (SHADOW_SHARPNESS * distance) / reach);
      if (free <= 0) return 0;
    }
    return free * free * (3 - 2 * free);
  }
}
