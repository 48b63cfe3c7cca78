import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { searchLogs } from './log-privacy.mjs';

/** @type {string} */
let directory;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'haven-log-privacy-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** @param {string} text */
function leaksOf(text) {
  writeFileSync(join(directory, 'server.log'), `{"msg":"first"}\n${text}\n`);
  return searchLogs(directory).leaks;
}

describe('The search of the logs', () => {
  test.each([
    ['a name', '{"msg":"patient Ada Example"}'],
    ['an e-mail address', '{"user":"nurse@ward.example"}'],
    ["a device's token", `{"token":"hvd_${'x'.repeat(43)}"}`],
    ['a signed token', `{"err":"eyJhbGciOiJIUzI1NiJ9.${'a'.repeat(30)}.${'b'.repeat(30)}"}`],
    ['a row', 'DETAIL:  Failing row contains (P-101, ward-a, …)'],
  ])('finds %s, and names the file and the line without it', (_what, text) => {
    writeFileSync(join(directory, 'private-values.txt'), 'Ada Example\n');
    const leaks = leaksOf(text);
    expect(leaks).toEqual([{ file: 'server.log', line: 2, what: expect.any(String) }]);
    expect(JSON.stringify(leaks)).not.toContain('Ada');
  });

  test('finds nothing in what a log is for', () => {
    writeFileSync(join(directory, 'private-values.txt'), 'Ada Example\n\n-\n');
    expect(leaksOf('{"level":30,"msg":"Haven is up at http://127.0.0.1:3000","pid":7}')).toEqual([]);
  });

  test('lets a new demonstration tell its first passwords, and nothing else', () => {
    const told = '  sign in as clinician@haven.local with the password m272w-ucn7p';
    expect(leaksOf(told)).toEqual([]);
    expect(leaksOf(`{"msg":"${told}"}`)).toHaveLength(1);
  });
});
