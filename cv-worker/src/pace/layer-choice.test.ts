import { describe, expect, test } from '@jest/globals';
import type { WithheldReason } from '@haven/protocol';
import { LayerChoice, type FacePlace } from './layer-choice.ts';

const small: FacePlace = { x: 0.7, y: 0.4, height: 0.15 };
const large: FacePlace = { x: 0.5, y: 0.5, height: 0.5 };

class Scene {
  readonly choice = new LayerChoice();
  #second = 0;

  play(seconds: number, face: FacePlace | null, withheld: WithheldReason | null, affordable = true): this {
    for (let second = 0; second < seconds; second++) {
      this.choice.update(1000 * this.#second++, { face, withheld }, affordable);
    }
    return this;
  }

  get layer(): number {
    return this.choice.view.spatialLayer;
  }
}

describe('the choice of layer', () => {
  test('stays with the lowest while it gives a pulse, however small the face', () => {
    expect(new Scene().play(120, small, null).layer).toBe(0);
  });

  test('tries a larger one about the face when a small face gives no pulse for a while', () => {
    const scene = new Scene().play(15, small, 'weak-signal');
    expect(scene.layer).toBe(0);
    scene.play(1, small, 'too-far');
    expect(scene.choice.view).toEqual({
      spatialLayer: 1,
      crop: { x: expect.closeTo(0.45, 6), y: expect.closeTo(0.225, 6), scale: 0.5 },
    });
  });

  test.each(['moving', 'no-face', 'too-dark', 'presence-only'] as const)(
    'tries none against what pixels do not help: %s',
    (reason) => {
      expect(new Scene().play(60, small, reason).layer).toBe(0);
    },
  );

  test('tries none for a large face, nor when the machine has no time for it', () => {
    expect(new Scene().play(60, large, 'weak-signal').layer).toBe(0);
    expect(new Scene().play(60, small, 'weak-signal', false).layer).toBe(0);
  });

  test('keeps the larger one that gives a pulse, and gives back one that does not, for minutes', () => {
    const helped = new Scene().play(16, small, 'too-far').play(120, small, null);
    expect(helped.layer).toBe(1);
    expect(helped.play(60, small, 'weak-signal').layer).toBe(1);
    const useless = new Scene().play(16, small, 'too-far').play(30, small, 'too-far');
    expect(useless.layer).toBe(0);
    expect(useless.play(290, small, 'too-far').layer).toBe(0);
    expect(useless.play(20, small, 'too-far').layer).toBe(1);
  });

  test('gives the larger one back when the patient comes near', () => {
    const scene = new Scene().play(16, small, 'too-far').play(10, small, null);
    expect(scene.play(1, { ...small, height: 0.28 }, null).layer).toBe(1);
    expect(scene.play(1, { ...small, height: 0.32 }, null).layer).toBe(0);
  });

  test('looks for a lost patient in the whole picture', () => {
    const scene = new Scene().play(16, small, 'too-far').play(10, small, null);
    expect(scene.play(5, null, 'no-face').layer).toBe(1);
    expect(scene.play(1, null, 'no-face').choice.view.crop).toBeNull();
  });

  test('follows a face that moves away, seldom', () => {
    const scene = new Scene().play(16, small, 'too-far').play(5, small, null);
    const before = scene.choice.view.crop;
    const moved = { ...small, x: 0.5 };
    expect(scene.play(10, moved, null).choice.view.crop).toBe(before);
    expect(scene.play(10, moved, null).choice.view.crop).toMatchObject({ x: 0.25 });
  });

  test('keeps the crop within the picture', () => {
    const scene = new Scene().play(16, { x: 0.95, y: 0.05, height: 0.1 }, 'too-far');
    expect(scene.choice.view.crop).toEqual({ x: 0.5, y: 0, scale: 0.5 });
  });
});
