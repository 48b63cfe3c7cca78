import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readConfig } from './config.ts';

const directory = mkdtempSync(join(tmpdir(), 'haven-cv-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('the worker’s settings', () => {
  test('need nothing but a key', () => {
    expect(readConfig({ HAVEN_CV_KEY: 'k' })).toMatchObject({
      urls: ['http://127.0.0.1:3000'],
      key: 'k',
      capacity: 50,
      tapAddress: '127.0.0.1',
      tapPorts: { first: 22_000, last: 23_999 },
      logLevel: 'info',
    });
  });

  test('name several servers', () => {
    const urls = ['https://a.example:3000', 'https://b.example:3000'];
    expect(readConfig({ HAVEN_CV_KEY: 'k', HAVEN_URL: `${urls[0]}/, ${urls[1]}` }).urls).toEqual(urls);
  });

  test('read the key from a file', () => {
    const file = join(directory, 'key');
    writeFileSync(file, 'secret\n');
    expect(readConfig({ HAVEN_CV_KEY_FILE: file }).key).toBe('secret');
  });

  test.each([
    ['HAVEN_URL', 'ftp://x'],
    ['HAVEN_URL', 'http://a,'],
    ['HAVEN_CV_NAME', 'two words'],
    ['HAVEN_CV_CAPACITY', '0'],
    ['HAVEN_CV_THREADS', 'many'],
    ['HAVEN_TAP_ADDRESS', 'localhost'],
    ['HAVEN_TAP_PORTS', '5'],
    ['HAVEN_TAP_PORTS', '30000-20000'],
    ['HAVEN_LOG_LEVEL', 'loud'],
    ['HAVEN_CA_FILE', join(directory, 'missing.pem')],
    ['HAVEN_CV_KEY_FILE', join(directory, 'missing')],
  ])('name %s=%s when it is wrong', (name, value) => {
    const key = name === 'HAVEN_CV_KEY_FILE' ? {} : { HAVEN_CV_KEY: 'k' };
    expect(() => readConfig({ ...key, [name]: value })).toThrow(
      new RegExp(`^The setting ${name} is wrong: .*\\.$`),
    );
  });

  test('say how to give the key when there is none', () => {
    expect(() => readConfig({ HAVEN_CV_KEY: '' })).toThrow('Set HAVEN_CV_KEY_FILE (or HAVEN_CV_KEY)');
  });
});
