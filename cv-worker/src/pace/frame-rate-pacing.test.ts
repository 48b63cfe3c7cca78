import { describe, expect, test } from '@jest/globals';
import { FrameRatePacing } from './frame-rate-pacing.ts';
import type { Pressure } from './pressure.ts';

const streams = Array.from({ length: 10 }, (_, index) => ({ id: String(index), inAlert: index < 2 }));

/** Plays seconds under a pressure, and gives the rates after them. */
class Scene {
  readonly pacing: FrameRatePacing;
  #second = 0;
  rates = new Map<string, number>();

  constructor(normal: 15 | 30 = 15) {
    this.pacing = new FrameRatePacing(normal);
  }

  play(pressure: Pressure, seconds: number): this {
    for (let second = 0; second < seconds; second++) {
      this.rates = this.pacing.update(1000 * this.#second, pressure, streams);
      this.#second += 1;
    }
    return this;
  }

  at(rate: number): string[] {
    return [...this.rates].filter(([, own]) => own === rate).map(([id]) => id);
  }
}

describe('frame rates under pressure', () => {
  test('are the normal ones without it', () => {
    expect(new Scene().play('low', 60).at(15)).toHaveLength(10);
    expect(new Scene().play('fair', 60).at(15)).toHaveLength(10);
  });

  test('are halved for more and more streams, the newest first', () => {
    const scene = new Scene().play('high', 1);
    expect(scene.at(7.5)).toEqual(['8', '9']);
    expect(scene.play('high', 3).at(7.5)).toEqual(['6', '7', '8', '9']);
    expect(scene.pacing.exhausted).toBe(false);
  });

  test('are kept longest for patients in alert', () => {
    const scene = new Scene().play('high', 10);
    expect(scene.at(15)).toEqual(['0', '1']);
    expect(scene.pacing.exhausted).toBe(true);
    expect(scene.play('high', 10).at(7.5)).toHaveLength(10);
  });

  test('are halved twice where 30 is normal, before those in alert give anything', () => {
    const scene = new Scene(30).play('high', 10);
    expect(scene.at(30)).toEqual(['0', '1']);
    expect(scene.at(7.5)).toHaveLength(8);
  });

  test('come back slowly, and only after a while without pressure', () => {
    const scene = new Scene().play('high', 4);
    expect(scene.at(7.5)).toHaveLength(4);
    expect(scene.play('low', 19).at(7.5)).toHaveLength(4);
    expect(scene.play('low', 2).at(7.5)).toHaveLength(3);
    expect(scene.play('fair', 60).at(7.5)).toHaveLength(3);
    expect(scene.play('low', 40).at(7.5)).toEqual([]);
  });

  test('follow a patient who comes into alert at once', () => {
    const pacing = new FrameRatePacing(15);
    pacing.update(0, 'high', streams);
    const changed = streams.map((stream) => ({ ...stream, inAlert: stream.id === '9' }));
    expect(pacing.update(1000, 'high', changed).get('9')).toBe(15);
  });
});
