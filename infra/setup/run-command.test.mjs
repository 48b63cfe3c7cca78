import { describe, expect, test } from '@jest/globals';
import { groupLives } from './process-group.mjs';
import { CommandError, runCommand, succeeds } from './run-command.mjs';

/** @param {Promise<unknown>} promise @returns {Promise<CommandError>} */
async function failureOf(promise) {
  try {
    await promise;
  } catch (error) {
    if (error instanceof CommandError) return error;
  }
  throw new Error('The command was expected to fail.');
}

describe('A command', () => {
  test('gives its output line by line and in the end', async () => {
    /** @type {string[]} */
    const lines = [];
    const output = await runCommand('sh', ['-c', 'echo one; echo two'], {
      limitSeconds: 10,
      onLine: (line) => lines.push(line),
    });
    expect(lines).toEqual(['one', 'two']);
    expect(output).toBe('one\ntwo');
  });

  test('that fails is told with its exit code and its last lines', async () => {
    const error = await failureOf(runCommand('sh', ['-c', 'seq 1 100; exit 7'], { limitSeconds: 10 }));
    expect(error.exitCode).toBe(7);
    expect(error.message).toMatch(/^sh failed with exit code 7:/);
    expect(error.tail).toHaveLength(30);
    expect(error.tail.at(-1)).toBe('100');
  });

  test('that does not exist is told so', async () => {
    const error = await failureOf(runCommand('/nonexistent/tool', [], { limitSeconds: 10 }));
    expect(error.message).toMatch(/^tool could not be started: .*ENOENT/);
    expect(await succeeds('/nonexistent/tool', [])).toBe(false);
  });

  test('is stopped with its children when it takes too long', async () => {
    const error = await failureOf(
      runCommand('sh', ['-c', 'echo $$; sleep 60 & wait'], { limitSeconds: 0.2 }),
    );
    expect(error.message).toMatch(/^sh took longer than 0.2 s and was stopped/);
    expect(groupLives(Number(error.tail[0]))).toBe(false);
  });

  test('is stopped when it has been silent for too long', async () => {
    const error = await failureOf(runCommand('sleep', ['60'], { limitSeconds: 30, silenceSeconds: 0.2 }));
    expect(error.message).toMatch(/^sleep wrote nothing for 0.2 s and was stopped/);
  });
});
