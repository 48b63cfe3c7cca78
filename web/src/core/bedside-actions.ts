import type { PrivacyReason } from '@haven/protocol';
import type { MonitorConnection } from './wall.ts';

/**
 * What clinicians do about a patient's picture. Everything rejects with the server's HavenError, or with an
 * UnreachableError; what came of it arrives with the stream's state.
 */
export class BedsideActions {
  readonly #connection: MonitorConnection;

  constructor(connection: MonitorConnection) {
    this.#connection = connection;
  }

  /** @param confirmed also with a high alert, and shorter than the bedside asked for */
  async pausePicture(
    patientId: string,
    reason: PrivacyReason,
    minutes: number,
    confirmed: boolean,
  ): Promise<void> {
    const requestId = crypto.randomUUID();
    await this.#connection.request('privacy:pause', { requestId, patientId, reason, minutes, confirmed });
  }

  /** @param confirmed also where the bedside asked for the pause */
  async resumePicture(patientId: string, confirmed: boolean): Promise<void> {
    const requestId = crypto.randomUUID();
    await this.#connection.request('privacy:resume', { requestId, patientId, confirmed });
  }
}
