/** What Haven reads of an SDP offer (RFC 8866, JSEP RFC 9429), bounded and checked; the rest is passed over. */
import { HavenError } from '@haven/protocol';
import { parse } from 'sdp-transform';
import { z } from 'zod';

/** A browser's offer of three simulcast layers and audio has about 8 kB. */
export const MAX_SDP_BYTES = 32 * 1024;
/** One video, one audio and a data channel, and as much again. */
const MAX_SECTIONS = 6;

const uint32 = z.number().int().min(0).max(0xffffffff);
const payloadType = z.number().int().min(0).max(127);
const direction = z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']);
/** The parser turns what looks like a number into one. */
const token = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().regex(/^[\w!#$%&'*+.^`{|}~-]{1,32}$/));
const iceText = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().regex(/^[\w+/=-]{1,256}$/));

const transportSchema = z.object({
  iceUfrag: iceText.optional(),
  icePwd: iceText.optional(),
  fingerprint: z
    .object({
      type: z
        .string()
        .toLowerCase()
        .pipe(z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512'])),
      hash: z.string().regex(/^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){15,63}$/),
    })
    .optional(),
  setup: z.string().max(16).optional(),
  direction: direction.optional(),
});

const sectionSchema = transportSchema.extend({
  type: z.string().max(32),
  port: z.number().int().min(0).max(65535),
  protocol: z.string().regex(/^[A-Z/]{1,32}$/),
  payloads: z
    .union([z.string(), z.number()])
    .transform(String)
    .pipe(z.string().regex(/^[\w. -]{1,512}$/)),
  mid: token.optional(),
  rtcpMux: z.string().optional(),
  rtp: z
    .array(
      z.object({
        payload: payloadType,
        codec: z.string().max(32),
        rate: uint32.optional(),
        encoding: uint32.optional(),
      }),
    )
    .max(64),
  fmtp: z.array(z.object({ payload: payloadType, config: z.union([z.string(), z.number()]) })).max(64),
  rtcpFb: z
    .array(
      z.object({
        payload: z.union([payloadType, z.string().max(8)]),
        type: z.string().max(32),
        subtype: z.string().max(32).optional(),
      }),
    )
    .max(256)
    .optional(),
  ext: z
    .array(
      z.object({
        value: z.number().int().min(1).max(255),
        uri: z.string().max(256),
        direction: z.string().max(16).optional(),
      }),
    )
    .max(32)
    .optional(),
  ssrcs: z
    .array(z.object({ id: uint32, attribute: z.string().max(64) }))
    .max(64)
    .optional(),
  ssrcGroups: z
    .array(z.object({ semantics: z.string().max(16), ssrcs: z.union([z.string().max(256), z.number()]) }))
    .max(16)
    .optional(),
  rids: z
    .array(
      z.object({ id: token, direction: z.enum(['send', 'recv']), params: z.string().max(256).optional() }),
    )
    .max(8)
    .optional(),
  simulcast: z
    .object({
      dir1: z.enum(['send', 'recv']),
      list1: z.union([z.string().max(128), z.number()]).transform(String),
      dir2: z.enum(['send', 'recv']).optional(),
      list2: z
        .union([z.string().max(128), z.number()])
        .transform(String)
        .optional(),
    })
    .optional(),
});

const descriptionSchema = transportSchema.extend({
  groups: z
    .array(z.object({ type: z.string().max(32), mids: z.union([z.string(), z.number()]).transform(String) }))
    .max(4)
    .optional(),
  media: z.array(sectionSchema).min(1).max(MAX_SECTIONS),
});

export type OfferedSection = z.infer<typeof sectionSchema>;

export type Offer = {
  /** In the order of the offer, which an answer keeps. */
  sections: readonly OfferedSection[];
  /** Identifications of the sections that share one transport (RFC 9143). */
  bundle: readonly string[];
};

/** @throws HavenError INVALID_REQUEST */
export function readOffer(text: string): Offer {
  if (!text.startsWith('v=0')) throw malformed();
  const description = descriptionSchema.safeParse(parse(text));
  if (!description.success) throw malformed(description.error.issues[0]?.path.join('.'));
  const { groups = [], media, ...session } = description.data;
  const bundle = groups.find(({ type }) => type === 'BUNDLE')?.mids.split(/\s+/) ?? [];
  const first = media.find(({ mid }) => mid !== undefined && mid === bundle[0]);
  const group = {
    ...(first?.fingerprint === undefined ? {} : { fingerprint: first.fingerprint }),
    ...(first?.setup === undefined ? {} : { setup: first.setup }),
  };
  return {
    sections: media.map((section) => ({
      // What a section does not say is said for all of them at the top, or by the first of its group.
      ...session,
      ...(section.mid !== undefined && bundle.includes(section.mid) ? group : {}),
      ...section,
    })),
    bundle,
  };
}

/** Whether the peer wants to send in this section. */
export function offersToSend({ port, direction = 'sendrecv' }: OfferedSection, bundled: boolean): boolean {
  // Of bundled sections all but the first may have port 0 (bundle-only, RFC 9143).
  return (port !== 0 || bundled) && (direction === 'sendrecv' || direction === 'sendonly');
}

/** Whether the peer wants to receive in this section. */
export function offersToReceive({ port, direction = 'sendrecv' }: OfferedSection, bundled: boolean): boolean {
  return (port !== 0 || bundled) && (direction === 'sendrecv' || direction === 'recvonly');
}

function malformed(where?: string): HavenError {
  const what = where === undefined || where === '' ? '' : ` (${where})`;
  return new HavenError('INVALID_REQUEST', `The body is no SDP offer that can be read${what}.`);
}
