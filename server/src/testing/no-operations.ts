import type { OperationsDesk } from '../http/operations-api.ts';
import { IDLE_MACHINE } from './idle-machine.ts';

/** A node on which nothing happens. */
export const NO_OPERATIONS: OperationsDesk = {
  state: {
    load: { step: 'none', overloaded: false, drainingUntil: null },
    overloadedBy: null,
    limits: [],
    machine: IDLE_MACHINE,
  },
  drain: () => undefined,
  undrain: () => undefined,
  resetOverload: () => undefined,
};
