import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryAccess } from '../testing/memory-access.ts';
import type { MemoryRecords } from '../testing/memory-records.ts';
import { servePatientApi } from '../testing/patient-api.ts';

const access = new MemoryAccess();
const clinician = access.addUser({ roles: ['clinician'], rooms: ['ward-a'] });
const observer = access.addUser({ roles: ['observer'], rooms: ['ward-a'] });
const stranger = access.addUser({ roles: ['clinician'], rooms: ['ward-b'] });

let records: MemoryRecords;
let url: string;
let close: () => void;

beforeEach(async () => {
  ({ records, url, close } = await servePatientApi(access));
});
afterEach(() => close());

async function change(body: object, token = clinician.token, patientId = 'P-101') {
  const response = await fetch(`${url}/patients/${patientId}/analysis-mode`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}
const mode = async () => (await records.patient('P-101')).analysisMode;

describe('what is measured of a patient', () => {
  test('is changed by a clinician of the room, with the reason, which is audited', async () => {
    const wanted = { mode: 'presence', reason: 'asked for privacy' };
    const answer = { status: 200, body: { patientId: 'P-101', mode: 'presence' } };
    expect(await change(wanted)).toEqual(answer);
    expect(await change(wanted)).toEqual(answer);
    expect(await mode()).toBe('presence');
    expect(records.audited).toContainEqual(
      expect.objectContaining({
        actor: `user:${clinician.userId}`,
        action: 'analysis:change:presence',
        subject: 'patient:P-101',
        result: 'done',
        reason: 'asked for privacy',
      }),
    );
  });

  test.each([
    ['an observer', observer.token, 'FORBIDDEN'],
    ['a clinician of another room', stranger.token, 'ROOM_NOT_ASSIGNED'],
  ])('is not changed by %s, and the attempt is audited', async (_who, token, code) => {
    const refused = await change({ mode: 'off', reason: 'no reason' }, token);
    expect(refused.body).toMatchObject({ error: { code } });
    expect(await mode()).toBe('both');
    expect(records.audited).toContainEqual(
      expect.objectContaining({ action: 'analysis:change', result: 'refused', code }),
    );
  });

  test.each([[{ mode: 'off' }], [{ mode: 'off', reason: ' ' }], [{ mode: 'some', reason: 'a reason' }]])(
    'is not changed by %j',
    async (body) => {
      expect((await change(body)).body).toMatchObject({ error: { code: 'INVALID_REQUEST' } });
      expect(await mode()).toBe('both');
    },
  );

  test('of nobody cannot be changed', async () => {
    const { status, body } = await change({ mode: 'off', reason: 'a reason' }, clinician.token, 'P-999');
    expect(status).toBe(404);
    expect(body).toMatchObject({ error: { code: 'PATIENT_UNKNOWN' } });
  });
});
