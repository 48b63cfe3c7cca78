import { HavenError, type Privacy, type PrivacyReason } from '@haven/protocol';
import type { Privacies } from './privacies.ts';

export type PauseWish = { patientId: string; reason: PrivacyReason; minutes: number; confirmed: boolean };
export type ResumeWish = { patientId: string; confirmed: boolean };

/** With the pause that ran before. */
export type Paused = { privacy: Privacy; before: Privacy | null };
export type Resumed = { ended: boolean; before: Privacy | null };

/** What clinicians do to the pauses of patients, at whichever node these are. */
export interface ClinicianPauses {
  /** @throws HavenError CONFIRMATION_REQUIRED: it is shorter than the one that the bedside asked for */
  pause(wish: PauseWish): Paused | Promise<Paused>;
  /** @throws HavenError CONFIRMATION_REQUIRED: the bedside asked for it */
  resume(wish: ResumeWish): Resumed | Promise<Resumed>;
}

/** Of the patients of this node. */
export class OwnPauses implements ClinicianPauses {
  readonly #privacies: Privacies;

  constructor(privacies: Privacies) {
    this.#privacies = privacies;
  }

  pause({ patientId, reason, minutes, confirmed }: PauseWish): Paused {
    const before = this.#privacies.of(patientId);
    return { privacy: this.#privacies.pause(patientId, 'clinician', reason, minutes, confirmed), before };
  }

  resume({ patientId, confirmed }: ResumeWish): Resumed {
    const before = this.#privacies.of(patientId);
    if (before?.by === 'bedside' && !confirmed) throw new HavenError('CONFIRMATION_REQUIRED');
    return { ended: this.#privacies.resume(patientId), before };
  }
}
