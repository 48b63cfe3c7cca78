import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { act, cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useLocation } from 'react-router';
import { aStatus, anEmergency } from '../testing/access-fixtures.ts';
import { uuid } from '../testing/fixtures.ts';
import { HavenApi } from '../testing/haven-api.ts';
import { renderSignedIn } from '../testing/render-signed-in.tsx';
import { AccountPage } from './account-page.tsx';
import { useSignedIn } from './signed-in.ts';

/** Whole pages, typed into letter by letter, on a busy machine. */
jest.setTimeout(20_000);

let haven: HavenApi;
beforeEach(() => {
  haven = new HavenApi();
  haven.rooms = ['ward-a', 'ward-b'].map((id) => ({ id, name: `Room ${id}`, patients: 0, users: 0 }));
});
afterEach(cleanup);

function Wall() {
  const { askForEmergencyAccess } = useSignedIn();
  return (
    <>
      <p>the wall</p>
      <p>{JSON.stringify(useLocation().state)}</p>
      {askForEmergencyAccess !== null && <button onClick={askForEmergencyAccess}>emergency</button>}
    </>
  );
}

describe('a locked session', () => {
  test('keeps the wall, and is unlocked by the password', async () => {
    haven.status = aStatus({ locked: true });
    renderSignedIn(<Wall />, haven);
    await screen.findByRole('heading', { name: 'Locked' });
    expect(screen.getByText('the wall')).not.toBeNull();
    await userEvent.type(screen.getByLabelText('Password of Nurse Joy'), 'wrong{Enter}');
    expect((await screen.findByRole('alert')).textContent).toBe('The password is wrong.');
    await userEvent.clear(screen.getByLabelText('Password of Nurse Joy'));
    await userEvent.type(screen.getByLabelText('Password of Nurse Joy'), `${haven.password}{Enter}`);
    await waitFor(() => expect(screen.queryByRole('heading', { name: 'Locked' })).toBeNull());
    expect(screen.getByText('the wall')).not.toBeNull();
  });

  test('can be left by signing out', async () => {
    haven.status = aStatus({ locked: true });
    const keeper = renderSignedIn(<Wall />, haven);
    await userEvent.click(await screen.findByRole('button', { name: 'Sign out' }));
    expect(keeper.state.get().session).toBeNull();
  });
});

describe('a password from an administrator', () => {
  test('has to be changed before anything else is shown', async () => {
    const keeper = renderSignedIn(<Wall />, haven);
    await screen.findByText('the wall');
    act(() => keeper.setPasswordChangeRequired(true));
    await screen.findByRole('heading', { name: 'Choose a password' });
    expect(screen.queryByText('the wall')).toBeNull();
    await userEvent.type(screen.getByLabelText('Password that you were given'), haven.password);
    await userEvent.type(screen.getByLabelText('New password'), 'four words in a row');
    await userEvent.type(screen.getByLabelText('New password again'), 'four words in a row{Enter}');
    await screen.findByText('the wall');
  });
});

describe('the account page', () => {
  test('changes the password when it was given twice alike', async () => {
    renderSignedIn(<AccountPage />, haven, '/account');
    await userEvent.type(await screen.findByLabelText('Present password'), haven.password);
    await userEvent.type(screen.getByLabelText('New password'), 'four words in a row');
    await userEvent.type(screen.getByLabelText('New password again'), 'four words in a raw{Enter}');
    expect((await screen.findByRole('alert')).textContent).toBe('The same as above.');
    expect(haven.callsTo('POST', '/auth/password')).toHaveLength(0);
    await userEvent.type(screen.getByLabelText('New password again'), '{Backspace}{Backspace}ow{Enter}');
    await screen.findByText(/The password is changed/);
    expect(haven.callsTo('POST', '/auth/password')[0]?.body).toEqual({
      current: haven.password,
      next: 'four words in a row',
    });
  });

  test('says at the new password that it is weak', async () => {
    renderSignedIn(<AccountPage />, haven, '/account');
    haven.refusals.set('/auth/password', 'PASSWORD_WEAK');
    await userEvent.type(await screen.findByLabelText('Present password'), haven.password);
    await userEvent.type(screen.getByLabelText('New password'), 'x');
    await userEvent.type(screen.getByLabelText('New password again'), 'x{Enter}');
    expect((await screen.findByRole('alert')).textContent).toMatch(/at least 12 characters/);
    expect(screen.getByLabelText('New password').getAttribute('aria-invalid')).toBe('true');
  });

  test('offers a second factor only where there is one, and adds it by its first code', async () => {
    renderSignedIn(<AccountPage />, haven, '/account');
    await screen.findByLabelText('Present password');
    expect(screen.queryByRole('heading', { name: 'Second factor' })).toBeNull();
    cleanup();
    haven.status = aStatus({ secondFactor: 'off' });
    const keeper = renderSignedIn(<AccountPage />, haven, '/account');
    await userEvent.click(await screen.findByRole('button', { name: 'Add a second factor' }));
    await screen.findByText('JBSWY3DP');
    expect(screen.getByTitle('QR code')).not.toBeNull();
    await userEvent.type(screen.getByLabelText('Code'), '123456{Enter}');
    await screen.findByRole('button', { name: 'Remove the second factor' });
    expect(keeper.state.get().session?.accessToken).toBe('access-2');
  });
});

describe('emergency access', () => {
  test('asks for room and reason, leads to the room, and says until when', async () => {
    renderSignedIn(<Wall />, haven);
    await userEvent.click(await screen.findByRole('button', { name: 'emergency' }));
    const room = await screen.findByLabelText<HTMLSelectElement>('Room');
    expect([...room.options].map(({ value }) => value)).toEqual(['ward-b']);
    await userEvent.type(screen.getByLabelText('Reason'), 'short');
    await userEvent.click(screen.getByRole('button', { name: 'Enter the room' }));
    expect((await screen.findByRole('alert')).textContent).toMatch(/at least 10/);
    await userEvent.type(screen.getByLabelText('Reason'), ', no: the arrest team called');
    await userEvent.click(screen.getByRole('button', { name: 'Enter the room' }));
    await screen.findByText('{"roomId":"ward-b"}');
    expect((await screen.findByText(/until/)).textContent).toContain('to ward-b');
    expect(haven.callsTo('POST', '/break-glass')[0]?.body).toMatchObject({ roomId: 'ward-b', minutes: 30 });
  });

  test('is ended early by the user', async () => {
    haven.emergencies = [anEmergency({ id: uuid(31) })];
    renderSignedIn(<Wall />, haven);
    await userEvent.click(await screen.findByRole('button', { name: 'End it now' }));
    await waitFor(() => expect(screen.queryByText(/until/)).toBeNull());
    expect(haven.callsTo('DELETE', `/break-glass/${uuid(31)}`)).toHaveLength(1);
  });

  test('is not offered to those who may not', async () => {
    haven.status = aStatus({ actions: ['room:watch'] });
    renderSignedIn(<Wall />, haven);
    await screen.findByText('the wall');
    expect(screen.queryByRole('button', { name: 'emergency' })).toBeNull();
    expect(haven.callsTo('GET', '/break-glass')).toHaveLength(0);
  });
});
