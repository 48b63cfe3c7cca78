import { beforeEach, describe, expect, test } from '@jest/globals';
import { KEEP_MS, MAX_BYTES, MAX_EVENTS, RecentEvents } from './recent-events.ts';

let now: number;
let events: RecentEvents;
beforeEach(() => {
  now = 1_000_000;
  events = new RecentEvents(() => now);
});

const send = (what: unknown, rooms: string[] = [], except: string[] = []) =>
  events.add({ rooms: new Set(rooms), except: new Set(except), data: [what] });

describe('events that were missed', () => {
  test('are those after the last one that arrived, in order, to the rooms where the session was', () => {
    const last = send('before', ['a']);
    send('first', ['a']);
    send('elsewhere', ['b']);
    send('for all');
    send('for all but this one', ['a'], ['c']);
    expect(events.missed(last, ['a', 'c'], now)).toEqual([['first'], ['for all']]);
  });

  test('are none when nothing was sent, however long ago the last one was', () => {
    const last = send('before', ['a']);
    now += 3_600_000;
    send('elsewhere', ['b']);
    expect(events.missed(last, ['a'], now)).toEqual([]);
  });

  test('are unknown where the number is none that was given', () => {
    const last = send('before');
    for (const number of [last + 1, Number.NaN, 0.5]) expect(events.missed(number, ['a'], now)).toBeNull();
  });

  test.each([
    ['many', MAX_EVENTS + 1, 'short'],
    ['large', 3, 'x'.repeat(MAX_BYTES / 2)],
  ])('are unknown where they were too %s to be kept', (_what, count, text) => {
    const last = send('before', ['a']);
    for (let sent = 0; sent < count; sent++) send(text, ['a']);
    expect(events.missed(last, ['a'], now)).toBeNull();
  });

  test('are known again for whoever left after too many were sent', () => {
    const last = send('before', ['b']);
    for (let sent = 0; sent <= MAX_EVENTS; sent++) send('short', ['a']);
    now += KEEP_MS + 1;
    send('later', ['b']);
    expect(events.missed(last, ['b'], now)).toEqual([['later']]);
  });
});
