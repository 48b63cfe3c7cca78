/**
 * Looks through the logs that the programs of the end-to-end tests wrote for what no log may hold: names of patients
 * and users, e-mail addresses, passwords, tokens, rows of the database.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names the directory in which tests leave logs. */
export const LOGS_VARIABLE = 'HAVEN_TEST_LOGS';
/** One value a line that the tests know to be private: a password, a token, a name. */
const PRIVATE_VALUES_FILE = 'private-values.txt';
/** Shorter ones would be found in anything. */
const SHORTEST_VALUE = 5;

/** What is private whoever it belongs to. */
const PATTERNS = [
  { what: 'an e-mail address', pattern: /[\w.+-]+@[\w-]+(\.[\w-]+)*\.[a-z]{2,}/i },
  { what: "a device's token or a worker's key", pattern: /hv[dc]_[\w-]{20,}/ },
  { what: 'a signed token', pattern: /eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/ },
  { what: 'a key of the record store', pattern: /sb_secret_[\w-]+/ },
  { what: 'a row of the database', pattern: /Failing row contains/ },
];
/** What a new demonstration tells whoever starts it, once and on purpose; it is none of the JSON logs. */
const FIRST_CREDENTIALS = /^ {2}sign in as \S+ with the password \S+$/;

/**
 * @typedef {object} Leak
 * @property {string} file
 * @property {number} line
 * @property {string} what never the value itself
 */

/**
 * @param {string} directory
 * @returns {{ files: number, lines: number, leaks: Leak[] }}
 */
export function searchLogs(directory) {
  const valuesFile = join(directory, PRIVATE_VALUES_FILE);
  const known = existsSync(valuesFile) ? readFileSync(valuesFile, 'utf8').split('\n') : [];
  const values = [...new Set(known)].filter((value) => value.length >= SHORTEST_VALUE);
  const files = readdirSync(directory).filter((name) => name.endsWith('.log'));
  /** @type {Leak[]} */
  const leaks = [];
  let lines = 0;
  for (const file of files) {
    readFileSync(join(directory, file), 'utf8')
      .split('\n')
      .forEach((text, index) => {
        lines += 1;
        if (FIRST_CREDENTIALS.test(text)) return;
        const found = PATTERNS.filter(({ pattern }) => pattern.test(text)).map(({ what }) => what);
        if (values.some((value) => text.includes(value)))
          found.push('a name, an id of a patient, a password or a token of the tests');
        for (const what of found) leaks.push({ file, line: index + 1, what });
      });
  }
  return { files: files.length, lines, leaks };
}

/**
 * The search as one test more: it fails without logs too, since then nothing was looked at.
 *
 * @param {string} directory
 * @returns {import('./test-summary.mjs').JestReport}
 */
export function testLogs(directory) {
  const { files, lines, leaks } = searchLogs(directory);
  for (const { file, line, what } of leaks) console.error(`The log ${file} holds ${what} in line ${line}.`);
  if (files === 0) console.error('No program of the tests left a log to be searched for patient data.');
  const passed = files > 0 && leaks.length === 0;
  if (passed) console.log(`No patient data, token or password in ${files} logs of ${lines} lines.`);
  return {
    numPassedTests: passed ? 1 : 0,
    numFailedTests: passed ? 0 : 1,
    numPendingTests: 0,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: 0,
  };
}
