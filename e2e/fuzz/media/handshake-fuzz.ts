import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { DtlsParameters } from '@haven/protocol';
import type { MonitorClient } from '../../support/monitor-client.ts';
import { casesOf, type Choice } from '../cases-of.ts';
import { damaged, harms, rarely, type Harm } from './buffers.ts';
import { clientHello, strangeDtls, strangeFragments } from './dtls-cases.ts';
import { openTransport } from './fuzzed-viewer.ts';
import type { MediaProbe } from './media-probe.ts';
import { RawPeer, type Outlet } from './raw-peer.ts';

/** For what was sent to show in the transport's state, ms: junk alone, and a whole handshake on a busy machine. */
const READ_WITHIN_MS = 40;
const SHAKEN_WITHIN_MS = 400;
const LOOK_EVERY_MS = 10;

type HandshakeCase = {
  role: 'client' | 'server' | 'auto';
  /** The certificate is not the one that the server was told. */
  stranger: boolean;
  junk: readonly Buffer[];
  /** A real handshake after that, one datagram of which does not go out as it is. */
  handshake: { at: number; harm: Harm | 'twice' | 'never' } | undefined;
};

const junk = fc.oneof(strangeDtls(), strangeFragments(), damaged(clientHello()));
const handshakeCases: fc.Arbitrary<HandshakeCase> = fc.record({
  role: fc.constantFrom('client', 'client', 'client', 'client', 'auto', 'server'),
  stranger: rarely(fc.constant(true), 10).map((value) => value ?? false),
  junk: fc.oneof(fc.constant([]), fc.array(junk, { minLength: 1, maxLength: 8 })),
  handshake: rarely(
    fc.record({
      at: fc.nat(8),
      harm: fc.oneof(
        { weight: 4, arbitrary: harms },
        { weight: 1, arbitrary: fc.constantFrom<'twice' | 'never'>('twice', 'never') },
      ),
    }),
    2,
  ),
});

export type HandshakeFuzz = {
  /** Each has one transport at a time. */
  clients: readonly MonitorClient[];
  probe: MediaProbe;
  choice: Choice;
  look: (cases: string) => Promise<void>;
};

/** Sends nonsense to transports that wait for a handshake or are in one. @returns how many came how far */
export async function fuzzHandshakes({
  clients,
  probe,
  choice,
  look,
}: HandshakeFuzz): Promise<Map<string, number>> {
  const ends = new Map<string, number>();
  const count = (end: string) => ends.set(end, (ends.get(end) ?? 0) + 1);
  const cases = casesOf(handshakeCases, choice).values();
  await Promise.all(
    clients.map(async (client) => {
      for (const [number, one] of cases) {
        for (const end of await attempt(one, client, probe)) count(end);
        await look(`seed ${choice.seed} case ${number}`);
      }
    }),
  );
  return ends;
}

async function attempt(one: HandshakeCase, client: MonitorClient, probe: MediaProbe): Promise<string[]> {
  const { options } = await openTransport(client);
  const peer = await RawPeer.open(options);
  try {
    const dtlsParameters = announced(one, peer.dtlsParameters);
    await client.request('transport:connect', { transportId: options.id, dtlsParameters });
    await peer.reach();
    const { dtlsState } = await probe.read(options.id);
    for (const packet of one.junk) peer.send(packet);
    // It may never end; what came of it is seen from the other side.
    if (one.handshake !== undefined) peer.shakeHands(outletOf(one.handshake)).catch(() => undefined);
    const patienceMs = one.handshake === undefined ? READ_WITHIN_MS : SHAKEN_WITHIN_MS;
    const end = await settled(probe, options.id, patienceMs);
    return [`begun ${dtlsState}`, `ended ${end}`, ...(peer.heard.dtls > 0 ? ['answered'] : [])];
  } finally {
    peer.close();
  }
}

function announced({ role, stranger }: HandshakeCase, own: DtlsParameters): DtlsParameters {
  if (!stranger) return { ...own, role };
  const value = randomBytes(32)
    .toString('hex')
    .toUpperCase()
    .replaceAll(/(..)(?=.)/g, '$1:');
  return { role, fingerprints: [{ algorithm: 'sha-256', value }] };
}

function outletOf({ at, harm }: NonNullable<HandshakeCase['handshake']>): Outlet {
  return (datagram, number) => {
    if (number !== at) return [datagram];
    if (harm === 'never') return [];
    return harm === 'twice' ? [datagram, datagram] : [harm(datagram)];
  };
}

/** @returns the state in which the transport's DTLS is after that time, or earlier when it is out of its handshake */
async function settled(probe: MediaProbe, transportId: string, withinMs: number): Promise<string> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const { dtlsState } = await probe.read(transportId);
    if (dtlsState !== 'connecting' || performance.now() > deadline) return dtlsState;
    await sleep(LOOK_EVERY_MS);
  }
}
