import type { Histogram, Telemetry } from '../telemetry/telemetry.ts';
import type { MediaCensus } from './media-census.ts';
import type { MediaStatistics, RtpReading } from './statistics.ts';

const SCORES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const SHARES = [0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];
const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
const BITS_PER_SECOND = [50_000, 100_000, 200_000, 400_000, 800_000, 1_600_000, 3_200_000, 6_400_000];

/** How video fares on one side of the SFU, over all streams. */
class LinkMetrics {
  readonly #bitrate: Histogram;
  readonly #loss: Histogram;
  readonly #jitter: Histogram;
  readonly #roundTrip: Histogram;
  readonly #score: Histogram;

  /** @param side `stream`: from devices; `viewer`: to browsers */
  constructor(telemetry: Telemetry, side: 'stream' | 'viewer', what: string) {
    const histogram = (name: string, description: string, unit: string, boundaries: number[]) =>
      telemetry.histogram(`haven_sfu_${side}_${name}`, `${description}, ${what}`, unit, boundaries);
    this.#bitrate = histogram('bits_per_second', 'Bitrate', '1', BITS_PER_SECOND);
    this.#loss = histogram('loss_fraction', 'Share of packets lost', '1', SHARES);
    this.#jitter = histogram('jitter_seconds', "Jitter of packets' arrival", 's', SECONDS);
    this.#roundTrip = histogram('round_trip_seconds', 'Round trip', 's', SECONDS);
    this.#score = histogram('score', "mediasoup's score, 10 the best", '1', SCORES);
  }

  record({ bitrate, lossFraction, jitterMs, roundTripMs, score }: RtpReading): void {
    this.#bitrate.record(bitrate);
    this.#loss.record(lossFraction);
    this.#jitter.record(jitterMs / 1000);
    if (roundTripMs !== null) this.#roundTrip.record(roundTripMs / 1000);
    this.#score.record(score);
  }
}

/** @returns what the readings of the statistics are handed to */
export function linkMetrics(telemetry: Telemetry): {
  layer: (reading: RtpReading) => void;
  sent: (reading: RtpReading) => void;
} {
  const streams = new LinkMetrics(telemetry, 'stream', 'of each layer that devices send');
  const viewers = new LinkMetrics(telemetry, 'viewer', 'of each stream that viewers receive');
  return { layer: (reading) => streams.record(reading), sent: (reading) => viewers.record(reading) };
}

/** What exists, what fails, and what goes out. */
export function measureMedia(telemetry: Telemetry, census: MediaCensus, statistics: MediaStatistics): void {
  telemetry.gauge('haven_sfu_transports', 'WebRTC transports of devices, browsers and players', () => {
    return census.totals.transports;
  });
  telemetry.gauge('haven_sfu_producers', 'Streams and voices that come in', () => census.totals.producers);
  telemetry.gauge('haven_sfu_pipes', 'Streams that are piped between media workers', () => {
    return census.totals.pipes;
  });
  telemetry.gauge(
    'haven_sfu_outgoing_bits_per_second',
    'Sent to all browsers, players and devices, bit/s',
    () =>
      census.peers.reduce((sum, { transport }) => sum + (statistics.ofPeer(transport)?.sentBitrate ?? 0), 0),
  );
  const iceFailures = telemetry.counter(
    'haven_sfu_ice_failures_total',
    'Connected peers that no longer answered',
  );
  const dtlsFailures = telemetry.counter('haven_sfu_dtls_failures_total', 'DTLS handshakes that failed');
  // A rise from nothing at all would not be seen as one.
  iceFailures.add(0);
  dtlsFailures.add(0);
  census.on('icefailed', () => iceFailures.add());
  census.on('dtlsfailed', () => dtlsFailures.add());
}
