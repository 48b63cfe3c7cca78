import { describe, expect, test } from '@jest/globals';
import { aStream, T0 } from '../testing/fixtures.ts';
import { viewPicture, type PictureFreshness } from './picture.ts';

const live: PictureFreshness = {
  stream: aStream(),
  lastFrameAt: T0,
  waitingSince: T0,
  delivery: null,
  now: T0,
};

describe('viewPicture', () => {
  test('a picture whose frames come is shown as it is', () => {
    expect(viewPicture({ ...live, now: T0 + 1900 })).toEqual({ state: 'live', words: null, dim: false });
  });

  test('a picture older than two seconds is dimmed and says its age', () => {
    expect(viewPicture({ ...live, now: T0 + 3400 })).toEqual({
      state: 'late',
      words: 'picture 3 s old',
      dim: true,
    });
  });

  test('after ten seconds without a frame there is no signal', () => {
    expect(viewPicture({ ...live, now: T0 + 11_000 })).toMatchObject({
      state: 'no-signal',
      words: 'NO SIGNAL – picture 11 s old',
    });
  });

  test('without a stream there is no signal', () => {
    expect(viewPicture({ ...live, stream: null })).toMatchObject({ state: 'no-signal', words: 'NO SIGNAL' });
  });

  test("the server's word that the signal is lost counts at once", () => {
    const stream = aStream({ conditions: ['signal-lost'] });
    expect(viewPicture({ ...live, stream, now: T0 + 500 }).state).toBe('no-signal');
  });

  test('a frozen picture is dimmed though frames come', () => {
    const stream = aStream({ conditions: ['picture-frozen'] });
    expect(viewPicture({ ...live, stream })).toEqual({ state: 'frozen', words: 'PICTURE FROZEN', dim: true });
  });

  test('a covered camera and darkness are named', () => {
    expect(viewPicture({ ...live, stream: aStream({ conditions: ['camera-covered'] }) }).state).toBe(
      'covered',
    );
    expect(viewPicture({ ...live, stream: aStream({ conditions: ['too-dark'] }) }).state).toBe('dark');
  });

  test('a new stream is waited for, then it says where the picture is missing', () => {
    const waiting = { ...live, lastFrameAt: null };
    expect(viewPicture({ ...waiting, now: T0 + 1000 }).state).toBe('connecting');
    expect(viewPicture({ ...waiting, now: T0 + 7000 }).words).toBe(
      'NO SIGNAL – the picture does not reach this screen',
    );
    const silent = aStream({ lastPacketAt: null });
    expect(viewPicture({ ...waiting, stream: silent, now: T0 + 7000 }).words).toBe(
      'NO SIGNAL – the device sends no picture',
    );
  });
});
