import { describe, expect, test } from '@jest/globals';
import type { Vital } from '@haven/protocol';
import { ConstantReference } from './reference.ts';
import { addScore, emptyReport } from './report.ts';
import { Score } from './score.ts';
import { judge } from './targets.ts';
import { textReport } from './text-report.ts';

function measured(value: number): Vital {
  return {
    ...{
      name: 'pulse',
      unit: '/min',
      state: 'measured',
      value,
      interval: { low: value - 3, high: value + 3 },
    },
    ...{ quality: 0.95, method: 'test', windowMs: 10_000, measuredAt: 20_000, reason: null },
  };
}

function report() {
  const score = new Score({ source: 'bidmc', method: 'PLETH', windowMs: 10_000, tolerance: 5 });
  score.add('one', 20_000, 0, measured(61), new ConstantReference(60));
  score.add('two', 20_000, 0, measured(67), new ConstantReference(60));
  const made = emptyReport();
  addScore(made, 'bidmc', 'pulse', score);
  made.variability.push(
    {
      subject: 'three',
      sdnn: { value: 50.04, reference: 48 },
      rmssd: { value: 30, reference: 33 },
      windowMs: 9e4,
    },
    { subject: 'four', withheld: 'Signal too weak' },
  );
  made.notes.push('Nothing was left out.');
  return made;
}

describe('the report for people', () => {
  test('has a line a source, its calibration, variability, targets and notes', () => {
    const made = report();
    const text = textReport(made, judge(made.figures), { subjects: false });
    expect(text).toMatch(/^source +method +n +MAE +RMSE +median/);
    expect(text).toMatch(
      /bidmc pulse +PLETH +2 +4\.00 +5\.00 +4\.00 +50\.0 % +50\.0 % +50\.0 %.* 100\.0 % +7\.0/,
    );
    expect(text).toContain('of 2 subjects, with standard errors: MAE 4.00 ± 3.00');
    expect(text).toMatch(/0\.9–1\.0 +2 +0\.95 +0\.50/);
    expect(text).toContain('expected calibration error 0.450; reference inside the 95 % interval 50.0 %');
    expect(text).toMatch(/three +measured +50\.0 +48\.0 +30\.0 +33\.0 +90 s/);
    expect(text).toMatch(/four +withheld: Signal too weak/);
    expect(text).toContain('MISSED bidmc.pulse.withinEither ≥ 0.96: 0.500');
    expect(text).toContain('met    bidmc.pulse.coverage ≥ 0.9: 1.000');
    expect(text).toContain('Nothing was left out.');
    expect(text).not.toMatch(/^ *two/m);
  });

  test('has a line a subject when asked', () => {
    const made = report();
    expect(textReport(made, [], { subjects: true })).toMatch(/^ {2}two +1 +7\.00/m);
  });
});
