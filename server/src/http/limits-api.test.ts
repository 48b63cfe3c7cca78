import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DEFAULT_ALERT_LIMITS, patientLimitsSchema, roomLimitsSchema } from '@haven/protocol';
import { MemoryAccess } from '../testing/memory-access.ts';
import { MemoryLimitsStore } from '../testing/memory-limits.ts';
import type { MemoryRecords } from '../testing/memory-records.ts';
import { servePatientApi } from '../testing/patient-api.ts';

const access = new MemoryAccess();
const clinician = access.addUser({ roles: ['clinician'], rooms: ['ward-a'] });
const observer = access.addUser({ roles: ['observer'], rooms: ['ward-a'] });
const stranger = access.addUser({ roles: ['clinician'], rooms: ['ward-b'] });
const PATIENT = '/patients/P-101/limits';

let store: MemoryLimitsStore;
let records: MemoryRecords;
let url: string;
let close: () => void;

beforeEach(async () => {
  store = new MemoryLimitsStore();
  ({ records, url, close } = await servePatientApi(access, store));
});
afterEach(() => close());

async function ask(path: string, method = 'GET', body?: unknown, token = clinician.token) {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}
const limits = (change: object = {}) => ({ ...DEFAULT_ALERT_LIMITS, ...change });
const refusal = (status: number, code: string) => ({
  status,
  body: { error: expect.objectContaining({ code }) },
});

describe('the limits of a patient', () => {
  test("are Haven's until somebody sets them, with the reason, which is audited", async () => {
    const before = patientLimitsSchema.parse((await ask(PATIENT)).body);
    expect(before.inForce).toMatchObject({ origin: 'haven', version: 0, changed: null });
    const change = { limits: limits({ pulseHigh: 110 }), reason: 'after surgery', version: 0 };
    const changed = patientLimitsSchema.parse((await ask(PATIENT, 'PUT', change)).body);
    expect(changed.inForce).toMatchObject({
      origin: 'patient',
      version: 1,
      limits: { pulseHigh: 110 },
      changed: { userId: clinician.userId, reason: 'after surgery' },
    });
    expect((await ask(PATIENT)).body).toEqual(changed);
    expect(records.audited).toContainEqual(
      expect.objectContaining({
        actor: `user:${clinician.userId}`,
        action: 'limits:change',
        subject: 'patient:P-101',
        result: 'done',
        reason: 'after surgery',
      }),
    );
    const removal = { reason: 'recovered', version: 1 };
    const removed = patientLimitsSchema.parse((await ask(PATIENT, 'DELETE', removal)).body);
    expect(removed.inForce.origin).toBe('haven');
  });

  test.each([
    ['low above high', { pulseLow: 120, pulseHigh: 100 }, 'limits.pulseHigh'],
    ['low too near to high', { breathingLow: 20, breathingHigh: 25 }, 'limits.breathingHigh'],
    ['higher than a camera measures', { pulseHigh: 260 }, 'limits.pulseHigh'],
    ['lower than a camera measures', { breathingLow: 2 }, 'limits.breathingLow'],
    ['a delay that is none', { delaySeconds: 1 }, 'limits.delaySeconds'],
    ['a change that noise would cross', { pulseChange: 2 }, 'limits.pulseChange'],
    ['a rate switched off', { off: ['pulse-high'] }, 'limits.off.0'],
    ['what is no limit', { oxygen: 90 }, 'limits'],
  ])('refuse %s, naming the field', async (_what, wrong, field) => {
    const answer = await ask(PATIENT, 'PUT', { limits: limits(wrong), reason: 'a reason', version: 0 });
    expect(answer).toEqual(refusal(400, 'INVALID_REQUEST'));
    expect(answer.body).toMatchObject({ error: { message: expect.stringContaining(`${field}: `) } });
    expect(store.versions).toEqual([]);
  });

  test('need a reason, and the version that they were changed from', async () => {
    const change = { limits: limits(), version: 0 };
    expect(await ask(PATIENT, 'PUT', { ...change, reason: '  ' })).toEqual(refusal(400, 'INVALID_REQUEST'));
    expect((await ask(PATIENT, 'PUT', { ...change, reason: 'first' })).status).toBe(200);
    expect(await ask(PATIENT, 'PUT', { ...change, reason: 'late' })).toEqual(
      refusal(409, 'CHANGED_MEANWHILE'),
    );
    expect(await ask(PATIENT, 'DELETE', { reason: 'late', version: 7 })).toEqual(
      refusal(409, 'CHANGED_MEANWHILE'),
    );
  });

  test('are refused while the store is away, and can still be read', async () => {
    store.away = true;
    const change = { limits: limits(), reason: 'a reason', version: 0 };
    expect(await ask(PATIENT, 'PUT', change)).toEqual(refusal(503, 'STORAGE_UNAVAILABLE'));
    expect((await ask(PATIENT)).status).toBe(200);
  });

  test('are read by observers and changed by clinicians, in their rooms only', async () => {
    const change = { limits: limits(), reason: 'a reason', version: 0 };
    expect((await ask(PATIENT, 'GET', undefined, observer.token)).status).toBe(200);
    expect(await ask(PATIENT, 'PUT', change, observer.token)).toEqual(refusal(403, 'FORBIDDEN'));
    expect(await ask(PATIENT, 'GET', undefined, stranger.token)).toEqual(refusal(403, 'ROOM_NOT_ASSIGNED'));
    expect(await ask(PATIENT, 'PUT', change, stranger.token)).toEqual(refusal(403, 'ROOM_NOT_ASSIGNED'));
    expect(await ask('/patients/P-999/limits')).toEqual(refusal(404, 'PATIENT_UNKNOWN'));
    expect(store.versions).toEqual([]);
  });
});

describe('the limits of a room', () => {
  test('hold for the patients without limits of their own', async () => {
    const change = { limits: limits({ pulseHigh: 115 }), reason: 'young ward', version: 0 };
    const room = roomLimitsSchema.parse((await ask('/rooms/ward-a/limits', 'PUT', change)).body);
    expect(room.inForce).toMatchObject({ origin: 'room', version: 1 });
    const patient = patientLimitsSchema.parse((await ask(PATIENT)).body);
    expect(patient.inForce).toEqual(room.inForce);
    expect(await ask('/rooms/ward-z/limits')).toEqual(refusal(404, 'ROOM_UNKNOWN'));
  });
});
