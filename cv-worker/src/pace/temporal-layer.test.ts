import { describe, expect, test } from '@jest/globals';
import type { FrameRate } from './frame-rate.ts';
import { TemporalLayer } from './temporal-layer.ts';

/** Plays so many seconds of a source that sends `full` pictures a second in layers up to `highest`. */
function play(
  layer: TemporalLayer,
  source: { full: number; highest: number },
  seconds: number,
  { from = 0, rate = 15 }: { from?: number; rate?: FrameRate } = {},
) {
  let frames = 0;
  let asked: number | null = null;
  for (let second = from; second < from + seconds; second++) {
    const wanted = layer.for(rate);
    if (wanted !== asked) {
      asked = wanted;
      layer.answered(wanted, Math.min(wanted, source.highest));
      layer.changed();
    }
    layer.measure(second * 1000, frames, rate);
    frames += source.full / 2 ** Math.max(0, source.highest - wanted);
  }
  return layer.for(rate);
}

describe('the temporal layer for 15 pictures a second', () => {
  test.each([
    ['the middle one of three of 30 pictures', { full: 30, highest: 2 }, 1],
    ['all three of 15 pictures', { full: 15, highest: 2 }, 2],
    ['the lower one of two of 30 pictures', { full: 30, highest: 1 }, 0],
    ['both of two of 15 pictures', { full: 15, highest: 1 }, 1],
    ['the only one, of however many pictures', { full: 30, highest: 0 }, 0],
    ['all of a slow camera', { full: 8, highest: 2 }, 2],
  ])('is %s', (_, source, expected) => {
    expect(play(new TemporalLayer(15), source, 30)).toBe(expected);
  });

  test('is the one below at half the rate, and the lowest when there is none below', () => {
    const layer = new TemporalLayer(15);
    expect(layer.for(7.5)).toBe(0);
    layer.answered(1, 0);
    expect(layer.for(7.5)).toBe(0);
    expect(new TemporalLayer(30).for(7.5)).toBe(0);
  });

  test('is all of a slow camera at half the rate too: its lower layer would show too few pictures', () => {
    expect(play(new TemporalLayer(15), { full: 8, highest: 1 }, 30, { rate: 7.5 })).toBe(1);
    const layer = new TemporalLayer(15);
    expect(play(layer, { full: 8, highest: 1 }, 10)).toBe(1);
    expect(play(layer, { full: 8, highest: 1 }, 20, { from: 10, rate: 7.5 })).toBe(1);
    expect(layer.for(15)).toBe(1);
  });

  test('stays when nothing comes at all', () => {
    const layer = new TemporalLayer(15);
    for (let second = 0; second < 30; second++) layer.measure(second * 1000, 0, 15);
    expect(layer.for(15)).toBe(1);
  });

  test('does not swing with a rate at the limit', () => {
    const layer = new TemporalLayer(15);
    const layers = new Set<number>();
    for (let second = 0; second < 120; second += 10) {
      play(layer, { full: second % 20 === 0 ? 21 : 46, highest: 2 }, 10, { from: second });
      layers.add(layer.for(15));
    }
    expect(layers.size).toBeLessThanOrEqual(2);
  });
});
