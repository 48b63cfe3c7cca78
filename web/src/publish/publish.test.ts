import { describe, expect, test } from '@jest/globals';
import { deviceStateSchema, HavenError } from '@haven/protocol';
import { UnreachableError } from '../core/sentences.ts';
import { T0, uuid } from '../testing/fixtures.ts';
import { readDeviceState } from './device-state.ts';
import { adviseOnPicture, toLuma, type LumaPicture } from './picture-advice.ts';
import { isFinal, publishWords, whyEnded, whyStopped } from './publish-words.ts';
import { simulcastEncodings } from './simulcast.ts';

describe('simulcastEncodings', () => {
  const limits = { maxFramesPerSecond: 30, maxBitrate: 3_000_000 };

  test('a 720p camera sends three layers, each twice as large as the one below', () => {
    const encodings = simulcastEncodings(720, limits);
    expect(encodings.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual([4, 2, 1]);
    expect(encodings.map(({ maxBitrate }) => maxBitrate)).toEqual([150_000, 500_000, 1_500_000]);
  });

  test('a smaller picture sends two', () => {
    expect(simulcastEncodings(480, limits)).toHaveLength(2);
  });

  test("together they stay within the server's limits", () => {
    const encodings = simulcastEncodings(720, { maxFramesPerSecond: 15, maxBitrate: 1_000_000 });
    const total = encodings.reduce((sum, { maxBitrate }) => sum + (maxBitrate ?? 0), 0);
    expect(total).toBeLessThanOrEqual(1_000_002);
    expect(encodings.every(({ maxFramerate }) => maxFramerate === 15)).toBe(true);
  });
});

describe('adviseOnPicture', () => {
  const width = 64;
  const height = 48;
  const paint = (at: (x: number, y: number) => number): LumaPicture => ({
    width,
    height,
    luma: Uint8ClampedArray.from({ length: width * height }, (_, index) =>
      at((index % width) / width, Math.floor(index / width) / height),
    ),
  });
  const middle = (x: number, y: number) => Math.abs(x - 0.5) < 0.2 && Math.abs(y - 0.5) < 0.3;

  test.each<[string, LumaPicture, RegExp | null]>([
    ['a face in even light', paint((x, y) => (middle(x, y) ? 150 : 110)), null],
    ['a dark face', paint((x, y) => (middle(x, y) ? 40 : 70)), /too dark/],
    ['a bright face', paint((x, y) => (middle(x, y) ? 230 : 180)), /too bright/],
    ['a window behind', paint((x, y) => (middle(x, y) ? 80 : 200)), /from behind/],
    ['a covered lens', paint(() => 12), /Uncover/],
  ])('says the right thing about %s', (_name, picture, words) => {
    const advice = adviseOnPicture(picture);
    if (words === null) expect(advice).toEqual([]);
    else expect(advice[0]).toMatch(words);
  });

  test('luminance weighs the colours as the eye does', () => {
    const rgba = Uint8ClampedArray.of(255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255);
    expect([...toLuma(rgba, 3, 1).luma]).toEqual([76, 150, 29]);
  });
});

describe('words about publishing', () => {
  test('what stops it for good is told apart from what passes', () => {
    expect(isFinal(new HavenError('PATIENT_HAS_DEVICE'))).toBe(true);
    expect(isFinal(new HavenError('PATIENT_HAS_DEVICE', undefined, { retryAfterMs: 30_000 }))).toBe(false);
    expect(isFinal(new HavenError('TOKEN_REVOKED'))).toBe(true);
    expect(isFinal(new HavenError('SHUTTING_DOWN'))).toBe(false);
    expect(isFinal(new UnreachableError())).toBe(false);
  });

  test('each ending says what happened and what to do', () => {
    expect(whyStopped(new HavenError('PATIENT_HAS_DEVICE'))).toContain('Stop it first');
    expect(whyEnded('superseded')).toContain('taken the patient’s stream over');
    expect(whyEnded('revoked')).toContain('revoked');
    expect(whyEnded('media-worker-died')).toBeNull();
  });

  test('each state is a sentence', () => {
    expect(publishWords({ kind: 'connecting', error: new UnreachableError() })).toMatch(
      /does not answer.*Trying again/,
    );
    expect(publishWords({ kind: 'publishing' })).toContain('Publishing');
    expect(publishWords({ kind: 'ended', why: 'Because.' })).toBe('Stopped. Because.');
  });
});

describe('readDeviceState', () => {
  const layer = (id: string, frameWidth: number, bytesSent: number) => ({
    id,
    type: 'outbound-rtp',
    frameWidth,
    frameHeight: (frameWidth * 3) / 4,
    framesPerSecond: 29,
    bytesSent,
  });

  test('reports layers from the lowest, the bitrate since the last report, and the worst of the way back', () => {
    const report = new Map<string, object>([
      ['high', layer('high', 640, 250_000)],
      ['low', layer('low', 320, 50_000)],
      ['remote', { type: 'remote-inbound-rtp', roundTripTime: 0.04, fractionLost: 0.02 }],
    ]);
    const { state } = readDeviceState(uuid(1), report, { bytes: 100_000, at: T0 }, T0 + 2000);
    expect(deviceStateSchema.parse(state)).toEqual({
      streamId: uuid(1),
      framesPerSecond: 29,
      bitrate: 800_000,
      layers: [
        { width: 320, height: 240 },
        { width: 640, height: 480 },
      ],
      roundTripMs: 40,
      lossFraction: 0.02,
    });
  });

  test('is valid before anything was sent', () => {
    const { state } = readDeviceState(uuid(1), new Map(), null, T0);
    expect(deviceStateSchema.safeParse(state).success).toBe(true);
  });
});
