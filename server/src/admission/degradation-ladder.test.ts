import { describe, expect, test } from '@jest/globals';
import { DegradationLadder } from './degradation-ladder.ts';
import { strainOf, type MachineLoad, type Strain } from './strain.ts';

/** Plays seconds under a strain. */
class Scene {
  readonly #ladder = new DegradationLadder();
  #second = 0;

  play(strain: Strain, seconds: number) {
    for (let second = 0; second < seconds; second++) this.#ladder.update(1000 * this.#second++, strain);
    return this.#ladder.step;
  }
}

describe('under load', () => {
  test('one thing after another is given up, each after the last was seen to be too little', () => {
    const scene = new Scene();
    expect(scene.play('own', 5)).toBe('none');
    expect(scene.play('own', 1)).toBe('analysis');
    expect(scene.play('own', 5)).toBe('layers');
    expect(scene.play('own', 5)).toBe('off-screen');
    expect(scene.play('own', 5)).toBe('refusing');
    expect(scene.play('own', 60)).toBe('refusing');
  });

  test('a moment of it changes nothing', () => {
    const scene = new Scene();
    for (let time = 0; time < 10; time++) {
      expect(scene.play('own', 4)).toBe('none');
      expect(scene.play('fair', 1)).toBe('none');
    }
  });

  test('what was given up comes back one by one, slowly, and not before the load is well below', () => {
    const scene = new Scene();
    scene.play('own', 16);
    expect(scene.play('fair', 300)).toBe('off-screen');
    expect(scene.play('low', 20)).toBe('off-screen');
    expect(scene.play('low', 1)).toBe('layers');
    expect(scene.play('low', 20)).toBe('analysis');
    expect(scene.play('low', 20)).toBe('none');
  });

  test('that is not Haven’s own, only measuring is thinned out', () => {
    const scene = new Scene();
    expect(scene.play('others', 300)).toBe('analysis');
    scene.play('own', 16);
    expect(scene.play('others', 300)).toBe('analysis');
  });
});

const calm: MachineLoad = {
  ...{ processor: 0.3, ownProcessor: 0.2, mainThread: 0.2, busiestMediaWorker: 0.2 },
  ...{ eventLoopDelayMs: 5, memory: 0.3 },
};

describe('the strain', () => {
  test.each<[Strain, string, Partial<MachineLoad>]>([
    ['low', 'everything is well below', {}],
    ['fair', 'the processor is busy, with time left', { processor: 0.8 }],
    ['own', 'the processor is used up, by Haven', { processor: 0.95, ownProcessor: 0.7 }],
    ['others', 'the processor is used up, by something else', { processor: 0.95, ownProcessor: 0.2 }],
    ['own', 'one media worker has no time left, whatever other cores do', { busiestMediaWorker: 0.93 }],
    ['own', 'the main thread is late by its own work', { eventLoopDelayMs: 300, mainThread: 0.8 }],
    ['fair', 'the main thread waits for the processor', { eventLoopDelayMs: 300, mainThread: 0.3 }],
  ])('is %s when %s', (strain, _when, load) => {
    expect(strainOf({ ...calm, ...load })).toBe(strain);
  });
});
