import type { types } from 'mediasoup';
import type { LinkQuality } from '@haven/protocol';
import { LinkBudget, type Budget, type LinkEstimate } from './link-budget.ts';
import { LinkQualityMeter } from './link-quality.ts';
import type { Watch } from './watch.ts';

/** While packets are sent, a viewer answers several times a second; without a word for so long, ms, none arrive. */
const SILENT_AFTER_MS = 3_000;

/**
 * From this loss on, 0–1, what arrives tells sooner what a link carries than the estimate does, which takes six seconds
 * to fall from 2 Mbit/s to 300 kbit/s.
 */
const CHOKING_LOSS = 0.2;

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
    this.#allowed = this.#budget.settle(claims, estimateOf(stats), now);
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

function estimateOf({
  availableOutgoingBitrate = 0,
  rtpPacketLossSent: loss = 0,
  sendBitrate,
}: types.WebRtcTransportStat): LinkEstimate | undefined {
  // There is no estimate yet.
  if (availableOutgoingBitrate === 0) return undefined;
  const choked = loss >= CHOKING_LOSS;
  const arriving = choked ? sendBitrate * (1 - loss) : Infinity;
  return { available: Math.min(availableOutgoingBitrate, arriving), choked };
}
