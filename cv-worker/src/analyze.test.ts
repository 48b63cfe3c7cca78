import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
    expect(analyze([clip], { HAVEN_TFJS_BACKEND: 'gpu' })).toMatchObject({
      status: 2,
      stderr: 'HAVEN_TFJS_BACKEND must be one of wasm, node.\n',
    });
  }, 30_000);
});
