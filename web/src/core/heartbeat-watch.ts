import { ALARMS_OFF_AFTER_MS } from '@haven/protocol';

/**
 * Whether alerts can reach this screen: true only while heartbeats of the joined room arrive. Counting begins with
 * the wall, so that one that never connects says so too.
 */
export class HeartbeatWatch {
  #lastBeatAt: number;

  /** @param now by a clock that never jumps, ms */
  constructor(now: number) {
    this.#lastBeatAt = now;
  }

  beat(now: number): void {
    this.#lastBeatAt = now;
  }

  silentForMs(now: number): number {
    return now - this.#lastBeatAt;
  }

  isLost(now: number): boolean {
    return this.silentForMs(now) > ALARMS_OFF_AFTER_MS;
  }
}
