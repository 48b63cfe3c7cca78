import { HavenError } from '@haven/protocol';
import type { Accounts } from '../access/accounts.ts';
import type { EmergencyAccessDesk } from '../access/break-glass/emergency-access.ts';

const refuse = () => Promise.reject(new HavenError('NOT_FOUND'));

/** For tests in which nobody does anything with an account. */
export const noAccounts: Accounts = {
  status: () => {
    throw new HavenError('NOT_FOUND');
  },
  use: refuse,
  unlock: refuse,
  changePassword: refuse,
  userIdOf: () => Promise.resolve(undefined),
  beginSecondFactor: refuse,
  confirmSecondFactor: refuse,
  removeSecondFactor: refuse,
};

export const noEmergencyAccess: EmergencyAccessDesk = {
  start: refuse,
  running: () => Promise.resolve([]),
  end: refuse,
  watchExpiry: () => () => undefined,
};
