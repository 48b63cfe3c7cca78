import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { Backlog, MAX_WAITING_MESSAGES } from './backlog.ts';

test('a viewer is slow while too many messages wait for it', () => {
  const backlog = new Backlog();
  const conn = new EventEmitter();
  backlog.follow({ id: 'viewer', conn });
  for (let message = 0; message < MAX_WAITING_MESSAGES; message++) conn.emit('packetCreate');
  expect(backlog.slow.size).toBe(0);
  conn.emit('packetCreate');
  expect([...backlog.slow]).toEqual(['viewer']);
  conn.emit('flush');
  expect(backlog.slow.size).toBe(0);
});

test('a viewer that is gone is not slow any more', () => {
  const backlog = new Backlog();
  const conn = new EventEmitter();
  backlog.follow({ id: 'viewer', conn });
  for (let message = 0; message <= MAX_WAITING_MESSAGES; message++) conn.emit('packetCreate');
  conn.emit('close');
  expect(backlog.slow.size).toBe(0);
});
