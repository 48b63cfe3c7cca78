import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditEntry } from '../../records/records.ts';
import { StoreCalls } from '../../records/store-calls.ts';
import { limiterOfNode } from '../../admission/limiters.ts';
import { eventually } from '../../testing/eventually.ts';
import { addDevice } from '../administration/devices.ts';
import { removePatient } from '../administration/patients.ts';
import { removeRole } from '../administration/users.ts';
import { checkIntegrity } from '../integrity.ts';
import { TestInstallation, type SignedIn } from '../testing/installation.ts';
import { EmergencyAccess } from './emergency-access.ts';
import { EmergencyAccessReview } from './emergency-access-review.ts';

const MINUTE_MS = 60_000;
const REVOKED_WITHIN_MS = 5000;
const REASON = 'Cardiac arrest next door';

let here: TestInstallation;
let review: EmergencyAccessReview;
let nurse: SignedIn;
const audited: AuditEntry[] = [];
const records = {
  audit: (entry: AuditEntry) => {
    audited.push(entry);
    return Promise.resolve();
  },
};

beforeAll(async () => {
  here = await TestInstallation.open();
  const calls = new StoreCalls();
  const changed = () => here.access.reread();
  review = new EmergencyAccessReview({ store: here.store, clock: here.clock, calls, records, changed });
}, 90_000);
beforeEach(async () => {
  audited.length = 0;
  nurse = await here.signedIn();
});
afterEach(() => here.now());
afterAll(() => here.close(), 30_000);

const enter = (user: SignedIn = nurse, roomId = 'ward-b', minutes = 5) =>
  here.access.emergencyAccess.start(user.principal, { roomId, reason: REASON, minutes });
async function patientsSeen({ session }: SignedIn): Promise<string[]> {
  const { data } = await here.store.forUser(session.accessToken).from('patients').select('id').order('id');
  return (data ?? []).map(({ id }) => id);
}

