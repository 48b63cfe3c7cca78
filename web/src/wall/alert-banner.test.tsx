import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { HavenError } from '@haven/protocol';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { anAlert, aPatient, aPause, T0, uuid } from '../testing/fixtures.ts';
import { testIds } from '../test-ids.ts';
import { AlertBanner } from './alert-banner.tsx';
import type { AlertRowProps } from './alert-row.tsx';

afterEach(cleanup);

function renderBanner(alerts = [anAlert()], change: Partial<AlertRowProps> = {}) {
  const actions = {
    acknowledge: jest.fn<(alertId: string, reason?: string) => Promise<void>>(() => Promise.resolve()),
    silence: jest.fn<(alertId: string, seconds: number) => Promise<void>>(() => Promise.resolve()),
  };
  render(
    <AlertBanner
      alerts={alerts}
      patientOf={() => aPatient({ bed: '3' })}
      serverNow={T0}
      actions={actions}
      locked={false}
      {...change}
    />,
  );
  return actions;
}
const text = (testId: string) => screen.getByTestId(testId).textContent;

describe('the alert banner', () => {
  test('says what, the limit, and who', () => {
    renderBanner();
    expect(text(testIds.alertRow)).toContain('HIGH Pulse high 141 (limit 120) — Bed 3, Anna Berg');
  });

  test('puts the most urgent first', () => {
    renderBanner([anAlert({ id: uuid(1), priority: 'technical', rule: 'signal-lost' }), anAlert()]);
    const rows = screen.getAllByTestId(testIds.alertRow);
    expect(rows.map((row) => row.dataset.priority)).toEqual(['high', 'technical']);
  });

  test('is acknowledged by the keyboard, at once and without a reason', async () => {
    const { acknowledge } = renderBanner();
    const user = userEvent.setup();
    await user.tab();
    await user.keyboard('{Enter}');
    expect(acknowledge).toHaveBeenCalledWith(uuid(900), undefined);
  });

  test('is acknowledged with a common reason by one more click', async () => {
    const { acknowledge } = renderBanner();
    await userEvent.click(screen.getByTestId(testIds.alertMore));
    await userEvent.click(screen.getByText('Patient checked'));
    expect(acknowledge).toHaveBeenCalledWith(uuid(900), 'Patient checked');
  });

  test('is acknowledged with a reason of one’s own, by the keyboard', async () => {
    const { acknowledge } = renderBanner();
    const user = userEvent.setup();
    screen.getByTestId(testIds.alertMore).focus();
    await user.keyboard('{Enter}');
    screen.getByTestId(testIds.reason).focus();
    await user.keyboard(' On the way to X-ray {Enter}');
    expect(acknowledge).toHaveBeenCalledWith(uuid(900), 'On the way to X-ray');
    await user.keyboard('{Escape}');
    expect(screen.queryByTestId(testIds.reason)).toBeNull();
    expect(document.activeElement).toBe(screen.getByTestId(testIds.alertMore));
  });

  test('is silenced for two minutes, and says by whom and how long', async () => {
    const { silence } = renderBanner();
    await userEvent.click(screen.getByTestId(testIds.silence));
    expect(silence).toHaveBeenCalledWith(uuid(900), 120);
    await userEvent.click(screen.getByTestId(testIds.alertMore));
    await userEvent.click(screen.getByTestId(testIds.silenceShortly));
    expect(silence).toHaveBeenLastCalledWith(uuid(900), 60);
    cleanup();
    renderBanner([anAlert({ silence: aPause() })], { serverNow: T0 + 55_000 });
    expect(text(testIds.silencedBy)).toContain('Silenced by Nurse Joy, sounds again in 1:05');
    expect(screen.getByTestId(testIds.acknowledge)).not.toBeNull();
    cleanup();
    renderBanner([anAlert({ silence: aPause() })], { serverNow: T0 + 120_000 });
    expect(screen.queryByTestId(testIds.silencedBy)).toBeNull();
  });

  test('says in a sentence why an acknowledgement failed', async () => {
    const { acknowledge } = renderBanner();
    acknowledge.mockImplementation(() => Promise.reject(new HavenError('FORBIDDEN')));
    await userEvent.click(screen.getByTestId(testIds.acknowledge));
    expect((await screen.findByRole('alert')).textContent).toBe(
      'Not acknowledged. Your role does not allow this. Ask an administrator.',
    );
  });

  test('says who acknowledged when and why, and offers nothing more', () => {
    const acknowledgement = { userId: uuid(7), userName: 'Nurse Joy', at: T0, reason: 'Patient checked' };
    renderBanner([anAlert({ acknowledgement, silence: aPause() })]);
    expect(text(testIds.acknowledgedBy)).toMatch(/Nurse Joy, \d\d:\d\d: Patient checked/);
    expect(screen.queryByTestId(testIds.silencedBy)).toBeNull();
    expect(screen.queryByRole('button')).toBeNull();
  });

  test('offers nothing to somebody who may only look', () => {
    renderBanner([anAlert()], { actions: null });
    expect(screen.queryByRole('button')).toBeNull();
  });

  test('on a locked screen names the bed and the rule, and nothing that was measured', () => {
    renderBanner([anAlert({ condition: 'cleared' })], { actions: null, locked: true });
    expect(text(testIds.alertRow)).toContain('HIGH Pulse high – over now — Bed 3');
    expect(text(testIds.alertRow)).not.toMatch(/Anna|141|120/);
  });

  test('marks what is simulated', () => {
    renderBanner([anAlert({ source: 'synthetic' })]);
    expect(screen.getByText('SIMULATED')).not.toBeNull();
  });
});
