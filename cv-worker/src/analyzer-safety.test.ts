/** What must never be shown as the patient's, on clips through the whole analyzer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Vital, VitalName } from '@haven/protocol';
import { Analyzer, type AnalyzerOutput } from './analyzer.ts';
import { TensorFaceDetector } from './face/detector.ts';
import { BLACK, NEUTRAL, type Frame } from './frame.ts';
import { normalNumbers } from './pulse/testing/simulated-skin.ts';
import { openFile } from './tap/decoder.ts';
import { encodeAsVp8, writeSyntheticClip } from './testing/clips.ts';

/** A rate further than this from the truth is another one, 1/min. */
const TOLERANCE = 8;
/** A value has to be gone after this, s. */
const WITHHELD_WITHIN = 3;
/** One face must have been there alone for this long, s. */
const ALONE = 10;

type Second = { at: number; vitals: Vital[] };
type Seen = { seconds: Second[]; events: AnalyzerOutput['events'] };

let directory: string;
let detector: TensorFaceDetector;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'haven-safety-'));
  detector = await TensorFaceDetector.load('wasm');
});
afterAll(() => {
  detector.close();
  rmSync(directory, { recursive: true });
});

async function clip(synthetic: string, seconds: number): Promise<string> {
  const path = join(directory, `${String(seconds)}.mkv`);
  await writeSyntheticClip(path, synthetic, seconds);
  return path;
}

/** What a camera adds in the dark, levels; long enough not to repeat from picture to picture. */
const normal = normalNumbers(11);
const GRAIN = Int8Array.from({ length: 65_537 }, () => Math.round(2 * normal()));
/** Light that a night light leaves. */
const NIGHT = 0.14;

/** The light goes out: levels go towards black, and the camera's grain stays. */
function darken({ pixels, width, height, timeMs }: Frame): void {
  for (let i = 0; i < pixels.length; i++) {
    const dark = i < width * height ? BLACK : NEUTRAL;
    const grain = GRAIN[(i + Math.round(timeMs) * 7919) % GRAIN.length];
    pixels[i] = dark + NIGHT * (pixels[i] - dark) + grain;
  }
}

/** Analyses a clip as a live stream; the light goes out at some second. Times in seconds. */
async function watch(path: string, darkFrom = Infinity): Promise<Seen> {
  const analyzer = new Analyzer({ detector });
  const seen: Seen = { seconds: [], events: [] };
  for await (const frame of openFile(path)) {
    if (frame.timeMs >= darkFrom * 1000) darken(frame);
    const { at, vitals, events } = analyzer.push(frame);
    seen.events.push(...events);
    if (vitals !== null) seen.seconds.push({ at: at / 1000, vitals });
  }
  return seen;
}

function named(vitals: Vital[], name: VitalName): Vital {
  const vital = vitals.find((candidate) => candidate.name === name);
  if (vital === undefined) throw new Error(`The analyzer gave no ${name}.`);
  return vital;
}

/** The values of a vital that were shown, held ones too, between two moments. */
function shown({ seconds }: Seen, name: VitalName, from = 0, to = Infinity): number[] {
  return seconds
    .filter(({ at }) => at >= from && at < to)
    .map(({ vitals }) => named(vitals, name).value)
    .filter((value) => value !== null);
}

function reasonAt({ seconds }: Seen, name: VitalName, moment: number): Vital['reason'] {
  const second = seconds.findLast(({ at }) => at <= moment);
  return second === undefined ? null : named(second.vitals, name).reason;
}

