import { BlockList, isIP, isIPv6 } from 'node:net';

/** Longest prefix of an address of each version, bits. */
const PREFIX_BITS = { 4: 32, 6: 128 } as const;
/** An IPv6 subscriber is given at least a /64: limits that counted single addresses would limit nobody. */
const SUBSCRIBER_GROUPS = 4;
const ALL_GROUPS = 8;

/** A set of networks, each given as an address (`192.0.2.7`) or in CIDR notation (`192.0.2.0/24`, `2001:db8::/32`). */
export class NetworkList {
  readonly #networks = new BlockList();

  /** @throws RangeError that names the entry which is no network */
  constructor(entries: readonly string[] = []) {
    for (const entry of entries) this.#add(entry);
  }

  has(address: string): boolean {
    const plain = plainAddress(address);
    const version = isIP(plain);
    return version !== 0 && this.#networks.check(plain, version === 4 ? 'ipv4' : 'ipv6');
  }

  #add(entry: string): void {
    const [address = '', bits, ...rest] = entry.split('/');
    const version = isIP(address);
    if (version !== 4 && version !== 6) throw new RangeError(`${entry} is no network`);
    const longest = PREFIX_BITS[version];
    const prefix = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (rest.length > 0 || !(prefix <= longest)) throw new RangeError(`${entry} is no network`);
    this.#networks.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  }
}

const LOOPBACK = new NetworkList(['127.0.0.0/8', '::1']);

export function isLoopback(address: string): boolean {
  return LOOPBACK.has(address);
}

/** An IPv4 address that a socket for both versions gives as `::ffff:192.0.2.7`, as everybody else writes it. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** What limits count by: an IPv4 address, or the /64 of an IPv6 address. */
export function subscriberOf(address: string): string {
  const plain = plainAddress(address);
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const [left, right] = [groupsOf(head), groupsOf(tail ?? '')];
  const omitted = tail === undefined ? 0 : ALL_GROUPS - left.length - right.length;
  const groups = [...left, ...Array.from({ length: omitted }, () => '0'), ...right];
  return `${groups.slice(0, SUBSCRIBER_GROUPS).join(':')}::/64`;
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':').map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''));
}
