/** The evaluation's promises over recordings of people, where there are any; run as its users run it. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { describeTarget } from '../../cv-worker/src/evaluation/targets.ts';
import { Program, temporaryDirectory } from '../support/process.ts';

/** Ten seconds on an idle machine. */
const EVALUATION_MS = 180_000;

const figure = z.number().nullable();
const reportSchema = z.object({
  rows: z.array(
    z.object({
      source: z.string(),
      total: z.object({ n: z.number() }),
      calibration: z.object({ insideInterval: figure }),
    }),
  ),
  notes: z.array(z.string()),
  targets: z.array(
    z.object({
      target: z.union([
        z.object({ figure: z.string(), atMost: z.number() }),
        z.object({ figure: z.string(), atLeast: z.number() }),
      ]),
      value: figure,
      met: z.boolean(),
    }),
  ),
});

async function evaluate(args: readonly string[], environment: Record<string, string>) {
  const program = new Program('e2e/eval/main.ts', args, environment);
  const { code } = await program.ended;
  return { code, output: program.output };
}

const data = process.env.HAVEN_EVAL_DATA;
const describeWithData = data === undefined ? describe.skip : describe;

describeWithData('vitals of recorded people (HAVEN_EVAL_DATA)', () => {
  let report: z.infer<typeof reportSchema>;
  let code: number | null;
  beforeAll(async () => {
    const file = join(temporaryDirectory('eval'), 'report.json');
    ({ code } = await evaluate(['--only', 'recordings', '--json', file], { HAVEN_EVAL_DATA: data ?? '' }));
    report = reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    console.info(report.notes.join('\n'));
  }, EVALUATION_MS);

  test('keep every target that there are recordings for, and the command says so', () => {
    const missed = report.targets.filter(({ met }) => !met);
    expect(missed.map(({ target, value }) => `${describeTarget(target)}: ${String(value)}`)).toEqual([]);
    expect(code).toBe(0);
  });

  test('carry an interval in which the truth lies as often as it says, within a tenth', () => {
    for (const { calibration, total } of report.rows) {
      if (total.n >= 200) expect(calibration.insideInterval).toBeGreaterThan(0.85);
    }
  });
});

test('without recordings the evaluation says which it lacks, and ends with 2', async () => {
  if (data === undefined) console.info('HAVEN_EVAL_DATA is not set: no recording was evaluated.');
  const { code, output } = await evaluate(['--only', 'recordings'], {});
  expect(code).toBe(2);
  for (const source of ['welltory', 'bidmc', 'face', 'ubfc', 'pure']) {
    expect(output).toContain(`${source}: not evaluated, HAVEN_EVAL_DATA is not set.`);
  }
});

test('a source that does not exist is named with those that do', async () => {
  const { code, output } = await evaluate(['--only', 'wishes'], {});
  expect(code).toBe(2);
  expect(output).toMatch(/wishes.*welltory, bidmc/);
});
