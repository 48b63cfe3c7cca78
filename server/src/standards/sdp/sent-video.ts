import { HavenError } from '@haven/protocol';
import type { PlayerCapabilities } from '../../sfu/player.ts';
import { codecsOf, isRoutable, sharedExtensions, withSharedFeedback } from './codecs.ts';
import { offersToReceive, type Offer, type OfferedSection } from './offer.ts';

/** The one section of an offer in which Haven sends video. */
export type SentVideo = { section: OfferedSection; capabilities: PlayerCapabilities };

/**
 * Takes the first video that a player wants to receive.
 * @param mimeType of the stream
 * @throws HavenError OFFER_UNACCEPTABLE
 */
export function sendVideo({ sections, bundle }: Offer, mimeType: string): SentVideo {
  const section = sections.find(
    (candidate) =>
      candidate.type === 'video' && offersToReceive(candidate, bundle.includes(candidate.mid ?? '')),
  );
  if (section === undefined) throw new HavenError('OFFER_UNACCEPTABLE', 'Offer one video to receive.');
  const known = codecsOf(section).find(
    (codec) => codec.mimeType.toLowerCase() === mimeType.toLowerCase() && isRoutable(codec),
  );
  if (known === undefined) {
    throw new HavenError('OFFER_UNACCEPTABLE', `The stream is ${mimeType}, which the offer does not have.`);
  }
  const extensions = sharedExtensions(section, 'sendonly');
  const { payloadType, ...codec } = withSharedFeedback(known, extensions);
  return {
    section,
    capabilities: {
      codecs: [{ ...codec, kind: 'video', preferredPayloadType: payloadType }],
      headerExtensions: extensions.map(({ uri, id }) => ({ kind: 'video', uri, preferredId: id })),
    },
  };
}
