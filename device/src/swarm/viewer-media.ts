import {
  RtcpPayloadSpecificFeedback,
  RtcpReceiverInfo,
  RtcpRrPacket,
  RtcpSrPacket,
  RtcpTransportLayerFeedback,
  GenericNack,
  PictureLossIndication,
  type RtcpPacket,
} from 'werift';
import type { RtpParameters } from '@haven/protocol';
import { MediaPath, type MediaPathEvents } from './media-path.ts';
import { readRtpHead, type RtpHead } from './rtp-head.ts';
import { TileReception, type TileFigures } from './tile-reception.ts';
import { TransportFeedback } from './transport-feedback.ts';

const TRANSPORT_SEQUENCE = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
/** Of all packets, one in so many is decrypted: a prime, so that no pattern of the stream stays unseen. */
const SAMPLE_EVERY = 53;
/** Between two requests for a new beginning, ms, as browsers hold it. */
const KEY_FRAME_INTERVAL_MS = 1000;
/** Of this end, in its reports: any number that no stream has. */
const OWN_SSRC = 1;
/** Seconds of an NTP time from its middle 32 bits. */
const COMPACT_NTP_FRACTION = 65_536;

type Tile = {
  reception: TileReception;
  rtxSsrc: number | undefined;
  senderReport: { lsr: number; at: number } | undefined;
  keyFrameAskedAt: number;
};

/** How many sampled packets were what the server encrypted. */
export type Samples = { genuine: number; forged: number };

/** A viewer's receive transport: counts what comes, and answers as a browser does. Times in ms of `performance.now()`. */
export class ViewerMedia {
  readonly #tiles = new Map<string, Tile>();
  readonly #bySsrc = new Map<number, Tile>();
  readonly #feedback = new TransportFeedback(OWN_SSRC);
  readonly #onFirstPacket: (consumerId: string) => void;
  #transportSequenceId: number | undefined;
  #path: MediaPath | undefined;
  #received = 0;
  #samples: Samples = { genuine: 0, forged: 0 };

  private constructor(onFirstPacket: (consumerId: string) => void) {
    this.#onFirstPacket = onFirstPacket;
  }