describe('a patient whose bed is empty, whose camera is covered, whose room is dark', () => {
  const ABSENT = { from: 13, to: 29 };
  const COVERED = { from: 44, to: 49 };
  const DARK = { from: 63, to: 69 };
  let seen: Seen;

  beforeAll(async () => {
    const original = await clip(
      `hr=84,tone=medium,seed=3,absent@${ABSENT.from}=1,absent@${ABSENT.to}=0,` +
        `cover@${COVERED.from}=1,cover@${COVERED.to}=0`,
      DARK.to,
    );
    const encoded = join(directory, 'withheld.webm');
    await encodeAsVp8(original, encoded, 400);
    seen = await watch(encoded, DARK.from);
  }, 240_000);

  test.each<[string, { from: number; to: number }, Vital['reason'], number]>([
    ['absence', ABSENT, 'no-face', ALONE],
    ['a cover', COVERED, 'covered', 0],
    ['darkness', DARK, 'too-dark', 0],
  ])('has no pulse and no breathing 3 s after %s began', (_, { from, to }, reason, aloneFor) => {
    expect(shown(seen, 'pulse', from - 2, from).length).toBeGreaterThan(0);
    for (const name of ['pulse', 'breathing'] as const) {
      expect(shown(seen, name, from + WITHHELD_WITHIN, to + aloneFor)).toEqual([]);
      expect(reasonAt(seen, name, to - 0.5)).toBe(reason);
    }
  });

  test('is shown with nothing but their own pulse all the time', () => {
    for (const value of shown(seen, 'pulse')) expect(Math.abs(value - 84)).toBeLessThan(TOLERANCE);
  });

  test('is absent while the bed is empty, and neither covered nor dark', () => {
    expect(seen.events.map(({ event }) => event)).toEqual(['absent', 'returned']);
    const [absent, returned] = seen.events;
    expect(absent.startedAt / 1000).toBeGreaterThan(ABSENT.from - 0.5);
    expect(absent.startedAt / 1000).toBeLessThan(ABSENT.from + WITHHELD_WITHIN);
    expect(absent.at / 1000).toBeLessThan(ABSENT.to);
    expect(returned.startedAt / 1000).toBeLessThan(ABSENT.to + WITHHELD_WITHIN);
    expect(shown(seen, 'presence', absent.at / 1000 + 1, ABSENT.to)).not.toContain(1);
    expect(shown(seen, 'presence', 1, ABSENT.from)).not.toContain(0);
    expect(reasonAt(seen, 'presence', COVERED.to - 0.5)).toBe('covered');
    expect(reasonAt(seen, 'presence', DARK.to - 0.5)).toBe('too-dark');
  });
});

describe('a visitor’s face over the patient’s', () => {
  /** The visitor comes, stands before the patient for longer than a new face is waited for, and leaves. */
  const VISIT = { from: 14, to: 30 };
  const PATIENT = 66;
  let seen: Seen;

  beforeAll(async () => {
    seen = await watch(
      await clip(
        `hr=${PATIENT},tone=medium,seed=3,visitor@${VISIT.from}=1,visitor@${VISIT.to}=0,visitorhr=96`,
        54,
      ),
    );
  }, 240_000);

  test('is never measured as the patient’s', () => {
    for (const value of shown(seen, 'pulse')) expect(Math.abs(value - PATIENT)).toBeLessThan(TOLERANCE);
  });

  test('leaves nothing shown from 3 s after it came until 10 s after it went', () => {
    expect(shown(seen, 'pulse', VISIT.from - 2, VISIT.from).length).toBeGreaterThan(0);
    expect(shown(seen, 'pulse', VISIT.from + WITHHELD_WITHIN, VISIT.to + ALONE)).toEqual([]);
  });

  test('is why nothing is shown, and said so', () => {
    for (let second = VISIT.from + WITHHELD_WITHIN; second < VISIT.to + ALONE; second++) {
      expect(['new-face', 'several-faces', 'no-face']).toContain(reasonAt(seen, 'pulse', second));
    }
  });

  test('does not keep the patient from being measured again', () => {
    expect(shown(seen, 'pulse', VISIT.to + ALONE).length).toBeGreaterThan(0);
  });

  test('is told as a second person who comes and leaves, and is neither an absence nor an exit', () => {
    expect(shown(seen, 'presence', 1)).not.toContain(0);
    const told = seen.events.map(({ event }) => event);
    expect(told).toEqual(['second-person', 'alone']);
  });
});

describe('a pulse that rises from 70 to 120 within a second', () => {
  const STEP = 18;
  let seen: Seen;

  beforeAll(async () => {
    seen = await watch(await clip(`hr=70,tone=medium,seed=3,ramp=1,hr@${STEP}=120`, 38));
  }, 240_000);

  test('is shown within 15 s, and until then the old rate or nothing', () => {
    expect(shown(seen, 'pulse', STEP - 2, STEP).length).toBeGreaterThan(0);
    for (const value of shown(seen, 'pulse')) {
      expect(Math.min(Math.abs(value - 70), Math.abs(value - 120))).toBeLessThan(TOLERANCE);
    }
    const after = shown(seen, 'pulse', STEP + 15);
    expect(after.length).toBeGreaterThan(3);
    for (const value of after) expect(Math.abs(value - 120)).toBeLessThan(5);
  });
});
