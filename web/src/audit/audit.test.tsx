import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { aLine, aStatus } from '../testing/access-fixtures.ts';
import { uuid } from '../testing/fixtures.ts';
import { HavenApi } from '../testing/haven-api.ts';
import { renderSignedIn } from '../testing/render-signed-in.tsx';
import { AuditPage } from './audit-page.tsx';
import { NO_FILTER, queryOf } from './audit-words.ts';

let haven: HavenApi;
beforeEach(() => {
  haven = new HavenApi();
  haven.status = aStatus({ actions: ['audit:read'] });
  haven.lines = [
    aLine(),
    aLine({ id: uuid(41), result: 'refused', code: 'ROOM_NOT_ASSIGNED', action: 'room:watch', count: 3 }),
  ];
});
afterEach(cleanup);

test('the query has what was asked for, and nothing that was left empty', () => {
  expect(queryOf(NO_FILTER)).toEqual({ limit: '100' });
  expect(queryOf({ ...NO_FILTER, since: '2026-11-22T03:00Z', actor: ' user:* ', result: 'refused' })).toEqual(
    {
      ...{ limit: '100', since: String(Date.UTC(2026, 10, 22, 3)) },
      ...{ actor: 'user:*', result: 'refused' },
    },
  );
});

test('lines are searched, and opened with their place in the chain and their hash', async () => {
  renderSignedIn(<AuditPage />, haven);
  await screen.findByText('2 lines');
  await userEvent.selectOptions(screen.getByLabelText('Result'), 'refused');
  await screen.findByText('1 lines');
  expect(screen.getByText('room:watch (3 times)')).not.toBeNull();
  await userEvent.click(screen.getByRole('button', { name: /^Details of room:watch/ }));
  expect(screen.getByText('ab'.repeat(32))).not.toBeNull();
  expect(screen.getByText('line 1 of haven-1, 2026-11-22 (UTC)')).not.toBeNull();
  expect(screen.getByText('refused: ROOM_NOT_ASSIGNED')).not.toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Close' }));
  expect(screen.queryByText('ab'.repeat(32))).toBeNull();
});

test('verifying tells each chain, and the place of what was changed', async () => {
  haven.verification = {
    ok: false,
    checkedAt: 0,
    beforeChains: 7,
    chains: [
      { node: 'haven-1', day: '2026-11-21', lines: 12, closed: true, problems: [] },
      {
        ...{ node: 'haven-2', day: '2026-11-21', lines: 9, closed: true },
        problems: [{ kind: 'line-changed', sequence: 4, message: 'Its hash does not fit.' }],
      },
    ],
  };
  renderSignedIn(<AuditPage />, haven);
  await userEvent.click(await screen.findByText('Verify that nothing was changed'));
  await userEvent.click(screen.getByRole('button', { name: 'Verify' }));
  await screen.findByText(/The trail was changed/);
  expect(screen.getByText('line-changed at line 4')).not.toBeNull();
  expect(screen.getByText('fits')).not.toBeNull();
  expect(screen.getByText(/7 older lines/)).not.toBeNull();
  haven.verification = { ok: true, checkedAt: 0, chains: [], beforeChains: 0 };
  await userEvent.click(screen.getByRole('button', { name: 'Verify' }));
  await waitFor(() => expect(screen.queryByText(/The trail was changed/)).toBeNull());
});
