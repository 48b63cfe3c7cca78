import { expect, test } from '@jest/globals';
import { AnswerCache } from './answer-cache.ts';

test('a repetition gets the first answer, also while that is worked on', async () => {
  const answers = new AnswerCache();
  let runs = 0;
  const work = () => Promise.resolve(++runs);
  const [first, second] = [answers.run('key', 'join', work), answers.run('key', 'join', work)];
  expect(await first).toBe(1);
  expect(await second).toBe(1);
  expect(await answers.run('key', 'join', work)).toBe(1);
});

test('a failure is forgotten, so that a retry tries again', async () => {
  const answers = new AnswerCache();
  await expect(answers.run('key', 'join', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await answers.run('key', 'join', () => Promise.resolve('yes'))).toBe('yes');
});

test('only the latest answers are kept', async () => {
  const answers = new AnswerCache();
  await answers.run('first', 'join', () => Promise.resolve('old'));
  for (let key = 0; key < 100; key++) await answers.run(`key ${key}`, 'join', () => Promise.resolve(key));
  expect(await answers.run('first', 'join', () => Promise.resolve('new'))).toBe('new');
});
