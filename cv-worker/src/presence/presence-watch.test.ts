import { describe, expect, test } from '@jest/globals';
import { evidenceSchema, vitalSchema } from '@haven/protocol';
import { WHOLE } from '../analyzer/view.ts';
import { WatchedRoom, type Scene } from './testing/simulated-room.ts';

const IN_BED: Scene = { patient: 0 };
const TURNED_AWAY: Scene = { patient: 0, face: false };
const EMPTY: Scene = { patient: null };
/** Gets up, and walks out of the picture to the right. */
const walksOut = (share: number): Scene => ({ patient: 32 * share, face: false });
const visits = (share: number): Scene => ({ patient: 0, visitor: 30 * (1 - share) });
const leaves = (share: number): Scene => ({ patient: 0, visitor: 30 * share });

function names(room: WatchedRoom): string[] {
  return room.events.map(({ event }) => event);
}
function inBed(): WatchedRoom {
  const room = new WatchedRoom();
  room.show(15, IN_BED);
  return room;
}

describe('presence', () => {
  test('is known from the first face on', () => {
    expect(new WatchedRoom().show(2, IN_BED)).toEqual([1, 1]);
  });

  test('is not claimed, nor is absence, before anybody was seen', () => {
    const room = new WatchedRoom();
    expect(new Set(room.show(40, EMPTY))).toEqual(new Set([null]));
    expect(room.watch.vitalAt(room.now)).toMatchObject({ state: 'withheld', reason: 'no-face' });
    expect(room.events).toEqual([]);
  });

  test('goes on for somebody who turned away, breathing or not to be seen breathing', () => {
    for (const breathing of [true, false]) {
      const room = inBed();
      expect(new Set(room.show(120, { ...TURNED_AWAY, breathing }))).toEqual(new Set([1]));
      expect(room.watch.vitalAt(room.now).method).toBe(breathing ? 'movement' : 'body');
      expect(room.events).toEqual([]);
    }
  });

  test('goes on for somebody who breathes under a blanket', () => {
    const room = inBed();
    expect(new Set(room.show(120, { patient: 0, blanket: true }))).toEqual(new Set([1]));
    expect(room.events).toEqual([]);
  });

  test('goes on for somebody who turned on the side, and whose breathing is then too faint to be seen', () => {
    const room = inBed();
    room.show(2, (share) => ({ patient: 8 * share, face: false }));
    room.show(60, { patient: 8, face: false });
    expect(new Set(room.show(120, { patient: 8, face: false, breathing: false }))).toEqual(new Set([1]));
    expect(room.events).toEqual([]);
  });

  test('ends when the bed is empty and still, and begins again with a face that stays', () => {
    const room = inBed();
    const values = room.show(16, EMPTY);
    expect(values.slice(0, 11)).not.toContain(0);
    expect(values.slice(13)).toEqual([0, 0, 0]);
    expect(room.show(12, IN_BED).at(-1)).toBe(1);
    expect(names(room)).toEqual(['absent', 'returned']);
    const [absent, returned] = room.events;
    expect(absent.startedAt).toBeGreaterThan(14_500);
    expect(absent.startedAt).toBeLessThan(16_500);
    expect(absent.evidence.bodyChangedShare).toBeGreaterThan(0.3);
    expect(returned.at - returned.startedAt).toBeGreaterThanOrEqual(5000);
  });

  test('is found again by a body that came back without its face', () => {
    const room = inBed();
    room.show(15, EMPTY);
    room.show(30, TURNED_AWAY);
    expect(names(room)).toEqual(['absent', 'returned']);
    expect(room.events[1].evidence.faceSeen).toBe(0);
  });

  test('is not lost with the light: a lamp that goes on or off is no absence', () => {
    const room = inBed();
    for (const light of [0.5, 1.3, 1]) room.show(20, { ...TURNED_AWAY, breathing: false, light });
    expect(room.events).toEqual([]);
    expect(room.watch.vitalAt(room.now).value).toBe(1);
  });

  test('cannot be told behind a curtain, and that is no absence', () => {
    const room = inBed();
    const values = room.show(60, { patient: 0, curtain: true });
    expect(values.at(-1)).toBeNull();
    expect(room.events).toEqual([]);
    expect(room.show(5, IN_BED).at(-1)).toBe(1);
  });

  test('ends also where only a part of the picture was looked at when the patient left', () => {
    const room = inBed();
    room.crop = { x: 0.2, y: 0.1, scale: 0.5 };
    expect(room.show(30, IN_BED).at(-1)).toBe(1);
    room.crop = WHOLE;
    room.show(16, EMPTY);
    expect(names(room)).toEqual(['absent']);
  });

  test('is withheld at once with the camera’s reason, and what was known counts afterwards', () => {
    const room = inBed();
    room.block(1);
    expect(room.watch.vitalAt(room.now)).toMatchObject({ state: 'withheld', value: null, reason: 'covered' });
    room.block(600);
    const values = room.show(16, EMPTY);
    expect(values.slice(0, 11)).not.toContain(0);
    expect(names(room)).toEqual(['absent']);
  });

  test('is always what the protocol allows, as are the events', () => {
    const room = inBed();
    room.show(3, walksOut);
    room.show(12, EMPTY);
    expect(vitalSchema.safeParse(room.watch.vitalAt(room.now)).success).toBe(true);
    for (const event of room.events) {
      expect(evidenceSchema.safeParse(event.evidence).success).toBe(true);
      expect(Number.isInteger(event.at) && Number.isInteger(event.startedAt)).toBe(true);
      expect(event.startedAt).toBeLessThanOrEqual(event.at);
    }
  });
});

