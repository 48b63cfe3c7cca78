import '../testing/dialog-element.ts';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { DEFAULT_ALERT_LIMITS } from '@haven/protocol';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { limitsOfPatient, type LimitsView } from '../core/patient-records.ts';
import { PatientServer } from '../testing/patient-server.ts';
import { testIds } from '../test-ids.ts';
import { LimitsEditor } from './limits-editor.tsx';

let server: PatientServer;
const onDone = jest.fn<(view: LimitsView) => void>();

beforeEach(() => {
  server = new PatientServer();
  onDone.mockClear();
});
afterEach(cleanup);

async function openEditor() {
  const store = limitsOfPatient(server.request, 'P-101');
  render(
    <LimitsEditor
      title="Alert limits of Bed 1, Anna Berg"
      origin="patient"
      store={store}
      from={await store.read()}
      onDone={onDone}
      onClose={() => undefined}
    />,
  );
  server.asked.length = 0;
  return userEvent.setup();
}
async function type(label: string, text: string) {
  const field = screen.getByLabelText(label);
  await userEvent.clear(field);
  await userEvent.type(field, text);
}
const save = () => userEvent.click(screen.getByTestId(testIds.limitsSave));

describe('the limits editor', () => {
  test('sends the limits with the reason, by the keyboard', async () => {
    const user = await openEditor();
    await type('Pulse, highest', '120');
    await user.click(screen.getByLabelText('Restless'));
    await user.type(screen.getByLabelText('Reason for the change'), 'Ordered by Dr Who{Enter}');
    expect(onDone).toHaveBeenCalledTimes(1);
    expect(server.inForce).toMatchObject({
      limits: { ...DEFAULT_ALERT_LIMITS, pulseHigh: 120, off: [] },
      version: 1,
      changed: { reason: 'Ordered by Dr Who' },
    });
  });

  test('sends nothing that is wrong, and says what is', async () => {
    await openEditor();
    await type('Pulse, lowest', '140');
    await type('Breathing, highest', '60');
    await save();
    expect(screen.getAllByRole('alert').map(({ textContent }) => textContent)).toEqual([
      'Must be at least 20 above the lowest, or alerts would come and go.',
      'The camera measures from 6 to 40 a minute.',
      'Say why, in a few words.',
    ]);
    expect(screen.getByLabelText('Breathing, highest').getAttribute('aria-invalid')).toBe('true');
    expect(server.asked).toEqual([]);
  });

  test('what somebody else set meanwhile is shown, and what was typed is kept', async () => {
    server.set({ pulseHigh: 125 }, 'Dr Ada', 'Rest');
    const user = await openEditor();
    server.set({ pulseHigh: 110, pulseLow: 45 }, 'Dr Who', 'Fever');
    await type('Pulse, highest', '140');
    await user.type(screen.getByLabelText('Reason for the change'), 'Mobilised');
    await save();
    expect((await screen.findByTestId(testIds.limitsMeanwhile)).textContent).toMatch(
      /Dr Who, .*: “Fever”\. In force now: Pulse 45–110/,
    );
    expect(screen.getByLabelText('Pulse, highest')).toHaveProperty('value', '140');
    expect(screen.getByText('In force now: 110')).not.toBeNull();
    expect(screen.getByText('In force now: 45')).not.toBeNull();
    expect(onDone).not.toHaveBeenCalled();
    await save();
    expect(onDone).toHaveBeenCalledTimes(1);
    expect(server.inForce.limits).toMatchObject({ pulseLow: 50, pulseHigh: 140 });
  });

  test('goes back to the room’s limits, with a reason as well', async () => {
    server.set({ pulseHigh: 125 }, 'Dr Ada', 'Rest');
    const user = await openEditor();
    await user.click(screen.getByText('Back to the room’s'));
    expect(server.asked).toEqual([]);
    await user.type(screen.getByLabelText('Reason for the change'), 'Over');
    await user.click(screen.getByText('Back to the room’s'));
    expect(server.asked).toEqual(['DELETE /patients/P-101/limits']);
    expect(server.inForce.origin).toBe('haven');
  });

  test('a patient without limits of their own has nothing to go back from', async () => {
    await openEditor();
    expect(screen.queryByText('Back to the room’s')).toBeNull();
  });
});
