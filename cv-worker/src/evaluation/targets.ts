import type { Figures } from './report.ts';

/** A bound that a figure of the evaluation must keep, by the figure's name in the report. */
export type Target = { figure: string } & ({ atMost: number } | { atLeast: number });

/** What Haven promises of its values, error and coverage together. Rates are per minute, shares 0–1. */
export const TARGETS: readonly Target[] = [
  { figure: 'welltory.pulse.median', atMost: 1.2 },
  { figure: 'welltory.pulse.mae', atMost: 2 },
  { figure: 'welltory.pulse.coverage', atLeast: 0.78 },
  { figure: 'welltory.variability.records', atLeast: 6 },
  { figure: 'welltory.variability.sdnnMae', atMost: 7 },
  { figure: 'welltory.variability.rmssdMae', atMost: 13 },
  { figure: 'bidmc.pulse.withinEither', atLeast: 0.96 },
  { figure: 'bidmc.pulse.coverage', atLeast: 0.9 },
  { figure: 'bidmc.breathing.within', atLeast: 0.92 },
  { figure: 'bidmc.breathing.coverage', atLeast: 0.55 },
  { figure: 'face.pulse.worstShown', atMost: 8 },
  { figure: 'face.pulse.quietCoverage', atLeast: 0.4 },
  { figure: 'matrix.still.mae', atMost: 1.5 },
  { figure: 'matrix.still.coverage', atLeast: 0.9 },
  { figure: 'matrix.tones.fewest', atLeast: 200 },
  { figure: 'matrix.tones.maeSpread', atMost: 0.5 },
  { figure: 'matrix.tones.coverageSpread', atMost: 0.1 },
  { figure: 'matrix.longestWrongSeconds', atMost: 5 },
  { figure: 'live.still.mae', atMost: 1.5 },
  { figure: 'live.still.coverage', atLeast: 0.9 },
  { figure: 'live.longestWrongSeconds', atMost: 5 },
];

export type Verdict = { target: Target; value: number | null; met: boolean };

/**
 * Judges the targets whose figures are in the report; a figure that is there without a value misses its target, since
 * nothing was measured where something should have been. A figure without a target is not judged.
 */
export function judge(figures: Figures): Verdict[] {
  return TARGETS.flatMap((target) => {
    if (!Object.hasOwn(figures, target.figure)) return [];
    const value = figures[target.figure];
    return [{ target, value, met: value !== null && keeps(target, value) }];
  });
}

function keeps(target: Target, value: number): boolean {
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
}

export function describeTarget(target: Target): string {
  return 'atMost' in target ? `${target.figure} ≤ ${target.atMost}` : `${target.figure} ≥ ${target.atLeast}`;
}
