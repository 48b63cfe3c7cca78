import { afterEach, expect, jest, test } from '@jest/globals';
import { HavenError } from '@haven/protocol';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { testIds } from '../test-ids.ts';
import { SessionKeeper } from '../core/session-keeper.ts';
import { SignInPage } from './sign-in-page.tsx';

afterEach(cleanup);

const sound = { play: () => undefined };

test('a refusal is told in a sentence, and the form can be sent again', async () => {
  const refuse = jest.fn(() => Promise.reject(new HavenError('WRONG_PASSWORD')));
  const keeper = new SessionKeeper(refuse, sessionStorage, Date.now);
  render(<SignInPage keeper={keeper} endedBy={null} sound={sound} settings={null} />);
  await userEvent.type(screen.getByTestId(testIds.signInEmail), 'nurse@example.org');
  await userEvent.type(screen.getByTestId(testIds.signInPassword), 'secret{Enter}');
  expect((await screen.findByTestId(testIds.signInError)).textContent).toBe(
    'The e-mail address or the password is wrong.',
  );
  await userEvent.click(screen.getByTestId(testIds.signInSubmit));
  expect(refuse).toHaveBeenCalledTimes(2);
});

test('after a session that the server ended, it says so and that alarms are off', () => {
  const keeper = new SessionKeeper(() => Promise.reject(new Error('unused')), sessionStorage, Date.now);
  render(
    <SignInPage keeper={keeper} endedBy={new HavenError('TOKEN_REVOKED')} sound={sound} settings={null} />,
  );
  expect(screen.getByTestId(testIds.alarmsOff)).not.toBeNull();
  expect(screen.getByTestId(testIds.signInError).textContent).toContain('revoked');
});

test('the code of the second factor is asked for only when the server wants it', async () => {
  const answers = ['SECOND_FACTOR_REQUIRED', 'WRONG_CODE'] as const;
  const bodies: unknown[] = [];
  const keeper = new SessionKeeper(
    (_path, _schema, request) => {
      const code = answers[bodies.length] ?? 'INTERNAL';
      bodies.push(request?.body);
      return Promise.reject(new HavenError(code));
    },
    sessionStorage,
    Date.now,
  );
  render(<SignInPage keeper={keeper} endedBy={null} sound={sound} settings={null} />);
  await userEvent.type(screen.getByTestId(testIds.signInEmail), 'nurse@example.org');
  expect(screen.queryByTestId(testIds.signInCode)).toBeNull();
  await userEvent.type(screen.getByTestId(testIds.signInPassword), 'secret{Enter}');
  await userEvent.type(await screen.findByTestId(testIds.signInCode), '123456{Enter}');
  expect((await screen.findByTestId(testIds.signInError)).textContent).toMatch(/code is wrong or too old/);
  expect(bodies).toEqual([
    { email: 'nurse@example.org', password: 'secret' },
    { email: 'nurse@example.org', password: 'secret', code: '123456' },
  ]);
});