  /** @throws as {@link MediaPath.connect} does */
  static async open(
    remote: Parameters<typeof MediaPath.connect>[0],
    announce: Parameters<typeof MediaPath.connect>[1],
    events: { onFirstPacket: (consumerId: string) => void; onLost: MediaPathEvents['onLost'] },
  ): Promise<ViewerMedia> {
    const media = new ViewerMedia(events.onFirstPacket);
    media.#path = await MediaPath.connect(remote, announce, {
      onRtp: (packet) => media.#receive(packet, performance.now()),
      onRtcp: (packet) => media.#heed(packet, performance.now()),
      onLost: events.onLost,
    });
    return media;
  }

  add(consumerId: string, { encodings = [], headerExtensions = [] }: RtpParameters): void {
    const encoding = encodings.at(0);
    if (encoding?.ssrc === undefined) throw new Error('the server did not say which stream a consumer is');
    this.#transportSequenceId = headerExtensions.find(({ uri }) => uri === TRANSPORT_SEQUENCE)?.id;
    const tile: Tile = {
      reception: new TileReception(encoding.ssrc),
      rtxSsrc: encoding.rtx?.ssrc,
      senderReport: undefined,
      keyFrameAskedAt: -Infinity,
    };
    this.#tiles.set(consumerId, tile);
    this.#bySsrc.set(encoding.ssrc, tile);
    if (tile.rtxSsrc !== undefined) this.#bySsrc.set(tile.rtxSsrc, tile);
  }

  remove(consumerId: string): void {
    const tile = this.#tiles.get(consumerId);
    if (tile === undefined) return;
    this.#tiles.delete(consumerId);
    this.#bySsrc.delete(tile.reception.ssrc);
    if (tile.rtxSsrc !== undefined) this.#bySsrc.delete(tile.rtxSsrc);
  }

  expectLive(consumerId: string, live: boolean): void {
    this.#tiles.get(consumerId)?.reception.expectLive(live, performance.now());
  }

  /** Asks for what is missing, and for a new beginning where something is given up. */
  repair(now: number): void {
    const packets: RtcpPacket[] = [];
    for (const tile of this.#tiles.values()) {
      const { ask, gaveUp } = tile.reception.due(now);
      const mediaSourceSsrc = tile.reception.ssrc;
      if (ask.length > 0) {
        const feedback = new GenericNack({ senderSsrc: OWN_SSRC, mediaSourceSsrc, lost: ask });
        packets.push(new RtcpTransportLayerFeedback({ feedback }));
      }
      if (gaveUp && now - tile.keyFrameAskedAt >= KEY_FRAME_INTERVAL_MS) {
        tile.keyFrameAskedAt = now;
        const feedback = new PictureLossIndication({ senderSsrc: OWN_SSRC, mediaSsrc: mediaSourceSsrc });
        packets.push(new RtcpPayloadSpecificFeedback({ feedback }));
      }
    }
    this.#path?.sendRtcp(packets);
  }

  /** Tells when packets came, for the server's congestion control. */
  tellArrivals(): void {
    const first = this.#bySsrc.keys().next().value;
    const packet = first === undefined ? undefined : this.#feedback.take(first);
    if (packet !== undefined) this.#path?.sendRtcp([{ serialize: () => packet }]);
  }

  /** Receiver reports of all tiles. */
  report(now: number): void {
    const reports = [...this.#tiles.values()].flatMap(({ reception, senderReport }) => {
      const figures = reception.report();
      if (figures === undefined) return [];
      return new RtcpReceiverInfo({
        ssrc: reception.ssrc,
        ...figures,
        lsr: senderReport?.lsr ?? 0,
        dlsr: senderReport ? Math.round(((now - senderReport.at) / 1000) * COMPACT_NTP_FRACTION) : 0,
      });
    });
    if (reports.length > 0) this.#path?.sendRtcp([new RtcpRrPacket({ ssrc: OWN_SSRC, reports })]);
  }

  /** What came since the last call. */
  take(now: number): { tiles: TileFigures[]; samples: Samples } {
    const samples = this.#samples;
    this.#samples = { genuine: 0, forged: 0 };
    return { tiles: [...this.#tiles.values()].map(({ reception }) => reception.take(now)), samples };
  }

  close(): void {
    this.#path?.close();
  }

  #receive(packet: Buffer, now: number): void {
    const head = readRtpHead(packet, this.#transportSequenceId);
    if (head === undefined) return;
    if (head.transportSequence !== undefined) this.#feedback.add(head.transportSequence, now);
    const tile = this.#bySsrc.get(head.ssrc);
    if (tile === undefined) return;
    if (head.ssrc === tile.rtxSsrc) {
      this.#receiveAgain(packet, head, tile);
      return;
    }
    const first = !tile.reception.begun;
    const index = tile.reception.receive(head, packet.length, now);
    this.#received += 1;
    if (first || this.#received % SAMPLE_EVERY === 0) this.#sample(packet, head, index);
    if (first) this.#tellFirst(tile);
  }

  /** What the original was stands encrypted in front of its payload (RFC 4588, 4). */
  #receiveAgain(packet: Buffer, head: RtpHead, { reception }: Tile): void {
    const { ssrc, sequenceNumber, headerBytes } = head;
    // Retransmissions are too few for their numbers to turn in the time of a test.
    const payload = this.#path?.decrypt(packet, headerBytes, { ssrc, index: sequenceNumber });
    if (payload !== undefined && payload.length >= 2)
      reception.repair(payload.readUInt16BE(0), packet.length);
  }

  #sample(packet: Buffer, { ssrc, headerBytes }: RtpHead, index: number): void {
    const payload = this.#path?.decrypt(packet, headerBytes, { ssrc, index });
    this.#samples[payload === undefined ? 'forged' : 'genuine'] += 1;
  }

  #tellFirst(tile: Tile): void {
    for (const [consumerId, candidate] of this.#tiles) {
      if (candidate === tile) this.#onFirstPacket(consumerId);
    }
  }

  #heed(packet: RtcpPacket, now: number): void {
    if (!(packet instanceof RtcpSrPacket)) return;
    const tile = this.#bySsrc.get(packet.ssrc);
    if (tile === undefined) return;
    const lsr = Number((packet.senderInfo.ntpTimestamp >> 16n) & 0xffffffffn);
    tile.senderReport = { lsr, at: now };
  }
}
