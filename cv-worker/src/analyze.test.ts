import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { vitalSchema } from '@haven/protocol';
import { writeSyntheticClip } from './testing/clips.ts';

const ENTRY = fileURLToPath(new URL('./analyze.ts', import.meta.url));
const reportSchema = z.object({
  file: z.string(),
  frames: z.number(),
  durationMs: z.number(),
  seconds: z.array(
    z.object({ at: z.number(), pulse: vitalSchema, breathing: vitalSchema, motion: vitalSchema }),
  ),
  conditions: z.array(z.object({ condition: z.string(), present: z.boolean(), at: z.number() })),
  waveform: z.object({ startAt: z.number(), rateHz: z.number(), samples: z.array(z.number().nullable()) }),
  clearest: z.object({ reading: z.null() }).nullable(),
  events: z.array(z.object({ event: z.string(), confidence: z.number(), at: z.number() })),
});

let directory: string;
let clip: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'haven-analyze-'));
  clip = join(directory, 'patient.mkv');
  await writeSyntheticClip(clip, 'hr=72,seed=1', 3);
}, 60_000);
afterAll(() => rmSync(directory, { recursive: true }));

function analyze(args: string[], environment: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [ENTRY, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  return { status, stdout, stderr };
}

/** Means of a finger on the lens at uneven times, about 28 a second, darker with each beat. */
function fingertip(perMin: number, seconds: number): string {
  const rows = Array.from({ length: seconds * 28 }, (_, i) => {
    const ms = Math.round((i * 1000) / 28 + 6 * Math.sin(i * 1.7));
    const phase = (2 * Math.PI * perMin * ms) / 60_000;
    const pulse = Math.sin(phase) + 0.3 * Math.sin(2 * phase + 1);
    return [ms, 230 - 1.5 * pulse, 40 - 0.8 * pulse, 30 - 0.4 * pulse].join(',');
  });
  return `time,R,G,B\n${rows.join('\n')}\n`;
}
const traceReportSchema = z.object({
  frames: z.number(),
  seconds: z.array(
    z.object({ at: z.number(), pulse: vitalSchema, breathing: vitalSchema, motion: z.null() }),
  ),
  clearest: z.object({
    reading: z.object({ perMin: z.number(), quality: z.number() }),
    samples: z.array(z.number()),
    spectrum: z.object({ perMin: z.array(z.number()), power: z.array(z.number()) }),
  }),
});

describe('analyze', () => {
  test('prints what it found, second by second, as JSON', () => {
    const { status, stdout } = analyze([clip, '--json']);
    expect(status).toBe(0);
    const report = reportSchema.parse(JSON.parse(stdout));
    expect(report).toMatchObject({ file: clip, frames: 45 });
    expect(report.seconds.map(({ at }) => at)).toEqual([1000, 2000]);
  }, 30_000);

  test('prints a table for people', () => {
    const { status, stdout } = analyze([clip]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ +time +pulse +breathing +motion\n/);
    expect(stdout).toContain('Measuring, please wait');
    expect(stdout).toContain('45 frames');
  }, 30_000);

  test('reads a CSV of mean colours with its true times, and draws what it found', () => {
    const trace = join(directory, 'finger.csv');
    writeFileSync(trace, fingertip(72, 30));
    const picture = join(directory, 'finger.svg');
    const { status, stdout } = analyze([trace, '--contact', '--json', '--plot', picture]);
    expect(status).toBe(0);
    const { frames, seconds, clearest } = traceReportSchema.parse(JSON.parse(stdout));
    expect(frames).toBe(30 * 28);
    for (const perMin of [seconds.at(-1)?.pulse.value ?? 0, clearest.reading.perMin]) {
      expect(Math.abs(perMin - 72)).toBeLessThanOrEqual(1);
    }
    const { perMin, power } = clearest.spectrum;
    expect(Math.abs(perMin[power.indexOf(1)] - 72)).toBeLessThanOrEqual(1);
    const svg = readFileSync(picture, 'utf8');
    for (const words of [
      'Pulse waveform',
      'Its spectrum',
      '95 % interval',
      'Measuring, please wait',
      '1/min',
    ]) {
      expect(svg).toContain(words);
    }
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  }, 30_000);

  test('says in a sentence, with exit code 2, that a CSV is not what it should be', () => {
    const trace = join(directory, 'bad.csv');
    for (const [content, sentence] of [
      ['', 'is empty'],
      ['time,R,G,B\n10,1,2,3\n5,1,2,3\n', 'not later'],
    ]) {
      writeFileSync(trace, content);
      const { status, stdout, stderr } = analyze([trace]);
      expect(status).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain(sentence);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  }, 30_000);

  test('says that a picture cannot be written', () => {
    const trace = join(directory, 'short.csv');
    writeFileSync(trace, 'time,R,G,B\n0,1,2,3\n33,1,2,3\n');
    const { status, stderr } = analyze([trace, '--plot', join(directory, 'nowhere', 'out.svg')]);
    expect(status).toBe(2);
    expect(stderr).toContain('cannot be written');
  }, 30_000);

  test('says in a sentence, with exit code 2, that a file is missing or no video', () => {
    const noVideo = join(directory, 'notes.txt');
    writeFileSync(noVideo, 'no video');
    for (const path of [join(directory, 'missing.mp4'), noVideo]) {
      const { status, stdout, stderr } = analyze([path, '--json']);
      expect(status).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain(path);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  }, 30_000);

  test('says what is wrong with its arguments or settings, with exit code 2', () => {
    expect(analyze([])).toMatchObject({ status: 2, stderr: expect.stringContaining('file') });
    expect(analyze([clip, '--jsno']).status).toBe(2);
    expect(analyze([clip, '--contact'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('.csv'),
    });
    expect(analyze([clip], { HAVEN_TFJS_BACKEND: 'gpu' })).toMatchObject({
      status: 2,
      stderr: 'HAVEN_TFJS_BACKEND must be one of wasm, node.\n',
    });
  }, 30_000);
});
