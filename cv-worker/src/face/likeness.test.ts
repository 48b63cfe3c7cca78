import { describe, expect, test } from '@jest/globals';
import type { Frame } from '../frame.ts';
import { meshIn, paint } from './testing/painted-scene.ts';
import { Gallery, likenessOf } from './likeness.ts';

const FACE = { x: 110, y: 60, width: 90, height: 110 };
const likenessIn = (frame: Frame, box: typeof FACE) => likenessOf(frame, meshIn(box));

describe('the likenesses of a patient', () => {
  const gallery = new Gallery();
  gallery.learn(likenessIn(paint([FACE]), FACE));

  test('know the face elsewhere, larger, and in another light', () => {
    const near = { x: 40, y: 30, width: 126, height: 154 };
    const frame = paint([near]);
    for (let i = 0; i < frame.pixels.length; i++) frame.pixels[i] *= 0.7;
    expect(gallery.knows(likenessIn(frame, near))).toBe(true);
  });

  test('do not know another face', () => {
    expect(gallery.knows(likenessIn(paint([{ ...FACE, person: 1 }]), FACE))).toBe(false);
    expect(gallery.knows(likenessIn(paint([{ ...FACE, person: 2 }]), FACE))).toBe(false);
  });

  test('do not know a plain surface', () => {
    expect(gallery.knows(likenessIn(paint([]), { x: 0, y: 0, width: 30, height: 30 }))).toBe(false);
  });

  test('keep the views that were learned last', () => {
    const learning = new Gallery();
    for (const person of [0, 1, 2]) learning.learn(likenessIn(paint([{ ...FACE, person }]), FACE));
    for (const person of [0, 1, 2]) {
      expect(learning.knows(likenessIn(paint([{ ...FACE, person }]), FACE))).toBe(true);
    }
    learning.clear();
    expect(learning.knows(likenessIn(paint([FACE]), FACE))).toBe(false);
  });
});
