import { expect, test } from '@jest/globals';
import { KeyedQueue } from './keyed-queue.ts';

test('tasks of one key run one after another, also after a failure; other keys do not wait', async () => {
  const queue = new KeyedQueue();
  const order: string[] = [];
  const gate = Promise.withResolvers<undefined>();
  const first = queue.run('a', async () => {
    await gate.promise;
    order.push('first');
    throw new Error('failed');
  });
  const second = queue.run('a', () => Promise.resolve(order.push('second')));
  await queue.run('b', () => Promise.resolve(order.push('other')));
  gate.resolve(undefined);
  await expect(first).rejects.toThrow('failed');
  await second;
  expect(order).toEqual(['other', 'first', 'second']);
});
