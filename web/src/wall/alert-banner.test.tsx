import { afterEach, describe, expect, test } from '@jest/globals';
import { HavenError } from '@haven/protocol';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { anAlert, aPatient, T0, uuid } from '../testing/fixtures.ts';
import { testIds } from '../test-ids.ts';
import { AlertBanner } from './alert-banner.tsx';

afterEach(cleanup);

const patientOf = () => aPatient({ bed: '3' });

describe('the alert banner', () => {
  test('says what, the limit, and who', () => {
    render(
      <AlertBanner alerts={[anAlert()]} patientOf={patientOf} onAcknowledge={() => Promise.resolve()} />,
    );
    expect(screen.getByTestId(testIds.alertRow).textContent).toContain(
      'HIGH Pulse high 141 (limit 120) — Bed 3, Anna Berg',
    );
  });

  test('puts the most urgent first', () => {
    const alerts = [anAlert({ id: uuid(1), priority: 'technical', rule: 'signal-lost' }), anAlert()];
    render(<AlertBanner alerts={alerts} patientOf={patientOf} onAcknowledge={() => Promise.resolve()} />);
    const rows = screen.getAllByTestId(testIds.alertRow);
    expect(rows.map((row) => row.dataset.priority)).toEqual(['high', 'technical']);
  });

  test('is acknowledged by the keyboard', async () => {
    const acknowledged: string[] = [];
    const onAcknowledge = (id: string) => Promise.resolve(void acknowledged.push(id));
    render(<AlertBanner alerts={[anAlert()]} patientOf={patientOf} onAcknowledge={onAcknowledge} />);
    const user = userEvent.setup();
    await user.tab();
    await user.keyboard('{Enter}');
    expect(acknowledged).toEqual([uuid(900)]);
  });

  test('says in a sentence why an acknowledgement failed', async () => {
    const onAcknowledge = () => Promise.reject(new HavenError('FORBIDDEN'));
    render(<AlertBanner alerts={[anAlert()]} patientOf={patientOf} onAcknowledge={onAcknowledge} />);
    await userEvent.click(screen.getByTestId(testIds.acknowledge));
    expect((await screen.findByRole('alert')).textContent).toBe(
      'Not acknowledged. Your role does not allow this. Ask an administrator.',
    );
  });

  test('says who acknowledged', () => {
    const acknowledgement = { userId: uuid(7), userName: 'Nurse Joy', at: T0, reason: null };
    render(
      <AlertBanner
        alerts={[anAlert({ acknowledgement })]}
        patientOf={patientOf}
        onAcknowledge={() => Promise.resolve()}
      />,
    );
    expect(screen.getByTestId(testIds.acknowledgedBy).textContent).toContain('Nurse Joy');
    expect(screen.queryByTestId(testIds.acknowledge)).toBeNull();
  });

  test('marks what is simulated', () => {
    render(
      <AlertBanner
        alerts={[anAlert({ source: 'synthetic' })]}
        patientOf={patientOf}
        onAcknowledge={() => Promise.resolve()}
      />,
    );
    expect(screen.getByText('SIMULATED')).not.toBeNull();
  });
});
