import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { aManagedPatient, anEmergency, aStatus, aUser, EVERY_ACTION } from '../testing/access-fixtures.ts';
import { T0, uuid } from '../testing/fixtures.ts';
import { HavenApi } from '../testing/haven-api.ts';
import { renderSignedIn } from '../testing/render-signed-in.tsx';
import { DevicesPage } from './devices-page.tsx';
import { EmergencyAccessPage } from './emergency-access-page.tsx';
import { IntegrityPage } from './integrity-page.tsx';
import { PatientsPage } from './patients-page.tsx';
import { RoomsPage } from './rooms-page.tsx';
import { UsersPage } from './users-page.tsx';

/** Whole pages, typed into letter by letter, on a busy machine. */
jest.setTimeout(20_000);

let haven: HavenApi;
beforeEach(() => {
  haven = new HavenApi();
  haven.status = aStatus({ actions: EVERY_ACTION });
  haven.rooms = [{ id: 'ward-a', name: 'Ward A', patients: 1, users: 1 }];
});
afterEach(cleanup);

/** Without the pauses of a person who types. */
const user = userEvent.setup({ delay: null });
const press = async (name: string) => user.click(await screen.findByRole('button', { name }));
const type = async (label: string, text: string) => {
  await user.clear(screen.getByLabelText(label));
  await user.type(screen.getByLabelText(label), text);
};
/** The sentence that stands at a field, or else in the form. */
const problem = async () => (await screen.findByRole('alert')).textContent;
const rows = () => screen.getAllByRole('row').slice(1);

