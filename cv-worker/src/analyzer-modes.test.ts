import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Vital } from '@haven/protocol';
import { Analyzer, type AnalyzerOptions } from './analyzer.ts';
import { TensorFaceDetector } from './face/detector.ts';
import { openFile } from './tap/decoder.ts';
import { writeSyntheticClip } from './testing/clips.ts';

let directory: string;
let detector: TensorFaceDetector;
/** A patient who is not there any more after some seconds. */
let clip: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'haven-modes-'));
  detector = await TensorFaceDetector.load('wasm');
  clip = join(directory, 'leaves.mkv');
  await writeSyntheticClip(clip, 'hr=84,tone=medium,seed=3,absent@11=1', 27);
}, 120_000);
afterAll(() => {
  detector.close();
  rmSync(directory, { recursive: true });
});

async function analyze(mode: AnalyzerOptions['mode']) {
  const analyzer = new Analyzer({ detector, mode });
  const events: string[] = [];
  const vitals: Vital[][] = [];
  for await (const frame of openFile(clip)) {
    const output = analyzer.push(frame);
    events.push(...output.events.map(({ event }) => event));
    if (output.vitals !== null) vitals.push(output.vitals);
  }
  return { events, vitals };
}
const valuesOf = (vitals: Vital[][], name: Vital['name']) =>
  vitals.flatMap((second) => second.filter((vital) => vital.name === name)).map(({ value }) => value);

describe('an analyzer', () => {
  test('of vital signs tells no events and nothing of presence', async () => {
    const { events, vitals } = await analyze('vitals');
    expect(events).toEqual([]);
    expect(valuesOf(vitals, 'presence')).toEqual([]);
    expect(valuesOf(vitals, 'pulse').some((value) => value !== null)).toBe(true);
  }, 120_000);

  test('of presence measures no vital signs, and says so', async () => {
    const { events, vitals } = await analyze('presence');
    expect(events).toEqual(['absent']);
    expect(new Set(valuesOf(vitals, 'presence').slice(1, 10))).toEqual(new Set([1]));
    expect(valuesOf(vitals, 'presence').at(-1)).toBe(0);
    for (const second of vitals) {
      for (const name of ['pulse', 'breathing', 'sdnn', 'rmssd']) {
        expect(second.find((vital) => vital.name === name)).toMatchObject({
          state: 'withheld',
          reason: 'presence-only',
        });
      }
      expect(second.find(({ name }) => name === 'motion')?.state).toBe('measured');
    }
  }, 120_000);
});
