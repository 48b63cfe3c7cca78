/** SDP fragments of trickle ICE (RFC 8840), as WHIP and WHEP carry them in PATCH. */
import { HavenError, type IceParameters, type TransportOptions } from '@haven/protocol';
import { parse, write } from 'sdp-transform';
import { z } from 'zod';
import { iceAttributes } from './answer.ts';
import type { OfferedSection } from './offer.ts';

const text = z.union([z.string().max(256), z.number()]).transform(String);
const credentialsSchema = z.object({ iceUfrag: text.optional(), icePwd: text.optional() });
const fragmentSchema = credentialsSchema.extend({ media: z.array(credentialsSchema).max(6) });

/** The ICE credentials of the peer, if the fragment names them. @throws HavenError INVALID_REQUEST */
export function readIceFragment(
  body: string,
): Pick<IceParameters, 'usernameFragment' | 'password'> | undefined {
  const fragment = fragmentSchema.safeParse(parse(body));
  if (!fragment.success || !/^(a|m)=/m.test(body)) {
    throw new HavenError('INVALID_REQUEST', 'The body is no SDP fragment of trickle ICE.');
  }
  const { iceUfrag, icePwd } = [fragment.data, ...fragment.data.media].find(
    (part) => part.iceUfrag !== undefined && part.icePwd !== undefined,
  ) ?? { iceUfrag: undefined, icePwd: undefined };
  return iceUfrag === undefined || icePwd === undefined
    ? undefined
    : { usernameFragment: iceUfrag, password: icePwd };
}

/** The server's end after an ICE restart. */
export function writeIceFragment(
  section: OfferedSection,
  transport: Pick<TransportOptions, 'iceParameters' | 'iceCandidates'>,
): string {
  const whole = write({
    version: 0,
    origin: {
      ...{ username: '-', sessionId: 0, sessionVersion: 0, netType: 'IN', ipVer: 4, address: '0.0.0.0' },
    },
    name: '-',
    timing: { start: 0, stop: 0 },
    icelite: 'ice-lite',
    media: [
      {
        ...{ type: section.type, port: 9, protocol: section.protocol, rtp: [], fmtp: [] },
        payloads: section.payloads.split(' ')[0] ?? '0',
        ...(section.mid === undefined ? {} : { mid: section.mid }),
        ...iceAttributes(transport),
      },
    ],
  });
  // A fragment has attributes and sections, and none of a description's other lines.
  return whole
    .split('\r\n')
    .filter((line) => /^[am]=/.test(line))
    .join('\r\n')
    .concat('\r\n');
}
