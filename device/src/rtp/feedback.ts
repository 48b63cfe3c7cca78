import {
  GenericNack,
  PictureLossIndication,
  ReceiverEstimatedMaxBitrate,
  RtcpPayloadSpecificFeedback,
  RtcpRrPacket,
  RtcpTransportLayerFeedback,
  type RtcpPacket,
} from 'werift';
import { roundTripMs } from './clocks.ts';

/** What a receiver says about the streams that it gets. */
export type Feedback =
  | { kind: 'lost-packets'; ssrc: number; sequenceNumbers: number[] }
  | { kind: 'key-frame'; ssrc: number }
  /** Bit/s that the path carries. */
  | { kind: 'estimate'; bitrate: number }
  /** `lossFraction` 0–1 since the last report. */
  | { kind: 'report'; ssrc: number; lossFraction: number; roundTripMs: number | undefined };

/** @param now ms of `performance.now()`, when the packet came */
export function readFeedback(packet: RtcpPacket, now: number): Feedback[] {
  if (packet instanceof RtcpRrPacket) {
    return packet.reports.map((report) => ({
      kind: 'report',
      ssrc: report.ssrc,
      lossFraction: report.fractionLost / 256,
      roundTripMs: roundTripMs(report.lsr, report.dlsr, now),
    }));
  }
  if (packet instanceof RtcpTransportLayerFeedback) {
    const { feedback } = packet;
    if (!(feedback instanceof GenericNack)) return [];
    return [{ kind: 'lost-packets', ssrc: feedback.mediaSourceSsrc, sequenceNumbers: feedback.lost }];
  }
  if (!(packet instanceof RtcpPayloadSpecificFeedback)) return [];
  const { feedback } = packet;
  if (feedback instanceof PictureLossIndication) return [{ kind: 'key-frame', ssrc: feedback.mediaSsrc }];
  if (feedback instanceof ReceiverEstimatedMaxBitrate) {
    return [{ kind: 'estimate', bitrate: Number(feedback.bitrate) }];
  }
  return [];
}
