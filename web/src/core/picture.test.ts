import { describe, expect, test } from '@jest/globals';
import { aStream, T0 } from '../testing/fixtures.ts';
import { viewPicture, type PictureFreshness } from './picture.ts';

const live: PictureFreshness = {
  stream: aStream(),
  lastFrameAt: T0,
  waitingSince: T0,
  delivery: null,
  now: T0,
  serverNow: T0,
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

  test('a picture that is paused for privacy is nothing but that, whatever else is wrong with it', () => {
    const until = T0 + 11.5 * 60_000;
    const privacy = { reason: 'personal-care', by: 'bedside', since: T0, until } as const;
    const stream = aStream({ privacy, conditions: ['signal-lost'] });
    expect(viewPicture({ ...live, stream, now: T0 + 60_000 })).toEqual({
      state: 'privacy',
      words: 'PRIVACY – personal care – 12 min left',
      dim: false,
    });
    expect(viewPicture({ ...live, stream, serverNow: until - 30_000 }).words).toContain('30 s left');
    expect(viewPicture({ ...live, stream, serverNow: until + 1 }).words).toContain('ending now');
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

describe('a picture that the server does not send as it moves', () => {
  const still: PictureFreshness = {
    ...live,
    delivery: { sending: 'still', because: 'network', since: T0 + 100 },
    now: T0 + 12_000,
  };

  test('is a still with its age and the reason, however old: neither late nor without signal', () => {
    expect(viewPicture(still)).toEqual({
      state: 'still',
      words: 'STILL 12 s old',
      reason: 'your network is slow',
      dim: true,
    });
    const delivery = { sending: 'still', because: 'server-load', since: T0 } as const;
    expect(viewPicture({ ...still, delivery })).toMatchObject({ reason: 'the server is busy' });
  });

  test('is dimmed from the first moment, also while it is young', () => {
    expect(viewPicture({ ...still, now: T0 + 200 })).toMatchObject({ words: 'STILL 0 s old', dim: true });
  });

  test('says that there is none yet, when no frame came before', () => {
    expect(viewPicture({ ...still, lastFrameAt: null })).toMatchObject({
      state: 'still',
      words: 'No picture yet',
    });
  });

  test('lost signals, frozen pictures and covered cameras are said all the same, with the age', () => {
    const lost = aStream({ conditions: ['signal-lost'] });
    expect(viewPicture({ ...still, stream: lost })).toMatchObject({
      state: 'no-signal',
      words: 'NO SIGNAL – picture 12 s old',
    });
    const covered = aStream({ conditions: ['camera-covered'] });
    expect(viewPicture({ ...still, stream: covered })).toEqual({
      state: 'covered',
      words: 'CAMERA COVERED – still 12 s old',
      dim: true,
    });
  });
});

describe('a picture that comes back on screen', () => {
  const back: PictureFreshness = {
    ...live,
    delivery: { sending: 'live', because: null, since: T0 + 300_000 },
    now: T0 + 301_000,
  };

  test('is never taken for the present: it says its age until a new frame is there', () => {
    const waiting = {
      state: 'connecting',
      words: 'Waiting for the picture – the last one is 5 min old',
      dim: true,
    };
    expect(viewPicture(back)).toEqual(waiting);
    expect(viewPicture({ ...back, delivery: { sending: 'hidden', because: null, since: T0 } })).toEqual(
      waiting,
    );
    expect(viewPicture({ ...back, lastFrameAt: T0 + 300_900 }).state).toBe('live');
  });

  test('counts as not arriving after a while', () => {
    expect(viewPicture({ ...back, now: T0 + 307_000 })).toMatchObject({
      state: 'no-signal',
      words: 'NO SIGNAL – picture 5 min old',
    });
  });
});
