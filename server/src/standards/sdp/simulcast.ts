import { parseSimulcastStreamList } from 'sdp-transform';
import type { OfferedSection } from './offer.ts';

/** What senders call their layers, each from the smallest. */
const NAMES: readonly (readonly string[])[] = [
  ['q', 'h', 'f'],
  ['l', 'm', 'h'],
  ['low', 'medium', 'high'],
  ['low', 'mid', 'high'],
  ['lo', 'mid', 'hi'],
];

export type SimulcastLayers = {
  /** In the order of the offer. */
  offered: readonly string[];
  /** From the smallest picture, as mediasoup counts layers. */
  fromSmallest: readonly string[];
};

/** The layers that a section offers to send (RFC 8853), by their RIDs; undefined where it sends one. */
export function simulcastOf({ rids = [], simulcast }: OfferedSection): SimulcastLayers | undefined {
  if (simulcast === undefined) return undefined;
  const list = simulcast.dir1 === 'send' ? simulcast.list1 : simulcast.list2;
  if (list === undefined) return undefined;
  const sent = rids.filter(({ direction }) => direction === 'send').map(({ id }) => id);
  // Of alternatives for a layer the sender's first one.
  const offered = parseSimulcastStreamList(list).flatMap(([first]) =>
    first === undefined ? [] : [String(first.scid)],
  );
  if (offered.length < 2 || offered.some((rid) => !sent.includes(rid))) return undefined;
  return { offered, fromSmallest: fromSmallest(offered, rids) };
}

/**
 * Restrictions tell sizes, and so do customary names. Otherwise the layers come in the order of preference (RFC 8853,
 * 5.1), which for pictures is the largest first.
 */
function fromSmallest(offered: readonly string[], rids: NonNullable<OfferedSection['rids']>): string[] {
  const sizes = new Map(offered.map((rid) => [rid, sizeOf(rids.find(({ id }) => id === rid)?.params)]));
  const size = (rid: string): number => sizes.get(rid) ?? 0;
  if (new Set(sizes.values()).size === offered.length) return offered.toSorted((a, b) => size(a) - size(b));
  const names = NAMES.find((scale) => offered.every((rid) => scale.includes(rid)));
  if (names !== undefined) return offered.toSorted((a, b) => names.indexOf(a) - names.indexOf(b));
  return offered.toReversed();
}

/** The largest picture or rate that a layer's restrictions (RFC 8851) name; undefined when they name none. */
function sizeOf(restrictions = ''): number | undefined {
  const value = (name: string): number | undefined => {
    const digits = new RegExp(`(?:^|[ ;])${name}=(\\d{1,9})`).exec(restrictions)?.[1];
    return digits === undefined ? undefined : Number(digits);
  };
  return value('max-width') ?? value('max-height') ?? value('max-fs') ?? value('max-br');
}
