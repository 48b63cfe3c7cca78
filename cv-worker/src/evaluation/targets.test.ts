import { describe, expect, test } from '@jest/globals';
import { judge, TARGETS } from './targets.ts';

describe('targets', () => {
  test('judge the figures that are there, at their bounds as met', () => {
    const verdicts = judge({ 'welltory.pulse.mae': 2, 'bidmc.pulse.coverage': 0.89, 'bidmc.pulse.n': 1 });
    expect(verdicts.map(({ target, met }) => [target.figure, met])).toEqual([
      ['welltory.pulse.mae', true],
      ['bidmc.pulse.coverage', false],
    ]);
  });

  test('are missed by a figure without a value: nothing was measured where something should have been', () => {
    expect(judge({ 'welltory.pulse.median': null })).toMatchObject([{ value: null, met: false }]);
  });

  test('each have one figure', () => {
    const figures = TARGETS.map(({ figure }) => figure);
    expect(new Set(figures).size).toBe(figures.length);
  });
});
