import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { SoundPause } from '@haven/protocol';
import type { UserPrincipal } from '../access/access.ts';
import { pulseAlert } from '../records/testing/fixtures.ts';
import type { AlertListener } from './alert-service.ts';
import { SoundPauses } from './sound-pauses.ts';

const nurse: UserPrincipal = {
  kind: 'user',
  userId: randomUUID(),
  displayName: 'Nurse',
  accessToken: '',
  expiresAt: 0,
};

let now: number;
let tell: AlertListener;
let audited: string[];
let heard: [string, SoundPause | null][];
let pauses: SoundPauses;
beforeEach(() => {
  jest.useFakeTimers();
  now = 1_000_000;
  audited = [];
  heard = [];
  pauses = new SoundPauses({
    alerts: {
      onAlert: (listener) => {
        tell = listener;
        return () => undefined;
      },
    },
    audit: {
      done: (actor, action, subject, reason) => audited.push([actor.name, action, subject, reason].join(' ')),
    },
    clock: () => now,
  });
  pauses.onChange((roomId, pause) => heard.push([roomId, pause]));
});
afterEach(() => {
  pauses.close();
  jest.useRealTimers();
});

describe('the pause of a room’s sound', () => {
  test('is told to its room with who, why and until when, and to those who join', () => {
    const pause = pauses.pause('ward-a', nurse, 60, 'bathing');
    const { userId } = nurse;
    expect(pause).toEqual({ userId, userName: 'Nurse', at: now, until: now + 60_000, reason: 'bathing' });
    expect(pauses.of('ward-a')).toEqual(pause);
    expect(pauses.of('ward-b')).toBeNull();
    expect(heard).toEqual([['ward-a', pause]]);
  });

  test('ends after its time, also when the system clock is set back', () => {
    pauses.pause('ward-a', nurse, 120, null);
    now -= 3_600_000;
    jest.advanceTimersByTime(119_999);
    expect(pauses.of('ward-a')).not.toBeNull();
    jest.advanceTimersByTime(1);
    expect(pauses.of('ward-a')).toBeNull();
    expect(heard.at(-1)).toEqual(['ward-a', null]);
    expect(audited).toEqual(['system alarm:resume room:ward-a its time is over']);
  });

  test('is replaced by a later one', () => {
    pauses.pause('ward-a', nurse, 30, null);
    jest.advanceTimersByTime(20_000);
    pauses.pause('ward-a', nurse, 120, null);
    jest.advanceTimersByTime(60_000);
    expect(pauses.of('ward-a')).not.toBeNull();
  });

  test.each([
    ['a new high alert', { change: { kind: 'raised' as const, at: 1 } }, true],
    ['a high alert that returns', { change: { kind: 'returned' as const, at: 1 } }, true],
    ['an acknowledgement', { change: { kind: 'acknowledged' as const, at: 1 } }, false],
    ['a new alert of medium priority', { priority: 'medium' as const }, false],
    ['an alert of another room', { roomId: 'ward-b' }, false],
  ])('and %s: whether it breaks through', (_what, change, broken) => {
    pauses.pause('ward-a', nurse, 60, null);
    tell(pulseAlert('P-101', change));
    expect(pauses.of('ward-a') === null).toBe(broken);
  });

  test('ends once when somebody wants the sound back', () => {
    pauses.pause('ward-a', nurse, 60, null);
    expect(pauses.resume('ward-a')).toBe(true);
    expect(pauses.resume('ward-a')).toBe(false);
    expect(heard.at(-1)).toEqual(['ward-a', null]);
    jest.advanceTimersByTime(60_000);
    expect(audited).toEqual([]);
  });
});