describe('emergency access', () => {
  test('opens the room at once, for the server and for the database, and for nobody else', async () => {
    expect(here.refusal(nurse.principal, 'ward-b')).toBe('ROOM_NOT_ASSIGNED');
    expect(await patientsSeen(nurse)).toEqual(['P-101']);
    const started = await enter();
    expect(started).toMatchObject({ userId: nurse.userId, roomId: 'ward-b', reason: REASON, endedAt: null });
    expect(started.endsAt - started.startedAt).toBe(5 * MINUTE_MS);
    expect(here.refusal(nurse.principal, 'ward-b')).toBeUndefined();
    expect(here.access.accounts.status(nurse.principal).roomIds).toEqual(['ward-a', 'ward-b']);
    expect(await patientsSeen(nurse)).toEqual(['P-101', 'P-201']);
    expect(await here.access.emergencyAccess.running(nurse.principal)).toEqual([started]);
    const stranger = await here.signedIn();
    expect(here.refusal(stranger.principal, 'ward-b')).toBe('ROOM_NOT_ASSIGNED');
  });

  test('ends by itself, to the moment, and the audit trail says so once', async () => {
    const { id } = await enter();
    here.advance(5 * MINUTE_MS);
    expect(here.refusal(nurse.principal, 'ward-b')).toBe('ROOM_NOT_ASSIGNED');
    expect(here.refusal(nurse.principal, 'ward-a')).toBeUndefined();
    expect(await here.access.emergencyAccess.running(nurse.principal)).toEqual([]);
    const desk = new EmergencyAccess({
      ...{
        client: here.store.service,
        calls: new StoreCalls(),
        clock: here.clock,
        openLimiter: limiterOfNode,
      },
      rights: (userId) => here.access.rights(userId),
      changed: () => here.access.reread(),
    });
    await desk.auditExpired(records);
    await desk.auditExpired(records);
    const lines = audited.filter(({ subject }) => subject === `break-glass:${id}`);
    expect(lines).toMatchObject([{ actor: 'system', action: 'break-glass:expire', result: 'done' }]);
  });

  test('is ended early by its user, and by no other one', async () => {
    const { id } = await enter();
    const stranger = await here.signedIn();
    const { emergencyAccess } = here.access;
    await expect(emergencyAccess.end(stranger.principal, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await emergencyAccess.end(nurse.principal, id);
    expect(here.refusal(nurse.principal, 'ward-b')).toBe('ROOM_NOT_ASSIGNED');
    expect(await patientsSeen(nurse)).toEqual(['P-101']);
    await expect(emergencyAccess.end(nurse.principal, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is of no use to somebody who is no clinician any more', async () => {
    const both = await here.signedIn(['clinician', 'observer']);
    await enter(both);
    await removeRole(here.context, both.email, 'clinician');
    await eventually(
      () => here.refusal(both.principal, 'ward-b') === 'ROOM_NOT_ASSIGNED',
      'the room is closed',
      REVOKED_WITHIN_MS,
    );
    expect(here.refusal(both.principal, 'ward-a')).toBeUndefined();
    expect(await patientsSeen(both)).toEqual(['P-101']);
  });

  test('is not given to a room that is the user’s already, nor more than ten times an hour', async () => {
    await expect(enter(nurse, 'ward-a')).rejects.toMatchObject({ code: 'ALREADY_DONE' });
    await enter();
    await expect(enter()).rejects.toMatchObject({ code: 'ALREADY_DONE' });
    const codes: string[] = [];
    for (let attempt = 0; attempt < 10; attempt++) {
      const code = await enter(nurse, `ward-${attempt}`).then(
        () => 'done',
        (error: unknown) => (error as { code: string }).code,
      );
      codes.push(code);
    }
    expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(1);
  }, 20_000);
});

describe('reviewing it', () => {
  const by = () => ({ userId: nurse.userId, address: '192.0.2.1' });

  test('ends it for everybody within seconds, audited', async () => {
    const clinician = await here.signedIn();
    const { id } = await enter(clinician);
    const other = await here.another();
    expect(await review.end(id, by())).toMatchObject({ id, endedAt: expect.any(Number) });
    expect(here.refusal(clinician.principal, 'ward-b')).toBe('ROOM_NOT_ASSIGNED');
    await eventually(
      () => !other.rights(clinician.userId).roomIds.has('ward-b'),
      'the other server knows',
      REVOKED_WITHIN_MS,
    );
    await other.close();
    expect(audited).toMatchObject([{ actor: `user:${nurse.userId}`, action: 'break-glass:end' }]);
    await expect(review.end(id, by())).rejects.toMatchObject({ code: 'ALREADY_DONE' });
    await expect(review.end(randomUUID(), by())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is done once, by somebody else, with a note that the audit trail keeps', async () => {
    const clinician = await here.signedIn();
    const { id } = await enter(clinician);
    const verdict = { note: 'Seen on the ward', justified: true };
    const own = review.review(id, verdict, { userId: clinician.userId, address: '192.0.2.1' });
    await expect(own).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await review.review(id, verdict, by())).toMatchObject({
      review: { userId: nurse.userId, ...verdict },
    });
    expect(audited.at(-1)).toMatchObject({ action: 'break-glass:justify', reason: 'Seen on the ward' });
    await expect(review.review(id, verdict, by())).rejects.toMatchObject({ code: 'ALREADY_DONE' });
  });

  test('lists them newest first, by page, and finds them', async () => {
    const clinician = await here.signedIn();
    const first = await enter(clinician, 'ward-x');
    here.advance(1000);
    const second = await enter(clinician, 'ward-y');
    const search = clinician.session.user.displayName;
    const page = await review.page({ search, limit: 1 });
    expect(page).toMatchObject({ items: [{ id: second.id }], total: 2, next: second.id });
    expect(await review.page({ search, limit: 1, after: second.id })).toMatchObject({
      items: [{ id: first.id }],
      next: null,
    });
    expect((await review.page({ search: 'WARD-X', limit: 10 })).items).toMatchObject([{ id: first.id }]);
  });
});

test('the integrity check names what refers to something that is gone, or is of no use', async () => {
  const nobody = await here.newUser([], []);
  const lost = await here.newUser(['observer'], []);
  const { data } = await here.store.service
    .from('patients')
    .insert({ id: 'P-102', room_id: 'ward-a', name: 'Cleo', bed: '2' })
    .select('id');
  expect(data).toEqual([{ id: 'P-102' }]);
  const { id: deviceId } = await addDevice(here.context, 'P-102', 'Camera');
  await removePatient(here.context, 'P-102');
  await here.store.service.from('devices').update({ revoked_at: null }).eq('id', deviceId);
  const accountId = await here.store.createAccount('half-made@haven.local', 'a password of tests');
  const problems = await checkIntegrity(here.store);
  expect(problems).toEqual(
    expect.arrayContaining([
      { kind: 'user-without-role', subject: `user:${nobody.userId}` },
      { kind: 'user-without-room', subject: `user:${lost.userId}` },
      { kind: 'room-without-clinician', subject: 'room:ward-b' },
      { kind: 'patient-without-device', subject: 'patient:P-101' },
      { kind: 'device-of-removed-patient', subject: `device:${deviceId}` },
      { kind: 'account-without-profile', subject: `user:${accountId}` },
    ]),
  );
  expect(problems).not.toContainEqual({ kind: 'room-without-clinician', subject: 'room:ward-a' });
});
