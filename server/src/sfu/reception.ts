/** Without RTP for this long, ms, the signal counts as lost. */
export const SIGNAL_LOST_AFTER_MS = 3_000;

/** Whether RTP arrives, judged by a packet counter that is read now and then. */
export class Reception {
  readonly #startedAt: number;
  #packets = 0;
  #lastPacketAt: number | null = null;

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  /** Of the same counter, as if nothing had arrived yet. */
  anew(startedAt: number): Reception {
    const reception = new Reception(startedAt);
    reception.#packets = this.#packets;
    return reception;
  }

  /** When packets were last seen, ms since the epoch; null before the first. */
  get lastPacketAt(): number | null {
    return this.#lastPacketAt;
  }

  /** @param packets total over all layers; it may begin anew */
  count(packets: number, now: number): void {
    if (packets === this.#packets) return;
    this.#packets = packets;
    this.#lastPacketAt = now;
  }

  /** Since when nothing arrives, ms since the epoch; null while packets come or the silence is short. */
  silentSince(now: number): number | null {
    const since = this.#lastPacketAt ?? this.#startedAt;
    return now - since >= SIGNAL_LOST_AFTER_MS ? since : null;
  }
}
