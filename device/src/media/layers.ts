/** One resolution of a simulcast, lowest first in every list; bit rates in bit/s. */
export type Layer = {
  readonly width: number;
  readonly height: number;
  /** What the layer gets when there is enough. */
  readonly bitrate: number;
  /** Below this its picture is worth less than the rate is to the layers under it. */
  readonly minBitrate: number;
};

/** Nothing that an encoder or a face detector can use is smaller. */
const MIN_LAYER_HEIGHT = 90;

/**
 * Rates at 15 frames/s up to so many pixels. The lower layers get more a pixel than video calls give them: a pulse
 * is a change of half a per cent in colour, and VP8 quantises it away first.
 */
const RATES: readonly { pixels: number; bitrate: number }[] = [
  { pixels: 160 * 120, bitrate: 150_000 },
  { pixels: 320 * 240, bitrate: 400_000 },
  { pixels: 640 * 480, bitrate: 900_000 },
  { pixels: 1280 * 720, bitrate: 1_800_000 },
];
const HIGHEST_RATE = 3_000_000;
const RATED_FRAMES_PER_SECOND = 15;
const MIN_SHARE = 0.3;

/** Once a layer was given up, the rate must exceed what it needs by so much before it comes back. */
const RETURN_MARGIN = 1.2;

/**
 * The layers of a picture, each half as wide and high as the next; fewer than asked when they would be too small.
 * @param count layers wanted, 1–3
 * @param maxTotalBitrate bound of the sum; the layers share it in proportion
 */
export function layersOf(
  picture: { width: number; height: number; framesPerSecond: number },
  count: number,
  maxTotalBitrate = Infinity,
): Layer[] {
  const layers: Layer[] = [];
  const speed = Math.sqrt(picture.framesPerSecond / RATED_FRAMES_PER_SECOND);
  for (let index = count - 1; index >= 0; index--) {
    const width = even(picture.width / 2 ** index);
    const height = even(picture.height / 2 ** index);
    if (height < MIN_LAYER_HEIGHT && index > 0) continue;
    const rated = RATES.find((rate) => width * height <= rate.pixels)?.bitrate ?? HIGHEST_RATE;
    layers.push({ width, height, bitrate: rated * speed, minBitrate: rated * speed * MIN_SHARE });
  }
  const share = Math.min(1, maxTotalBitrate / totalBitrate(layers));
  return layers.map((layer) => ({
    ...layer,
    bitrate: Math.round(layer.bitrate * share),
    minBitrate: Math.round(layer.minBitrate * share),
  }));
}

export function totalBitrate(layers: readonly { bitrate: number }[]): number {
  return layers.reduce((sum, layer) => sum + layer.bitrate, 0);
}

/**
 * Divides a rate among the lowest layers that it can feed: the top layer goes first.
 * @param available bit/s of all layers together
 * @param active how many layers are sent now
 * @returns the rate of each layer sent, lowest first; never empty
 */
export function allocate(layers: readonly Layer[], available: number, active: number): number[] {
  let count = 1;
  let needed = layers[0].minBitrate;
  for (const [index, layer] of layers.entries()) {
    if (index === 0) continue;
    needed += layer.minBitrate;
    if (available < needed * (index < active ? 1 : RETURN_MARGIN)) break;
    count = index + 1;
  }
  const sent = layers.slice(0, count);
  const share = Math.min(1, available / totalBitrate(sent));
  return sent.map((layer) => Math.round(layer.bitrate * share));
}

function even(length: number): number {
  return Math.max(2, Math.round(length / 2) * 2);
}
