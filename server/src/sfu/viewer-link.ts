import type { types } from 'mediasoup';
import type { LinkQuality } from '@haven/protocol';
import { LinkBudget, type Budget } from './link-budget.ts';
import { LinkQualityMeter } from './link-quality.ts';
import type { Watch } from './watch.ts';

/** While packets are sent, a viewer answers several times a second; without a word for so long, ms, none arrive. */
const SILENT_AFTER_MS = 3_000;

/** The link between the SFU and a viewer: what it carries, and how well. */
export class ViewerLink {
  readonly #transport: types.WebRtcTransport;
  readonly #clock: () => number;
  readonly #budget = new LinkBudget();
  readonly #meter = new LinkQualityMeter();
  #allowed: Budget = { stills: new Set(), turnsPerRefresh: 1 };
  #bytesReceived = 0;
  #heardAt: number;

  constructor(transport: types.WebRtcTransport, clock: () => number) {
    this.#transport = transport;
    this.#clock = clock;
    this.#heardAt = clock();
  }

  get quality(): LinkQuality {
    return this.#meter.level;
  }

  allowanceOf({ id }: Watch): { affordable: boolean; turnsPerRefresh: number } {
    const { stills, turnsPerRefresh } = this.#allowed;
    return { affordable: !stills.has(id), turnsPerRefresh };
  }

  /** @returns whether the quality changed */
  async examine(watches: readonly Watch[]): Promise<boolean> {
    const [stats] = await this.#transport.getStats();
    // A viewer that never came has no link that could be bad.
    if (stats?.dtlsState !== 'connected') return false;
    const now = this.#clock();
    const claims = watches.flatMap(({ claim }) => claim ?? []);
    const { availableOutgoingBitrate = 0 } = stats;
    // 0: there is no estimate yet.
    const available = availableOutgoingBitrate === 0 ? undefined : availableOutgoingBitrate;
    this.#allowed = this.#budget.settle(claims, available, now);
    const sent = watches.filter(({ sending }) => sending === 'live');
    if (stats.bytesReceived !== this.#bytesReceived || sent.length === 0) this.#heardAt = now;
    this.#bytesReceived = stats.bytesReceived;
    return this.#meter.judge(
      {
        silent: stats.iceState === 'disconnected' || now - this.#heardAt >= SILENT_AFTER_MS,
        lossFraction: stats.rtpPacketLossSent ?? 0,
        stills: this.#allowed.stills.size,
        reduced: sent.some(({ reduced }) => reduced),
      },
      now,
    );
  }
}
