import { HavenError, type RtpParameters } from '@haven/protocol';
import {
  codecsOf,
  isRoutable,
  retransmissionOf,
  sharedExtensions,
  withSharedFeedback,
  type HeaderExtension,
} from './codecs.ts';
import { offersToSend, type Offer, type OfferedSection } from './offer.ts';
import { simulcastOf } from './simulcast.ts';

const MID = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const RTP_STREAM_ID = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id';
/** Of VP8 simulcast as browsers send it. Where there are fewer temporal layers, asking for fewer changes nothing. */
const VP8_SIMULCAST_MODE = 'L1T3';

/** The one video that Haven receives of an offer. */
export type ReceivedVideo = { section: OfferedSection; rtpParameters: RtpParameters };

/**
 * Takes the first video that is offered, in the first of its codecs that Haven knows.
 * @throws HavenError OFFER_UNACCEPTABLE
 */
export function receiveVideo({ sections, bundle }: Offer): ReceivedVideo {
  const section = sections.find(
    (candidate) =>
      candidate.type === 'video' && offersToSend(candidate, bundle.includes(candidate.mid ?? '')),
  );
  if (section === undefined) throw new HavenError('OFFER_UNACCEPTABLE', 'Offer one video to send.');
  const headerExtensions = sharedExtensions(section, 'recvonly');
  const encodings = encodingsOf(section, headerExtensions);
  const taken = codecsOf(section).find((codec) => isRoutable(codec));
  if (taken === undefined) {
    throw new HavenError(
      'OFFER_UNACCEPTABLE',
      'Offer VP8, or H.264 in its constrained baseline profile with packetization-mode=1.',
    );
  }
  const codec = withSharedFeedback(taken, headerExtensions);
  const retransmission = retransmissionOf(section, codec);
  const layered = encodings.length > 1 && codec.mimeType.toLowerCase() === 'video/vp8';
  return {
    section,
    rtpParameters: {
      ...(section.mid === undefined ? {} : { mid: section.mid }),
      codecs: retransmission === undefined ? [codec] : [codec, retransmission],
      headerExtensions,
      encodings: layered
        ? encodings.map((encoding) => ({ ...encoding, scalabilityMode: VP8_SIMULCAST_MODE }))
        : encodings,
      rtcp: { reducedSize: true },
    },
  };
}

/** How the packets of each layer are told: by RID, by SSRC, or by the section's identification. */
function encodingsOf(
  section: OfferedSection,
  extensions: readonly HeaderExtension[],
): NonNullable<RtpParameters['encodings']> {
  const knows = (uri: string): boolean => extensions.some((extension) => extension.uri === uri);
  const layers = simulcastOf(section);
  if (layers !== undefined && knows(MID) && knows(RTP_STREAM_ID)) {
    return layers.fromSmallest.map((rid) => ({ rid }));
  }
  const ssrc = section.ssrcs?.[0]?.id;
  if (ssrc !== undefined) {
    const rtx = retransmissionSsrcOf(section, ssrc);
    return [{ ssrc, ...(rtx === undefined ? {} : { rtx: { ssrc: rtx } }) }];
  }
  if (section.mid !== undefined && knows(MID)) return [{}];
  throw new HavenError(
    'OFFER_UNACCEPTABLE',
    'Name the SSRC of the video, or offer the header extension for MID.',
  );
}

function retransmissionSsrcOf({ ssrcGroups = [] }: OfferedSection, ssrc: number): number | undefined {
  for (const { semantics, ssrcs } of ssrcGroups) {
    const [primary, repair] = String(ssrcs).split(' ').map(Number);
    if (semantics === 'FID' && primary === ssrc && Number.isInteger(repair)) return repair;
  }
  return undefined;
}
