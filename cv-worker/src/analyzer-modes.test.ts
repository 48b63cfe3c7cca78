import { describe, expect, test } from '@jest/globals';
import type { Vital } from '@haven/protocol';
import { Analyzer, type AnalyzerOptions, type AnalyzerOutput } from './analyzer.ts';
import { KnowingDetector, paint, type PaintedFace } from './face/testing/painted-scene.ts';
import type { Crop } from './frame.ts';

const PATIENT: PaintedFace = { x: 110, y: 60, width: 90, height: 110 };
const FRAMES_A_SECOND = 8;

class Watched {
  readonly detector = new KnowingDetector();
  readonly analyzer: Analyzer;
  readonly outputs: AnalyzerOutput[] = [];
  #now = 0;

  constructor(options: Omit<AnalyzerOptions, 'detector'> = {}) {
    this.analyzer = new Analyzer({ detector: this.detector, ...options });
  }

  show(seconds: number, face: PaintedFace, crop?: Crop): void {
    this.detector.faces = [face];
    for (let frame = 0; frame < seconds * FRAMES_A_SECOND; frame++) {
      this.#now += 1000 / FRAMES_A_SECOND;
      const picture = paint([face], this.#now);
      // A living picture is never the same twice.
      for (let i = frame % 7; i < picture.pixels.length; i += 7) picture.pixels[i] += frame % 3;
      this.outputs.push(this.analyzer.push(crop === undefined ? picture : { ...picture, crop }));
    }
  }

  get vitals(): Partial<Record<Vital['name'], Vital>> {
    const last = this.outputs.findLast(({ vitals }) => vitals !== null)?.vitals ?? [];
    return Object.fromEntries(last.map((vital) => [vital.name, vital]));
  }
}

describe('what the analyzer measures', () => {
  test('is everything unless it is told otherwise', () => {
    const watched = new Watched();
    watched.show(3, PATIENT);
    expect(Object.keys(watched.vitals)).toEqual(
      expect.arrayContaining(['pulse', 'breathing', 'motion', 'presence']),
    );
    expect(watched.vitals.pulse?.reason).not.toBe('presence-only');
  });

  test('is no vital sign where only presence is watched', () => {
    let samples = 0;
    const watched = new Watched({ mode: 'presence', onSkin: () => samples++ });
    watched.show(3, PATIENT);
    expect(watched.vitals.pulse).toMatchObject({ state: 'withheld', value: null, reason: 'presence-only' });
    expect(watched.vitals.breathing).toMatchObject({
      state: 'withheld',
      value: null,
      reason: 'presence-only',
    });
    expect(watched.vitals.motion?.state).toBe('measured');
    expect(watched.vitals.presence).toBeDefined();
    expect(samples).toBe(0);
  });

  test('is no presence where only vital signs are measured', () => {
    const watched = new Watched({ mode: 'vitals' });
    watched.show(3, PATIENT);
    expect(watched.vitals.presence).toBeUndefined();
    expect(watched.vitals.pulse?.reason).not.toBe('presence-only');
    expect(watched.outputs.flatMap(({ events }) => events)).toEqual([]);
  });
});

describe('the patient’s face', () => {
  test('is where the last frame shows it', () => {
    const watched = new Watched();
    expect(watched.analyzer.face()).toBeNull();
    watched.show(1, PATIENT);
    expect(watched.analyzer.face()).toMatchObject({ heightPx: 110, box: { width: 90 } });
  });

  test('is still the same one in another part of the camera’s picture', () => {
    const watched = new Watched();
    watched.show(12, PATIENT);
    const near = { x: 60, y: 60, width: 180, height: 220 };
    watched.show(2, near, { x: 0.25, y: 0.125, scale: 0.5 });
    expect(watched.vitals.pulse?.reason).not.toBe('new-face');
    expect(watched.analyzer.face()?.heightPx).toBe(220);
  });
});
