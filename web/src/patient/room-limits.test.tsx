import '../testing/dialog-element.ts';
import { afterEach, expect, test } from '@jest/globals';
import { HavenError } from '@haven/protocol';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { PatientServer } from '../testing/patient-server.ts';
import { testIds } from '../test-ids.ts';
import { RoomLimitsButton } from './room-limits.tsx';

afterEach(cleanup);

test('the limits of a room are changed from the header, also after a failure', async () => {
  const server = new PatientServer();
  server.refusal = new HavenError('STORAGE_UNAVAILABLE');
  render(<RoomLimitsButton request={server.request} room={{ id: 'ward-1', name: 'Ward 1' }} />);
  const user = userEvent.setup();
  await user.click(screen.getByTestId(testIds.roomLimits));
  await screen.findByText('The record store does not answer. Try again.');
  server.refusal = null;
  await user.click(screen.getByText('Try again'));
  await user.type(await screen.findByLabelText('Reason for the change'), 'A ward for children');
  await user.clear(screen.getByLabelText('Pulse, highest'));
  await user.type(screen.getByLabelText('Pulse, highest'), '150{Enter}');
  expect(server.asked.at(-1)).toBe('PUT /rooms/ward-1/limits');
  expect(server.inForce).toMatchObject({ limits: { pulseHigh: 150 }, version: 1 });
  expect(screen.queryByTestId(testIds.limitsEditor)).toBeNull();
});
