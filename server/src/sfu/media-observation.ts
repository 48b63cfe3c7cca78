import type { Telemetry } from '../telemetry/telemetry.ts';
import { FirstPictures } from './first-pictures.ts';
import { MediaCensus } from './media-census.ts';
import type { MediaWorker } from './media-worker.ts';
import { linkMetrics, measureMedia } from './sfu-metrics.ts';
import { MediaStatistics, type PeerReading } from './statistics.ts';

/** Everything that looks on while media travel, and changes nothing. */
export class MediaObservation {
  readonly census = new MediaCensus();
  readonly statistics: MediaStatistics;

  constructor(telemetry: Telemetry, clock: () => number) {
    this.statistics = new MediaStatistics(this.census, linkMetrics(telemetry));
    measureMedia(telemetry, this.census, this.statistics);
    const firstPictures = new FirstPictures(telemetry, clock);
    this.census.on('newconsumer', (consumer) => firstPictures.follow(consumer));
  }

  follow(mediaWorker: MediaWorker): void {
    this.census.follow(mediaWorker);
  }

  /** Of the transport with this id, at its last reading. */
  readingOf(transportId: string): PeerReading | undefined {
    const peer = this.census.peer(transportId);
    return peer === undefined ? undefined : this.statistics.ofPeer(peer.transport);
  }

  /** Between devices and the SFU, the median, ms; null while none is known. */
  uplinkRoundTripMs(): number | null {
    const known = this.census.peers
      .flatMap(({ producers }) => [...producers])
      .flatMap((producer) => this.statistics.layersOf(producer))
      .flatMap(({ roundTripMs }) => (roundTripMs === null ? [] : [roundTripMs]))
      .sort((a, b) => a - b);
    return known[Math.floor(known.length / 2)] ?? null;
  }

  /** How many browsers receive each producer, by its id; one that is piped keeps its id, except on its way to a player. */
  consumersByProducer(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { consumers } of this.census.peers) {
      for (const { producerId } of consumers) counts.set(producerId, (counts.get(producerId) ?? 0) + 1);
    }
    return counts;
  }

  close(): void {
    this.statistics.close();
  }
}
