import type { ClientStatistics } from '@haven/protocol';
import type { Counter, Histogram, Telemetry } from '../telemetry/telemetry.ts';

const SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
const SHARES = [0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];

/** What browsers say of the pictures that they receive, as metrics over all of them. */
export class ClientMetrics {
  readonly #freezes: Counter;
  readonly #freezeSeconds: Counter;
  readonly #decoded: Counter;
  readonly #dropped: Counter;
  readonly #decode: Histogram;
  readonly #delay: Histogram;
  readonly #jitter: Histogram;
  readonly #roundTrip: Histogram;
  readonly #loss: Histogram;
  readonly #glassToGlass: Histogram;
  readonly #uplinkRoundTripMs: () => number | null;

  /** @param uplinkRoundTripMs between devices and the SFU now, the median */
  constructor(telemetry: Telemetry, uplinkRoundTripMs: () => number | null) {
    this.#uplinkRoundTripMs = uplinkRoundTripMs;
    const seconds = (name: string, description: string) =>
      telemetry.histogram(name, description, 's', SECONDS);
    this.#freezes = telemetry.counter('haven_client_freezes_total', 'Pictures that stood still on walls');
    this.#freezeSeconds = telemetry.counter(
      'haven_client_freeze_seconds_total',
      'For how long pictures stood still on walls',
    );
    this.#decoded = telemetry.counter('haven_client_frames_decoded_total', 'Frames that browsers decoded');
    this.#dropped = telemetry.counter(
      'haven_client_frames_dropped_total',
      'Frames that browsers did not show',
    );
    this.#decode = seconds('haven_client_decode_seconds', 'Time to decode a frame in a browser, means');
    this.#delay = seconds(
      'haven_client_receive_delay_seconds',
      "From a frame's first packet until a browser has decoded it, means",
    );
    this.#jitter = seconds('haven_client_jitter_seconds', 'Jitter of packets at browsers, the worst tile');
    this.#roundTrip = seconds('haven_client_round_trip_seconds', 'Between browsers and the SFU');
    this.#loss = telemetry.histogram(
      'haven_client_loss_fraction',
      'Packets lost between the SFU and browsers',
      '1',
      SHARES,
    );
    this.#glassToGlass = seconds(
      'haven_glass_to_glass_seconds',
      'From camera to wall, estimated: half of both round trips and the delay in the browser, without the encoder and the screen',
    );
  }

  record(report: ClientStatistics): void {
    this.#freezes.add(report.freezes);
    this.#freezeSeconds.add(report.freezeMs / 1000);
    this.#decoded.add(report.framesDecoded);
    this.#dropped.add(report.framesDropped);
    recordMs(this.#decode, report.decodeMs);
    recordMs(this.#delay, report.delayMs);
    recordMs(this.#jitter, report.jitterMs);
    recordMs(this.#roundTrip, report.roundTripMs);
    const packets = report.packetsReceived + report.packetsLost;
    if (packets > 0) this.#loss.record(report.packetsLost / packets);
    const { delayMs, roundTripMs } = report;
    const uplinkMs = this.#uplinkRoundTripMs();
    if (delayMs !== null && roundTripMs !== null && uplinkMs !== null) {
      this.#glassToGlass.record((delayMs + (roundTripMs + uplinkMs) / 2) / 1000);
    }
  }
}

function recordMs(histogram: Histogram, ms: number | null): void {
  if (ms !== null) histogram.record(ms / 1000);
}
