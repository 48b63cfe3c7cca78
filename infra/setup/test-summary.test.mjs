import { describe, expect, test } from '@jest/globals';
import { planRuns } from './test-runs.mjs';
import { isSuccess, sumReports, summaryLine } from './test-summary.mjs';

/** @param {Partial<import('./test-summary.mjs').JestReport>} numbers */
function report(numbers) {
  return {
    numPassedTests: 0,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: 0,
    ...numbers,
  };
}

describe('The last line of npm test', () => {
  test('adds up what passed and failed in all runs', () => {
    const counts = sumReports([
      report({ numPassedTests: 40, numFailedTests: 1 }),
      report({ numPassedTests: 2 }),
    ]);
    expect(summaryLine(counts)).toBe('42 passed, 1 failed');
    expect(isSuccess(counts)).toBe(false);
  });

  test('names skipped tests only where there are some', () => {
    const counts = sumReports([report({ numPassedTests: 3, numPendingTests: 1, numTodoTests: 1 })]);
    expect(summaryLine(counts)).toBe('3 passed, 0 failed, 2 skipped');
    expect(isSuccess(counts)).toBe(true);
  });

  test('counts a test file that does not even load as failed', () => {
    expect(sumReports([report({ numPassedTests: 3, numRuntimeErrorTestSuites: 1 })])).toMatchObject({
      failed: 1,
    });
  });

  test('counts a run that wrote no report as failed', () => {
    expect(summaryLine(sumReports([report({ numPassedTests: 3 }), undefined]))).toBe('3 passed, 1 failed');
  });

  test('is no success when nothing ran', () => {
    expect(isSuccess(sumReports([report({})]))).toBe(false);
  });
});

describe('The runs of npm test', () => {
  test('are the quick parts and the calm ones in parallel, then end to end one after the other', () => {
    expect(planRuns([])).toEqual([
      { name: 'unit-web', args: ['--selectProjects', 'unit', 'web', '--maxWorkers=3'] },
      { name: 'e2e-calm', args: ['--selectProjects', 'e2e-calm', '--maxWorkers=2'] },
      { name: 'e2e', args: ['--selectProjects', 'e2e', '--runInBand'] },
    ]);
  });

  test('are only those of the parts asked for', () => {
    expect(planRuns(['web']).map(({ name }) => name)).toEqual(['web']);
    expect(planRuns(['e2e']).map(({ name }) => name)).toEqual(['e2e-calm', 'e2e']);
  });

  test('do not exist for a part that is unknown', () => {
    expect(() => planRuns(['units'])).toThrow('Unknown: units. Usage: npm test [-- unit|web|e2e ...]');
  });
});
