import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { HavenError } from '@haven/protocol';
import { findFfmpeg } from './ffmpeg.ts';
import { makeClip, temporaryFolder } from './testing/clips.ts';
import { DeviceServer } from './testing/device-server.ts';
import { eventually } from './testing/wait.ts';

// Node, ffmpeg and a media worker are started for these tests: on two busy cores that takes seconds.
jest.setTimeout(60_000);

const MAIN = resolve(import.meta.dirname, 'main.ts');
const TOKEN = { HAVEN_DEVICE_TOKEN: 'token' };

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function start(argv: string[], environment: NodeJS.ProcessEnv = TOKEN, ipc = false) {
  const child = spawn(process.execPath, [MAIN, ...argv], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'ignore', 'pipe', ipc ? 'ipc' : 'ignore'],
  });
  closing.push(() => child.kill('SIGKILL'));
  let errors = '';
  child.stderr?.on('data', (piece: Buffer) => (errors += piece.toString()));
  // Not `close`: it is not told of a child whose channel the parent closed.
  const ended = Promise.all([once(child, 'exit'), child.stderr && once(child.stderr, 'close')]).then(
    ([[code]]: [unknown[], unknown]) => ({ code, errors }),
  );
  return { child, ended };
}

const target = (server: { url: string }) => ['--server', server.url, '--patient', 'P-101'];
const NOWHERE = ['--server', 'http://127.0.0.1:9', '--patient', 'P-101'];

async function clip(): Promise<string> {
  return await makeClip(await findFfmpeg(), 'clip.mkv', [
    '-i',
    'testsrc2=s=160x120:r=15:d=1',
    '-c:v',
    'libvpx',
  ]);
}

describe('the command line', () => {
  test('says in a sentence what is wrong with its arguments', async () => {
    const { code, errors } = await start(['--patient', 'P-101']).ended;
    expect(errors).toBe("required option '--server <url>' not specified\n");
    expect(code).toBe(2);
  });

  test('says that there is no token', async () => {
    const { code, errors } = await start([...NOWHERE, '--file', 'clip.mp4'], {}).ended;
    expect(errors).toBe('There is no token: set HAVEN_DEVICE_TOKEN, or give --token-file.\n');
    expect(code).toBe(2);
  });

  test('says that a file is no video', async () => {
    const text = join(await temporaryFolder(), 'notes.txt');
    await writeFile(text, 'no video');
    const { code, errors } = await start([...NOWHERE, '--file', text]).ended;
    expect(errors).toMatch(/^The file .*notes\.txt is no video: .*\n$/);
    expect(code).toBe(2);
  });

  test('says what is wrong with a synthetic patient, and refuses one in production', async () => {
    const wrong = await start([...NOWHERE, '--synthetic', 'hr=fast']).ended;
    expect(wrong.errors).toMatch(/^INVALID_REQUEST: .*hr.*\n$/);
    expect(wrong.code).toBe(2);
    const refused = await start([...NOWHERE, '--synthetic', 'hr=72'], { ...TOKEN, NODE_ENV: 'production' })
      .ended;
    expect(refused).toEqual({
      code: 2,
      errors: 'A synthetic patient is refused with NODE_ENV=production.\n',
    });
  });

  test('gives the code with which the server refuses the token', async () => {
    const server = await DeviceServer.start({ refuse: { token: new HavenError('TOKEN_REVOKED') } });
    closing.push(() => server.close());
    const { code, errors } = await start([...target(server), '--file', await clip()]).ended;
    expect(errors).toBe('TOKEN_REVOKED: This token was revoked. Ask an administrator for a new one.\n');
    expect(code).toBe(1);
  });
});

describe('the process', () => {
  test('publishes until SIGTERM, says goodbye and ends well', async () => {
    const server = await DeviceServer.start();
    closing.push(() => server.close());
    const { child, ended } = start([...target(server), '--file', await clip(), '--loop']);
    const { streamId } = await eventually('a producer', () => server.producing);
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, errors: '' });
    expect(server.stopped).toEqual([streamId]);
  });

  test('ends well after a recording that is not looped', async () => {
    const server = await DeviceServer.start();
    closing.push(() => server.close());
    const { ended } = start([...target(server), '--file', await clip()]);
    expect(await ended).toEqual({ code: 0, errors: '' });
    expect(server.stopped).toHaveLength(1);
  });

  test('does not outlive the parent that started it with a channel', async () => {
    const server = await DeviceServer.start();
    closing.push(() => server.close());
    const { child, ended } = start([...target(server), '--file', await clip(), '--loop'], TOKEN, true);
    await eventually('a producer', () => server.producing);
    child.disconnect();
    expect(await ended).toMatchObject({ code: 0 });
  });
});
