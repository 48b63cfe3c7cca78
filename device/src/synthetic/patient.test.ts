import { describe, expect, jest, test } from '@jest/globals';
import { parseSyntheticParameters } from './parameters.ts';
import { SyntheticPatient } from './patient.ts';
import { amplitudeAt, meanGreen, strongestRate } from './testing/signal.ts';

const SIZE = { width: 160, height: 120 };
const FPS = 15;
const FOREHEAD = { x: 71, y: 36, width: 18, height: 10 };
const CHEEK = { x: 89, y: 58, width: 8, height: 10 };
const MOUTH = { x: 72, y: 72, width: 16, height: 8 };
const WALL = { x: 2, y: 27, width: 20, height: 12 };
const GOWN = { x: 30, y: 114, width: 20, height: 5 };

function create(text: string, size = SIZE): Promise<SyntheticPatient> {
  return SyntheticPatient.create(parseSyntheticParameters(text), size);
}

function greens(patient: SyntheticPatient, region: typeof WALL, from: number, seconds: number): number[] {
  return Array.from({ length: seconds * FPS }, (_, index) =>
    meanGreen(patient.frame(from + index / FPS), SIZE.width, SIZE.height, region),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Drawing a pose takes a second or two, and longer beside other suites on a small machine. */
jest.setTimeout(60_000);

describe('a synthetic patient', () => {
  test.each([
    ['tone=light,hr=55,seed=0', 55],
    ['tone=medium,hr=96,rr=18,seed=1', 96],
    ['tone=dark,hr=128,light=side,seed=2', 128],
  ])('with %s shows its pulse on forehead and cheek, of a natural size', async (text, rate) => {
    const patient = await create(text);
    for (const region of [FOREHEAD, CHEEK]) {
      const samples = greens(patient, region, 0, 20);
      const share = amplitudeAt(samples, FPS, rate / 60) / mean(samples);
      expect(Math.abs(strongestRate(samples, FPS) - rate)).toBeLessThanOrEqual(1);
      expect(share).toBeGreaterThan(0.0015);
      expect(share).toBeLessThan(0.007);
    }
  });

  test('has no pulse on wall and gown', async () => {
    const patient = await create('hr=75,motion=none');
    for (const region of [WALL, GOWN]) {
      const samples = greens(patient, region, 0, 20);
      expect(amplitudeAt(samples, FPS, 75 / 60) / mean(samples)).toBeLessThan(0.0004);
    }
  });

  test('changes its rates when told, and says what is true', async () => {
    const patient = await create('hr=60,rr=12,hr@5=120,rr@5=20');
    expect(patient.truth(0)).toEqual({ pulse: 60, breathing: 12, visible: true });
    expect(patient.truth(10)).toEqual({ pulse: 90, breathing: 16, visible: true });
    expect(patient.truth(15)).toEqual({ pulse: 120, breathing: 20, visible: true });
    expect(Math.abs(strongestRate(greens(patient, FOREHEAD, 16, 15), FPS) - 120)).toBeLessThanOrEqual(1.5);
  });

  test('raises its shoulders with each breath', async () => {
    const patient = await create('rr=15,noise=0,motion=none,amplitude=0');
    const edge = greens(patient, { x: 30, y: 106, width: 10, height: 6 }, 0, 20);
    const [breath, beat] = [15, 72].map((rate) => amplitudeAt(edge, FPS, rate / 60));
    expect(breath).toBeGreaterThan(1);
    expect(breath).toBeGreaterThan(20 * beat);
  });

  test('shows a covered lens as near darkness without a pulse', async () => {
    const patient = await create('cover@3=1');
    expect(mean(greens(patient, FOREHEAD, 0, 1))).toBeGreaterThan(80);
    const covered = greens(patient, FOREHEAD, 3, 20);
    expect(mean(covered)).toBeLessThan(15);
    expect(amplitudeAt(covered, FPS, 72 / 60)).toBeLessThan(0.02);
    expect(patient.truth(3).visible).toBe(false);
  });

  test('repeats the same bytes while frozen, also the cover or the bed that it froze on', async () => {
    const patient = await create('freeze@2=1,freeze@4=0,cover@3=1');
    const last = Buffer.from(patient.frame(1.9));
    expect(last.equals(patient.frame(2))).toBe(true);
    expect(last.equals(patient.frame(3.9))).toBe(true);
    expect(last.equals(patient.frame(4))).toBe(false);
    expect([1.9, 2, 3.9].map((seconds) => patient.truth(seconds).visible)).toEqual([true, false, false]);
  });

  test('leaves an empty bed when absent and comes back', async () => {
    const patient = await create('absent@2=1,absent@4=0,tone=dark,noise=0,motion=none');
    const skin = mean(greens(patient, FOREHEAD, 0, 1));
    const bed = mean(greens(patient, FOREHEAD, 2, 1));
    expect(bed).toBeGreaterThan(skin + 40);
    expect(mean(greens(patient, FOREHEAD, 4, 1))).toBeCloseTo(skin, -0.5);
    expect(patient.truth(2).visible).toBe(false);
    expect(patient.truth(4).visible).toBe(true);
  });

  test('gives the same bytes for the same parameters and calls, and others for another seed', async () => {
    const [first, second, other] = await Promise.all(
      ['seed=7', 'seed=7', 'seed=8'].map((text) => create(text)),
    );
    for (const seconds of [0, 0.5, 2.05]) {
      const picture = Buffer.from(first.frame(seconds));
      expect(picture).toHaveLength(160 * 120 * 1.5);
      expect(picture.equals(second.frame(seconds))).toBe(true);
      expect(picture.equals(other.frame(seconds))).toBe(false);
    }
  });

  test('has a sensor whose noise is as strong as asked for', async () => {
    const deviation = async (sigma: number): Promise<number> => {
      const patient = await create(`noise=${sigma},motion=none,amplitude=0`);
      const [a, b] = [0, 0].map((seconds) => Uint8Array.from(patient.frame(seconds).subarray(0, 160 * 40)));
      return Math.sqrt(mean(Array.from(a, (level, index) => (level - b[index]) ** 2)) / 2);
    };
    expect(await deviation(0)).toBe(0);
    // Luma is a mean of the colours: 0.57 of their noise, and rounding adds a little.
    expect(await deviation(3)).toBeCloseTo(3 * 0.57, 0);
  });

  test('flickers with the light, over the whole picture', async () => {
    const patient = await create('flicker=1.5,motion=none');
    const wall = greens(patient, WALL, 0, 10);
    expect(amplitudeAt(wall, FPS, 1.5) / mean(wall)).toBeCloseTo(0.01, 2);
  });

  test('flickers as deep as asked for', async () => {
    const patient = await create('flicker=0.5,flickerdepth=0.05,motion=none');
    const wall = greens(patient, WALL, 0, 20);
    expect(amplitudeAt(wall, FPS, 0.5) / mean(wall)).toBeCloseTo(0.05, 2);
  });

  test('keeps its pulse and moves its jaw and not its brows while it talks', async () => {
    const patient = await create('motion=talk,hr=96,noise=0,seed=1');
    const still = await create('motion=still,hr=96,noise=0,seed=1');
    const variation = (one: SyntheticPatient, region: typeof WALL): number => {
      const values = greens(one, region, 0, 10);
      return Math.max(...values) - Math.min(...values);
    };
    expect(variation(patient, MOUTH)).toBeGreaterThan(3 * variation(still, MOUTH));
    const forehead = greens(patient, FOREHEAD, 0, 20);
    expect(amplitudeAt(forehead, FPS, 96 / 60) / mean(forehead)).toBeGreaterThan(0.0015);
  });

  test('is held at the brightness of its first picture by automatic exposure, within two seconds', async () => {
    const levels = async (text: string): Promise<number[]> => {
      const patient = await create(`${text},motion=none,exposure@5=0.7`);
      const wall = greens(patient, WALL, 0, 15);
      return [wall.slice(0, 5 * FPS), wall.slice(5 * FPS, 5 * FPS + 3), wall.slice(-5 * FPS)].map(mean);
    };
    const [before, changed, after] = await levels('autoexposure=1');
    expect(changed / before).toBeLessThan(0.9);
    expect(after / before).toBeCloseTo(1, 1.5);
    const [, , without] = await levels('autoexposure=0');
    expect(without / before).toBeLessThan(0.9);
  });

  test('is hidden by a visitor, whose own pulse is then on the face, and seen again afterwards', async () => {
    const patient = await create('hr=60,visitor@2=1,visitorhr=110,visitor@30=0,tone=light,noise=0.5');
    expect([1, 2.5, 4, 20, 33].map((seconds) => patient.truth(seconds).visible)).toEqual([
      ...[true, true, false, false, true],
    ]);
    const [alone, hidden, again] = [0, 6, 33].map((from) => mean(greens(patient, FOREHEAD, from, 1)));
    expect(Math.abs(hidden - alone)).toBeGreaterThan(20);
    expect(again).toBeCloseTo(alone, -0.5);
    expect(Math.abs(strongestRate(greens(patient, FOREHEAD, 6, 20), FPS) - 110)).toBeLessThanOrEqual(1.5);
  });

  test('is darker with less exposure', async () => {
    const patient = await create('exposure@1=0.25');
    const [before, after] = [0, 1].map((from) => mean(greens(patient, WALL, from, 1)));
    expect(after / before).toBeCloseTo(0.25 ** (1 / 2.2), 1);
  });

  test.each([
    [{ width: 321, height: 240 }],
    [{ width: 320, height: 16 }],
    [{ width: 4000, height: 240 }],
    [{ width: NaN, height: 240 }],
  ])('is not drawn at an impossible size %j', async (size) => {
    await expect(create('', size)).rejects.toThrow(/must be even, from 120 to 1920/);
  });

  test('lets the event loop turn while it is drawn', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await create('', { width: 320, height: 240 }).finally(() => clearInterval(timer));
    expect(turns).toBeGreaterThan(3);
  });
});
