/**
 * The pulse signal behind the accepted rates, without a gap, on a uniform grid: what breathing's modulations and the
 * beats' intervals are taken from.
 */
export type PulseTrace = {
  /** Time of the first sample, ms on the stream's clock. */
  startAt: number;
  rateHz: number;
  /** All methods in agreement together, band-passed (0.5–4 Hz); rises with blood volume. */
  pulse: Float64Array;
  /** The skin's brightness against its mean, not filtered, less what the background shows; rises with blood volume. */
  level: Float64Array;
  /** Pulse rate that was believed at the trace's end, 1/min. */
  perMin: number;
  /** Quality of that rate, 0–1. */
  quality: number;
};
