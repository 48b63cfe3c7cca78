/** The clocks of RTP, from the time of `performance.now()` in ms. */

/** Ticks a second of every video stream's RTP timestamps (RFC 3551). */
export const VIDEO_CLOCK_RATE = 90_000;

/** Seconds from the NTP era (1900) to the Unix epoch. */
const NTP_EPOCH_OFFSET = 2_208_988_800;

/** 64-bit NTP timestamp (RFC 3550, 4). */
export function ntpTime(timeMs: number): bigint {
  const seconds = (performance.timeOrigin + timeMs) / 1000 + NTP_EPOCH_OFFSET;
  const whole = Math.floor(seconds);
  return (BigInt(whole) << 32n) | BigInt(Math.floor((seconds - whole) * 2 ** 32));
}

/** Three bytes of the header extension abs-send-time: 24 bits, 18 of them behind the point, in seconds. */
export function absoluteSendTime(timeMs: number): Buffer {
  const bytes = Buffer.allocUnsafe(3);
  bytes.writeUIntBE(Math.floor((timeMs / 1000) * 2 ** 18) % 2 ** 24, 0, 3);
  return bytes;
}

/**
 * Round trip in ms from a receiver report (RFC 3550, 6.4.1); undefined before the receiver saw a sender report.
 * @param lastReport and `delay`: fields LSR and DLSR, in 1/65536 s
 */
export function roundTripMs(lastReport: number, delay: number, now: number): number | undefined {
  if (lastReport === 0) return undefined;
  const arrival = Number((ntpTime(now) >> 16n) & 0xffffffffn);
  const difference = (arrival - lastReport - delay) | 0;
  return Math.max(0, (difference / 65_536) * 1000);
}
