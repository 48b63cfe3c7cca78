import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

/**
 * @param {string} script
 * @param {string[]} args
 * @param {Record<string, string>} environment the whole of it
 */
function run(script, args, environment) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, script), ...args],
    {
      env: environment,
      encoding: 'utf8',
    },
  );
  return { status, stdout, stderr };
}

describe('HAVEN_SETUP=check', () => {
  test('lists on a bare machine what is missing and how to get it, and makes nothing', () => {
    const home = mkdtempSync(join(tmpdir(), 'haven-bare-'));
    const { status, stdout } = run('setup.mjs', ['--tests'], {
      PATH: '/nonexistent',
      HOME: home,
      HAVEN_SETUP: 'check',
    });
    expect(status).toBe(1);
    for (const thing of [
      'ffmpeg',
      'Chromium',
      'g++',
      'cmake',
      'ninja',
      'the library libsrtp2',
      'mediasoup-worker',
    ]) {
      expect(stdout).toContain(`  - ${thing}: `);
    }
    expect(stdout).toContain('libsrtp2-dev');
    expect(existsSync(join(home, '.cache'))).toBe(false);
  });

  test('is obeyed by npm start: nothing is started', () => {
    const { status, stdout } = run('start.mjs', [], {
      PATH: '/nonexistent',
      HOME: '/nonexistent',
      HAVEN_SETUP: 'check',
    });
    expect(status).toBe(1);
    expect(stdout).toContain('  - ffmpeg: ');
    expect(stdout).not.toContain('Chromium');
  });
});

describe('The set-up refuses', () => {
  test('a mode that does not exist', () => {
    const { status, stderr } = run('setup.mjs', [], {
      PATH: '/nonexistent',
      HOME: '/nonexistent',
      HAVEN_SETUP: 'maybe',
    });
    expect(status).toBe(1);
    expect(stderr.trim()).toBe('HAVEN_SETUP=maybe is unknown: use install (the default) or check.');
  });

  test('an executable that cannot be run', () => {
    const environment = {
      PATH: '/nonexistent',
      HOME: '/nonexistent',
      HAVEN_SETUP: 'check',
      FFMPEG_PATH: import.meta.filename,
    };
    const { status, stderr } = run('setup.mjs', [], environment);
    expect(status).toBe(1);
    expect(stderr.trim()).toBe(`FFMPEG_PATH=${import.meta.filename} is not an executable file.`);
  });

  test('an argument that it does not know', () => {
    const { status, stderr } = run('setup.mjs', ['--test'], {});
    expect(status).toBe(1);
    expect(stderr.trim()).toBe('Unknown: --test. Usage: npm run setup [-- --tests]');
  });
});
