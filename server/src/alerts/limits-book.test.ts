import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { DEFAULT_ALERT_LIMITS } from '@haven/protocol';
import type { UserPrincipal } from '../access/access.ts';
import { memoryLimits, MemoryLimitsStore } from '../testing/memory-limits.ts';
import type { LimitsBook } from './limits-book.ts';

const nurse: UserPrincipal = {
  kind: 'user',
  userId: randomUUID(),
  displayName: 'Nurse',
  accessToken: '',
  expiresAt: 0,
};
const patient = { scope: 'patient', id: 'P-101' } as const;
const room = { scope: 'room', id: 'ward-a' } as const;
const at = (pulseHigh: number) => ({ ...DEFAULT_ALERT_LIMITS, pulseHigh });

let store: MemoryLimitsStore;
let book: LimitsBook;
beforeEach(async () => {
  store = new MemoryLimitsStore();
  book = await memoryLimits(store, () => 42);
});
afterEach(() => book.close());

describe('alert limits', () => {
  test("are the patient's own, else the room's, else Haven's", async () => {
    expect(book.ofPatient('P-101', 'ward-a').inForce).toMatchObject({ origin: 'haven', version: 0 });
    await book.change(room, { limits: at(120), reason: 'young ward', version: 0 }, nurse);
    expect(book.of('P-101', 'ward-a').pulseHigh).toBe(120);
    await book.change(patient, { limits: at(140), reason: 'fever known', version: 0 }, nurse);
    expect(book.of('P-101', 'ward-a').pulseHigh).toBe(140);
    expect(book.of('P-102', 'ward-a').pulseHigh).toBe(120);
    expect(book.of('P-102', 'ward-b').pulseHigh).toBe(130);
    expect(book.ofPatient('P-101', 'ward-a')).toMatchObject({
      inForce: {
        origin: 'patient',
        version: 1,
        changed: { userId: nurse.userId, userName: 'Nurse', at: 42, reason: 'fever known' },
      },
      room: { origin: 'room', version: 1, limits: { pulseHigh: 120 } },
    });
  });

  test('go back to what was below when they are taken away, and count on when set again', async () => {
    await book.change(patient, { limits: at(140), reason: 'fever', version: 0 }, nurse);
    await book.change(patient, { limits: null, reason: 'fever is over', version: 1 }, nurse);
    expect(book.ofPatient('P-101', 'ward-a').inForce).toMatchObject({ origin: 'haven', version: 0 });
    await book.change(patient, { limits: at(150), reason: 'fever again', version: 0 }, nurse);
    expect(book.ofPatient('P-101', 'ward-a').inForce.version).toBe(3);
  });

  test('that somebody else changed meanwhile are not overwritten, and the newer ones are known', async () => {
    const other = await memoryLimits(store);
    await other.change(patient, { limits: at(150), reason: 'elsewhere', version: 0 }, nurse);
    const change = { limits: at(140), reason: 'here', version: 0 };
    await expect(book.change(patient, change, nurse)).rejects.toMatchObject({ code: 'CHANGED_MEANWHILE' });
    expect(book.of('P-101', 'ward-a').pulseHigh).toBe(150);
    await other.close();
  });

  test('hold while the store is away, and changes are refused', async () => {
    await book.change(patient, { limits: at(140), reason: 'fever', version: 0 }, nurse);
    store.away = true;
    await book.refresh();
    expect(book.of('P-101', 'ward-a').pulseHigh).toBe(140);
    const change = { limits: at(150), reason: 'more fever', version: 1 };
    await expect(book.change(patient, change, nurse)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(book.of('P-101', 'ward-a').pulseHigh).toBe(140);
    expect(store.versions).toHaveLength(1);
  });

  test('are not set back by an answer that was under way during a change', async () => {
    let answer = (_old: typeof store.versions): void => undefined;
    store.newest = () => new Promise((resolve) => (answer = resolve));
    const refreshed = book.refresh();
    await book.change(patient, { limits: at(140), reason: 'fever', version: 0 }, nurse);
    await book.change(patient, { limits: at(150), reason: 'more', version: 1 }, nurse);
    answer([store.versions[0]!]);
    await refreshed;
    expect(book.of('P-101', 'ward-a').pulseHigh).toBe(150);
  });
});
