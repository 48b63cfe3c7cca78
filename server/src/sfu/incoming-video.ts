import type { types } from 'mediasoup';
import type { LinkQuality } from '@haven/protocol';
import { LinkQualityMeter } from './link-quality.ts';

/** RTCP's fraction lost is in 1/256 (RFC 3550, 6.4.1). */
const FRACTION_UNITS = 256;

type LayerStats = Pick<
  types.ProducerStat,
  'ssrc' | 'rid' | 'bitrate' | 'bitrateByLayer' | 'packetCount' | 'fractionLost' | 'roundTripTime' | 'score'
>;
type Encoding = { ssrc?: number; rid?: string };

/** How a stream's video arrives, read from its producer's statistics: bit rates of its layers, and the link's quality. */
export class IncomingVideo {
  readonly #meter = new LinkQualityMeter();
  #bitrate = 0;
  #lowestBitrate = 0;
  #arrivingLayer = 0;
  #packets = 0;

  /** All layers together, bit/s. */
  get bitrate(): number {
    return this.#bitrate;
  }

  /** Of the lowest spatial layer in its fewest frames a second, bit/s: the least that a viewer can be sent. */
  get lowestBitrate(): number {
    return this.#lowestBitrate;
  }

  /** The highest spatial layer that the device sends now. */
  get arrivingLayer(): number {
    return this.#arrivingLayer;
  }

  /** Since the start, all layers together. */
  get packets(): number {
    return this.#packets;
  }

  get quality(): LinkQuality {
    return this.#meter.level;
  }

  /** @param encodings those that were negotiated, lowest first */
  read(stats: readonly LayerStats[], encodings: readonly Encoding[]): void {
    this.#packets = sumOf(stats, ({ packetCount }) => packetCount);
    this.#bitrate = sumOf(stats, ({ bitrate }) => bitrate);
    const layers = encodings.map((encoding) => stats.find((layer) => isOf(encoding, layer)));
    const lowest = layers[0];
    this.#lowestBitrate = lowest?.bitrateByLayer['0.0'] ?? lowest?.bitrate ?? this.#bitrate;
    this.#arrivingLayer = Math.max(
      0,
      layers.findLastIndex((layer) => (layer?.bitrate ?? 0) > 0),
    );
  }

  /**
   * A layer that the device stopped tells nothing of its link.
   * @returns whether the quality changed
   */
  judge(stats: readonly LayerStats[], silent: boolean, now: number): boolean {
    const arriving = stats.filter(({ bitrate }) => bitrate > 0);
    return this.#meter.judge(
      {
        silent,
        lossFraction: Math.max(0, ...arriving.map(({ fractionLost }) => fractionLost / FRACTION_UNITS)),
        roundTripMs: Math.max(0, ...arriving.map(({ roundTripTime = 0 }) => roundTripTime)),
        score: Math.min(10, ...arriving.map(({ score }) => score)),
      },
      now,
    );
  }
}

function isOf({ ssrc, rid }: Encoding, layer: LayerStats): boolean {
  return ssrc === undefined ? rid !== undefined && rid === layer.rid : ssrc === layer.ssrc;
}

function sumOf(stats: readonly LayerStats[], read: (layer: LayerStats) => number): number {
  return stats.reduce((sum, layer) => sum + read(layer), 0);
}
