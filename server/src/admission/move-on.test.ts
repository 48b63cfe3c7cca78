import { expect, test } from '@jest/globals';
import { MoveOn } from './move-on.ts';

const DRAIN_MS = 20_000;

function clients(count: number) {
  const closed: number[] = [];
  const sockets = Array.from({ length: count }, (_, index) => ({
    connected: true,
    conn: { close: () => closed.push(index) },
  }));
  return { closed, sockets };
}

test('clients move in order, spread over half of the drain', () => {
  const { closed, sockets } = clients(30);
  const moveOn = new MoveOn();
  moveOn.begin(sockets, 0, DRAIN_MS);
  moveOn.next(0);
  expect(closed).toEqual([0, 1, 2]);
  for (let now = 1_000; now < DRAIN_MS / 2; now += 1_000) moveOn.next(now);
  expect(closed).toEqual(sockets.map((_, index) => index));
});

test('in a long drain nobody waits for longer than 20 s', () => {
  const { closed, sockets } = clients(100);
  const moveOn = new MoveOn();
  moveOn.begin(sockets, 0, 3_600_000);
  for (let now = 0; now < 20_000; now += 1_000) moveOn.next(now);
  expect(closed).toHaveLength(100);
});

test('who has left, or is to stay since the drain was taken back, is left alone', () => {
  const { closed, sockets } = clients(4);
  sockets[0]!.connected = false;
  const moveOn = new MoveOn();
  moveOn.begin(sockets, 0, 4_000);
  moveOn.next(0);
  expect(closed).toEqual([1]);
  moveOn.cancel();
  moveOn.next(1_000);
  expect(closed).toEqual([1]);
});
