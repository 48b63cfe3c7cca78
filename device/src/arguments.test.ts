import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseArguments, readToken } from './arguments.ts';

const REQUIRED = ['--server', 'http://127.0.0.1:3000', '--patient', 'P-101'];

describe('arguments', () => {
  test('a recording with everything else left to its default', () => {
    expect(parseArguments([...REQUIRED, '--file', 'clip.mp4', '--loop'], {})).toEqual({
      server: 'http://127.0.0.1:3000',
      patientId: 'P-101',
      source: { kind: 'file', path: 'clip.mp4', loop: true, size: undefined },
      framesPerSecond: undefined,
      layers: 2,
      bitrate: undefined,
      tokenFile: undefined,
      caFile: undefined,
    });
  });

  test('a synthetic patient with everything given', () => {
    const given = parseArguments(
      [
        ...REQUIRED,
        ...['--synthetic', 'hr=72,rr=14', '--size', '1280x720', '--fps', '30', '--layers', '3'],
        ...['--bitrate', '2000000', '--token-file', '/run/token', '--ca', 'ca.pem'],
      ],
      {},
    );
    expect(given).toMatchObject({
      source: { kind: 'synthetic', parameters: 'hr=72,rr=14', size: { width: 1280, height: 720 } },
      framesPerSecond: 30,
      layers: 3,
      bitrate: 2_000_000,
      tokenFile: '/run/token',
      caFile: 'ca.pem',
    });
  });

  test('the certificate file may come from the environment', () => {
    const given = parseArguments([...REQUIRED, '--camera', '/dev/video0'], { HAVEN_CA_FILE: '/etc/ca.pem' });
    expect(given?.caFile).toBe('/etc/ca.pem');
  });

  test.each([
    [[], /--server/],
    [['--server', 'ftp://x', '--patient', 'P-101', '--file', 'a'], /https:\/\//],
    [['--server', 'http://x', '--patient', '../etc', '--file', 'a'], /patient’s id/],
    [REQUIRED, /--file, --camera or --synthetic/],
    [[...REQUIRED, '--file', 'a', '--camera', 'b'], /cannot be used with/],
    [[...REQUIRED, '--camera', 'b', '--loop'], /--loop/],
    [[...REQUIRED, '--file', 'a', '--size', '641x480'], /even/],
    [[...REQUIRED, '--file', 'a', '--size', 'big'], /WIDTHxHEIGHT/],
    [[...REQUIRED, '--file', 'a', '--fps', '0'], /--fps/],
    [[...REQUIRED, '--file', 'a', '--layers', '4'], /--layers/],
    [[...REQUIRED, '--file', 'a', '--bitrate', 'fast'], /--bitrate/],
    [[...REQUIRED, '--file', 'a', '--token', 'secret'], /--token/],
    [[...REQUIRED, '--file', 'a', 'b'], /too many arguments/],
  ])('%j are refused with a sentence', (argv, sentence) => {
    expect(() => parseArguments(argv, {})).toThrow(sentence);
  });
});

describe('the token', () => {
  test('comes from its file before the environment, without the line’s end', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'haven-device-')), 'token');
    await writeFile(file, 'from-the-file\n');
    const environment = { HAVEN_DEVICE_TOKEN: 'from-the-environment' };
    await expect(readToken(file, environment)).resolves.toBe('from-the-file');
    await expect(readToken(undefined, environment)).resolves.toBe('from-the-environment');
  });

  test.each([
    [undefined, {}, /HAVEN_DEVICE_TOKEN/],
    [undefined, { HAVEN_DEVICE_TOKEN: ' ' }, /HAVEN_DEVICE_TOKEN/],
    ['/nowhere/token', { HAVEN_DEVICE_TOKEN: 'x' }, /cannot be read/],
    [undefined, { HAVEN_DEVICE_TOKEN: 'x'.repeat(5000) }, /too long/],
  ])('from %j and %j is refused with a sentence', async (file, environment, sentence) => {
    await expect(readToken(file, environment)).rejects.toThrow(sentence);
  });
});