describe('leaving the bed', () => {
  test('is told with its beginning, within seconds of the patient’s leaving the picture', () => {
    const room = inBed();
    room.show(3, walksOut);
    room.show(10, EMPTY);
    expect(names(room)).toEqual(['bed-exit', 'absent']);
    const [exit] = room.events;
    expect(exit.startedAt).toBeLessThan(16_500);
    expect(exit.at).toBeLessThan(25_000);
    expect(exit.confidence).toBe(0.9);
    expect(exit.evidence).toMatchObject({ accompanied: 0 });
  });

  test('is told of somebody who stands beside the bed, and ends with lying down', () => {
    const room = inBed();
    room.show(2, (share) => ({ patient: -18 * share }));
    expect(room.show(8, { patient: -18 }).at(-1)).toBe(1);
    expect(names(room)).toEqual(['bed-exit']);
    room.show(2, (share) => ({ patient: -18 * (1 - share) }));
    room.show(8, IN_BED);
    expect(names(room)).toEqual(['bed-exit', 'returned']);
  });

  test('is not told of a visitor who comes, stands before the patient, and leaves', () => {
    const room = inBed();
    room.show(3, visits);
    expect(new Set(room.show(60, { patient: 0, visitor: 0 }))).toEqual(new Set([1]));
    room.show(3, leaves);
    expect(room.show(20, IN_BED).at(-1)).toBe(1);
    expect(room.events).toEqual([]);
  });

  test('is less sure when somebody had come in before', () => {
    const room = inBed();
    room.show(2, visits);
    room.show(3, (share) => ({ patient: 32 * share, face: false, visitor: 30 * share }));
    room.show(10, EMPTY);
    expect(names(room)).toEqual(['bed-exit', 'absent']);
    expect(room.events[0]).toMatchObject({ confidence: 0.6, evidence: { accompanied: 1 } });
  });

  test('is not told of somebody who sits up and lies down again', () => {
    const room = inBed();
    for (const to of [8, -8, 0]) {
      room.show(2, (share) => ({ patient: to * share, face: false }));
      room.show(20, { patient: to, face: false });
    }
    expect(names(room)).toEqual([]);
  });

  test('moves the place to the chair where the patient sits from now on', () => {
    const room = inBed();
    room.show(2, (share) => ({ patient: 18 * share }));
    room.show(90, { patient: 18 });
    expect(names(room)).toEqual(['bed-exit', 'returned']);
    room.show(4, (share) => ({ patient: 18 - 50 * share, face: false }));
    room.show(12, EMPTY);
    expect(names(room).slice(2)).toEqual(['bed-exit', 'absent']);
  });
});

describe('company', () => {
  test('is told when it comes and when it has left', () => {
    const room = inBed();
    room.show(20, { patient: 0, visitor: 12, visitorFace: true });
    room.show(15, IN_BED);
    expect(names(room)).toEqual(['second-person', 'alone']);
    const [came, left] = room.events;
    expect(came).toMatchObject({ evidence: { people: 2 } });
    expect(came.at - came.startedAt).toBeLessThan(4000);
    expect(left.evidence.secondsStayed).toBeCloseTo(20, 0);
  });
});

describe('restlessness', () => {
  test('is told of a patient who moves for most of some minutes', () => {
    const room = inBed();
    room.motionLevel = 0.4;
    room.show(400, IN_BED);
    expect(names(room)).toEqual(['restless']);
  });

  test('is not told of movement while somebody is near', () => {
    const room = inBed();
    room.motionLevel = 0.4;
    room.show(400, { patient: 0, visitor: 12, visitorFace: true });
    expect(names(room)).toEqual(['second-person']);
  });
});