describe('rooms', () => {
  test('are added; a wrong id is told at its field before anything is sent', async () => {
    renderSignedIn(<RoomsPage />, haven);
    await press('Add a room');
    await type('Id', 'Ward B!');
    await type('Name', 'Ward B{Enter}');
    expect(await problem()).toMatch(/Small letters, digits and hyphens/);
    expect(screen.getByLabelText('Id').getAttribute('aria-invalid')).toBe('true');
    expect(haven.callsTo('POST', '/admin/rooms')).toHaveLength(0);
    await type('Id', 'ward-b{Enter}');
    await screen.findByRole('rowheader', { name: 'Ward B' });
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test('what the server refuses stands at the field that it is about', async () => {
    renderSignedIn(<RoomsPage />, haven);
    await press('Add a room');
    await type('Id', 'ward-a');
    await type('Name', 'Another{Enter}');
    expect(await problem()).toMatch(/taken/);
    expect(screen.getByLabelText('Id').getAttribute('aria-invalid')).toBe('true');
  });

  test('are deleted only after their id was typed', async () => {
    renderSignedIn(<RoomsPage />, haven);
    await press('Delete Ward A');
    await press('Delete the room');
    expect(await problem()).toBe('Exactly ward-a.');
    await type('Type ward-a to confirm', 'ward-a{Enter}');
    await screen.findByText('No rooms yet.');
  });

  test('a refused deletion says what needs the room', async () => {
    haven.refusals.set('/admin/rooms/ward-a', 'IN_USE');
    renderSignedIn(<RoomsPage />, haven);
    await press('Delete Ward A');
    await type('Type ward-a to confirm', 'ward-a{Enter}');
    expect(await problem()).toMatch(/Something still needs this/);
  });
});

describe('users', () => {
  beforeEach(() => {
    haven.rows = 3;
    haven.users = Array.from({ length: 8 }, (_, index) =>
      aUser({ id: uuid(100 + index), email: `nurse${index}@example.org`, displayName: `Nurse ${index}` }),
    );
  });

  test('are found by the server, and turned over page by page', async () => {
    renderSignedIn(<UsersPage />, haven);
    await screen.findByText('8 users');
    expect(rows()).toHaveLength(3);
    await press('Next');
    await screen.findByText('Nurse 3');
    await press('Next');
    await waitFor(() => expect(rows()).toHaveLength(2));
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Next' }).disabled).toBe(true);
    await press('Previous');
    await screen.findByText('Nurse 3');
    await user.type(screen.getByLabelText('Search'), 'nurse7@');
    await screen.findByText('1 users');
    expect(rows()).toHaveLength(1);
  });

  test('are added with roles and rooms; the password is shown once and not lost by Escape', async () => {
    renderSignedIn(<UsersPage />, haven);
    await press('Add a user');
    await type('E-mail address', 'new@example.org');
    await type('Name', 'New Nurse');
    await user.click(screen.getByLabelText('Clinician'));
    await user.click(await screen.findByLabelText('Ward A (ward-a)'));
    await press('Add');
    const secret = await screen.findByLabelText<HTMLInputElement>('Password of new@example.org');
    expect(secret.value).toBe('one-time-password');
    await user.keyboard('{Escape}');
    expect(screen.getByLabelText('Password of new@example.org')).not.toBeNull();
    await press('I have it');
    await screen.findByText('9 users');
    expect(document.body.textContent).not.toContain('one-time-password');
    expect(haven.callsTo('POST', '/admin/users')[0]?.body).toEqual({
      email: 'new@example.org',
      displayName: 'New Nurse',
      roles: ['clinician'],
      roomIds: ['ward-a'],
    });
  });

  test('are disabled and enabled, but nobody disables themselves', async () => {
    haven.users = [aUser({ id: uuid(7), displayName: 'Myself' }), aUser({ displayName: 'Somebody' })];
    renderSignedIn(<UsersPage />, haven);
    await press('Disable Somebody');
    await press('Disable the user');
    await press('Enable Somebody');
    await press('Enable the user');
    await screen.findByRole('button', { name: 'Disable Somebody' });
    expect(screen.queryByRole('button', { name: 'Disable Myself' })).toBeNull();
    expect(haven.callsTo('PATCH', `/admin/users/${uuid(20)}`).map(({ body }) => body)).toEqual([
      { disabled: true },
      { disabled: false },
    ]);
  });

  test('are unlocked while they are locked', async () => {
    haven.users = [aUser({ displayName: 'Somebody', lockedUntil: T0 + 60_000 })];
    renderSignedIn(<UsersPage />, haven);
    await press('Unlock Somebody');
    await press('Unlock');
    await screen.findByText('active');
    expect(screen.queryByRole('button', { name: 'Unlock Somebody' })).toBeNull();
  });
});

describe('patients', () => {
  test('are not discharged while a device sends their picture', async () => {
    haven.patients = [aManagedPatient({ streaming: 'camera' })];
    renderSignedIn(<PatientsPage settings={null} />, haven);
    await press('Discharge P-101');
    await type('Type P-101 to confirm', 'P-101{Enter}');
    expect(await problem()).toBe('The patient is being watched. Stop the device first.');
    expect(haven.patients).toHaveLength(1);
  });

  test('have ids in the form of the installation, and lie in a room', async () => {
    const settings = { protocol: 2, demo: false, announcedAddress: null, patientIdPattern: '^P-\\d{3}$' };
    renderSignedIn(<PatientsPage settings={settings} />, haven);
    await press('Admit a patient');
    await type('Id', 'X-1');
    await type('Name', 'Anna Berg');
    await type('Bed', '1{Enter}');
    expect(await problem()).toMatch(/such as P-101/);
    await type('Id', 'P-105{Enter}');
    expect(await problem()).toBe('Where the patient lies.');
    await user.selectOptions(screen.getByLabelText('Room'), 'ward-a');
    await press('Admit');
    await screen.findByRole('rowheader', { name: 'P-105' });
  });
});

describe('devices', () => {
  test('show their token once, when they are added and when it is changed', async () => {
    haven.patients = [aManagedPatient()];
    renderSignedIn(<DevicesPage />, haven);
    await press('Add a device');
    await type('Patient’s id', 'P-101');
    await type('Name', 'Left{Enter}');
    expect((await screen.findByLabelText<HTMLInputElement>('Token of Left')).value).toBe('hvd_token');
    await press('I have it');
    await press('New token Left of P-101');
    await press('Make a new token');
    expect((await screen.findByLabelText<HTMLInputElement>('Token of Left')).value).toBe('hvd_newer-token');
    await press('I have it');
    await press('Revoke Left of P-101');
    await press('Revoke the token');
    await screen.findByText(/^revoked/);
    expect(screen.queryByRole('button', { name: 'Revoke Left of P-101' })).toBeNull();
  });

  test('a technician chooses among the patients of their own rooms', async () => {
    haven.status = aStatus({ actions: ['device:manage'] });
    renderSignedIn(<DevicesPage />, haven);
    await press('Add a device');
    await waitFor(() => expect(haven.callsTo('GET', '/patients')).toHaveLength(1));
    expect(haven.callsTo('POST', '/admin/patients/search')).toHaveLength(0);
  });
});

describe('emergency access', () => {
  test('is reviewed with a note by somebody else', async () => {
    haven.status = aStatus({ actions: EVERY_ACTION });
    haven.emergencies = [
      anEmergency({ userId: uuid(8), endedAt: T0 }),
      anEmergency({ id: uuid(31), userName: 'Myself', endedAt: T0 }),
    ];
    renderSignedIn(<EmergencyAccessPage />, haven);
    await press('Review Nurse Joy in ward-b');
    expect(screen.queryByRole('button', { name: 'Review Myself in ward-b' })).toBeNull();
    await type('Note', 'Called by the ward');
    await press('Save the review');
    expect(await problem()).toBe('Yes or no.');
    await user.selectOptions(screen.getByLabelText('Was it justified?'), 'no');
    await press('Save the review');
    await screen.findByText('not justified');
    expect(haven.emergencies[0]?.review).toMatchObject({ justified: false, note: 'Called by the ward' });
  });
});

describe('integrity', () => {
  test('each problem leads to where it is put right', async () => {
    haven.problems = [{ kind: 'patient-without-device', subject: 'patient:P-103' }];
    renderSignedIn(<IntegrityPage />, haven);
    const problems = await screen.findByRole('region', { name: 'Problems' });
    const link = within(problems).getByRole('link', { name: 'Add a device' });
    expect(link.getAttribute('href')).toBe('/admin/devices');
    expect(within(problems).getByText('patient:P-103')).not.toBeNull();
  });

  test('a server that does not answer is told, and asked again', async () => {
    haven.refusals.set('/admin/integrity', 'STORAGE_UNAVAILABLE');
    renderSignedIn(<IntegrityPage />, haven);
    expect(await problem()).toBe('The record store does not answer. Try again.');
    await press('Check again');
    await screen.findByText(/Nothing is wrong/);
    expect(screen.queryByRole('alert')).toBeNull();
  });
});
