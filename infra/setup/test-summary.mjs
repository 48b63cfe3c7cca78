/**
 * The parts used of the report that `jest --json --outputFile` writes.
 *
 * @typedef {object} JestReport
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {number} numRuntimeErrorTestSuites test files that failed before or outside of their tests
 */

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * @param {readonly (JestReport | undefined)[]} reports one a run; undefined where jest wrote none
 * @returns {Counts}
 */
export function sumReports(reports) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const report of reports) {
    if (report === undefined) {
      counts.failed += 1;
      continue;
    }
    counts.passed += report.numPassedTests;
    counts.failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
    counts.skipped += report.numPendingTests + report.numTodoTests;
  }
  return counts;
}

/** @param {Counts} counts @returns {string} the last line of `npm test` */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** @param {Counts} counts @returns {boolean} false too when nothing ran: that is never what was wanted */
export function isSuccess({ passed, failed }) {
  return passed > 0 && failed === 0;
}
