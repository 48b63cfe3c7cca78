import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { withLock } from './lock-file.mjs';

const newLock = () => join(mkdtempSync(join(tmpdir(), 'haven-lock-')), 'folder/setup.lock');
const OPTIONS = { limitSeconds: 10, onWait: () => {} };

describe('A lock', () => {
  test('is held while the work runs, and given back when it ends or fails', async () => {
    const path = newLock();
    expect(await withLock(path, OPTIONS, async () => existsSync(path))).toBe(true);
    expect(existsSync(path)).toBe(false);
    await expect(withLock(path, OPTIONS, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(path)).toBe(false);
  });

  test('is waited for as long as its holder lives', async () => {
    const path = newLock();
    /** @type {number[]} */
    const holders = [];
    /** @type {string[]} */
    const order = [];
    let end = () => {};
    const first = withLock(path, OPTIONS, async () => {
      await new Promise((resolve) => (end = () => resolve(undefined)));
      order.push('first');
    });
    const onWait = (/** @type {number} */ holder) => {
      holders.push(holder);
      end();
    };
    await Promise.all([
      first,
      withLock(path, { limitSeconds: 10, onWait }, async () => void order.push('second')),
    ]);
    expect(order).toEqual(['first', 'second']);
    expect(holders[0]).toBe(process.pid);
  });

  test('is taken over from a process that died', async () => {
    const path = newLock();
    const { pid } = spawnSync('true');
    mkdirSync(dirname(path));
    writeFileSync(path, String(pid));
    expect(await withLock(path, OPTIONS, async () => 'done')).toBe('done');
  });

  test('is given up on in the end, with a sentence that names its holder', async () => {
    const path = newLock();
    await withLock(path, OPTIONS, async () => {
      const second = withLock(path, { limitSeconds: 0, onWait: () => {} }, async () => 'never');
      await expect(second).rejects.toThrow(`Process ${process.pid} has held ${path}`);
    });
  });

  test('in a folder that cannot be written is refused with a sentence', async () => {
    await expect(withLock('/dev/null/setup.lock', OPTIONS, async () => 'never')).rejects.toThrow(
      'The set-up failed writing /dev/null/setup.lock',
    );
  });
});
