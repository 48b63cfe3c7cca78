import type { Alert, SoundPause } from '@haven/protocol';
import type { MonitorConnection } from './wall.ts';

/** What became of an action, to be shown at once: the event about it may come later, or have come already. */
export type ActionResults = {
  alert: (alert: Alert) => void;
  soundPause: (pause: SoundPause | null) => void;
};

/** What clinicians do about alarms. Everything rejects with the server's HavenError, or with an UnreachableError. */
export class AlarmActions {
  readonly #connection: MonitorConnection;
  readonly #results: ActionResults;

  constructor(connection: MonitorConnection, results: ActionResults) {
    this.#connection = connection;
    this.#results = results;
  }

  async acknowledge(alertId: string, reason?: string): Promise<void> {
    const requestId = crypto.randomUUID();
    this.#results.alert(
      await this.#connection.request('alert:acknowledge', { requestId, alertId, ...given(reason) }),
    );
  }

  /** Turns the sound of one alert off, at every station. */
  async silence(alertId: string, seconds: number): Promise<void> {
    const requestId = crypto.randomUUID();
    this.#results.alert(await this.#connection.request('alert:silence', { requestId, alertId, seconds }));
  }

  /** Turns the sound of the room off, at every station. */
  async pause(seconds: number): Promise<void> {
    const requestId = crypto.randomUUID();
    this.#results.soundPause(await this.#connection.request('alarm:pause', { requestId, seconds }));
  }

  /** Turns the sound of the room on again before its pause is over. */
  async resume(): Promise<void> {
    await this.#connection.request('alarm:resume', { requestId: crypto.randomUUID() });
    this.#results.soundPause(null);
  }
}

function given(reason: string | undefined): { reason?: string } {
  return reason === undefined || reason === '' ? {} : { reason };
}
