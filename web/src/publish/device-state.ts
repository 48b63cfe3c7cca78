import type { DeviceState } from '@haven/protocol';

type Outbound = { frameWidth: number; frameHeight: number; framesPerSecond: number; bytesSent: number };
type Remote = { roundTripTime: number | null; fractionLost: number | null };

/** Bytes sent so far, and when, ms: what the next report's bitrate is counted from. */
export type SentBefore = { bytes: number; at: number };

/** A device's report from the statistics of its RTP sender (W3C webrtc-stats). */
export function readDeviceState(
  streamId: string,
  report: RTCStatsReport,
  before: SentBefore | null,
  now: number,
): { state: DeviceState; sent: SentBefore } {
  const outbound: Outbound[] = [];
  const remotes: Remote[] = [];
  report.forEach((entry: Record<string, unknown>) => {
    if (entry.type === 'outbound-rtp') outbound.push(readOutbound(entry));
    if (entry.type === 'remote-inbound-rtp') remotes.push(readRemote(entry));
  });
  const layers = outbound
    .filter(({ frameWidth, frameHeight }) => frameWidth > 0 && frameHeight > 0)
    .toSorted((a, b) => a.frameWidth - b.frameWidth);
  const bytes = outbound.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
  const seconds = before === null ? 0 : (now - before.at) / 1000;
  const bitrate = before === null || seconds <= 0 ? 0 : ((bytes - before.bytes) * 8) / seconds;
  const roundTrip = largest(remotes.map(({ roundTripTime }) => roundTripTime));
  return {
    state: {
      streamId,
      framesPerSecond: Math.min(240, Math.max(0, ...layers.map(({ framesPerSecond }) => framesPerSecond))),
      bitrate: Math.min(100_000_000, Math.max(0, bitrate)),
      layers: layers
        .slice(0, 4)
        .map(({ frameWidth, frameHeight }) => ({ width: frameWidth, height: frameHeight })),
      roundTripMs: roundTrip === null ? null : Math.min(60_000, roundTrip * 1000),
      lossFraction: largest(remotes.map(({ fractionLost }) => fractionLost)),
    },
    sent: { bytes, at: now },
  };
}

function readOutbound(entry: Record<string, unknown>): Outbound {
  return {
    frameWidth: number(entry.frameWidth) ?? 0,
    frameHeight: number(entry.frameHeight) ?? 0,
    framesPerSecond: number(entry.framesPerSecond) ?? 0,
    bytesSent: number(entry.bytesSent) ?? 0,
  };
}

function readRemote(entry: Record<string, unknown>): Remote {
  return { roundTripTime: number(entry.roundTripTime), fractionLost: number(entry.fractionLost) };
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
