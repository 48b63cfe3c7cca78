import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { vitalSchema } from '@haven/protocol';
import { Analyzer } from './analyzer.ts';
import { analyzeRecording, type RecordingReport } from './analyzer/recording.ts';
import { TensorFaceDetector } from './face/detector.ts';
import { openFile } from './tap/decoder.ts';
import { encodeAsVp8, writeSyntheticClip } from './testing/clips.ts';

const EVALUATION_CLIP = 'face-motion/head-motion-320x240.mp4';

let directory: string;
let detector: TensorFaceDetector;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'haven-analyzer-'));
  detector = await TensorFaceDetector.load('wasm');
});
afterAll(() => {
  detector.close();
  rmSync(directory, { recursive: true });
});

async function clip(name: string, synthetic: string, seconds: number): Promise<string> {
  const path = join(directory, name);
  await writeSyntheticClip(path, synthetic, seconds);
  return path;
}
const analyze = (path: string) => analyzeRecording(openFile(path), detector);
const shownPulses = (report: RecordingReport) =>
  report.seconds
    .filter(({ pulse }) => pulse.value !== null)
    .map(({ at, pulse }) => ({ at, value: pulse.value ?? 0 }));

describe('the analyzer', () => {
  test('shows a pulse within 12 s, never a wrong one, and withholds it when the camera is covered', async () => {
    const report = await analyze(await clip('cover.mkv', 'hr=84,tone=medium,seed=3,cover@14=1', 19));
    const shown = shownPulses(report);
    expect(shown[0].at).toBeLessThanOrEqual(12_000);
    for (const { value } of shown) expect(Math.abs(value - 84)).toBeLessThan(3);
    expect(shown.at(-1)?.at).toBeLessThan(17_000);
    expect(report.conditions).toMatchObject([{ condition: 'camera-covered', present: true }]);
    const last = report.seconds.at(-1);
    for (const vital of [last?.pulse, last?.breathing, last?.motion]) {
      expect(vital).toMatchObject({ state: 'withheld', value: null, reason: 'covered' });
    }
    for (const { pulse, breathing, motion } of report.seconds) {
      for (const vital of [pulse, breathing, motion]) expect(vitalSchema.safeParse(vital).success).toBe(true);
    }
  }, 120_000);

  test('notices a frozen picture within three seconds through a real encoder’s refinements and key frames', async () => {
    const original = await clip('freeze.mkv', 'hr=72,tone=light,seed=1,freeze@11=1', 18);
    const encoded = join(directory, 'freeze.webm');
    await encodeAsVp8(original, encoded, 300);
    const report = await analyze(encoded);
    expect(shownPulses(report).length).toBeGreaterThan(0);
    expect(shownPulses(report).at(-1)?.at).toBeLessThan(14_000);
    expect(report.conditions).toMatchObject([{ condition: 'picture-frozen', present: true }]);
    expect(report.seconds.at(-1)?.pulse.reason).toBe('frozen');
  }, 120_000);

  test('shows no pulse where there is none', async () => {
    const report = await analyze(await clip('null.mkv', 'amplitude=0,tone=light,seed=4', 20));
    expect(shownPulses(report)).toEqual([]);
    expect(report.seconds.at(-1)?.pulse.reason).not.toBe('no-face');
  }, 120_000);

  test('withholds within three seconds when frames stop coming', async () => {
    const analyzer = new Analyzer({ detector });
    let last = 0;
    for await (const frame of openFile(join(directory, 'null.mkv'))) {
      last = frame.timeMs;
      analyzer.push(frame);
      if (last > 2000) break;
    }
    const outputs = [1000, 2000, 3000].map((after) => analyzer.tick(last + after));
    expect(outputs[0].vitals).toBeNull();
    for (const { vitals } of outputs.slice(1)) {
      expect(new Set(vitals?.map(({ reason }) => reason))).toEqual(new Set(['no-picture']));
    }
  });

  test('reads a real face’s pulse in its quiet part', async () => {
    const folder = process.env.HAVEN_EVAL_DATA;
    const path = folder === undefined ? undefined : join(folder, EVALUATION_CLIP);
    if (path === undefined || !existsSync(path)) {
      console.info('HAVEN_EVAL_DATA has no recording of a real face: this test checked nothing.');
      return;
    }
    const report = await analyze(path);
    for (const { value } of shownPulses(report)) expect(Math.abs(value - 59)).toBeLessThanOrEqual(8);
    // The head is quiet in the ten seconds from 4 s to 14 s on; a second in between may have no window of its own.
    const quiet = report.seconds.filter(({ at }) => at >= 13_500 && at < 24_500);
    const measured = quiet.filter(({ pulse }) => pulse.state === 'measured');
    expect(measured.length / quiet.length).toBeGreaterThanOrEqual(0.4);
  }, 120_000);
});
