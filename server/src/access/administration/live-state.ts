import type { Source } from '@haven/protocol';
import { AdministrationError } from './context.ts';

/** What runs just now on this server, which the store does not know. */
export interface LiveState {
  /** The source of the patient's running stream; null when none runs. */
  streaming(patientId: string): Source | null;
  /** Ids of the devices that are connected. */
  connectedDevices(): ReadonlySet<string>;
}

/** @throws AdministrationError PATIENT_HAS_STREAM */
export function requireNoStream(live: LiveState, patientId: string): void {
  if (live.streaming(patientId) === null) return;
  throw new AdministrationError('PATIENT_HAS_STREAM');
}
