import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../support/process.ts';
import { casesOf, type Choice } from '../cases-of.ts';
import { connectedCases, type ConnectedCase } from './connected-cases.ts';
import type { MediaProbe, MediaReading } from './media-probe.ts';
import type { RawPeer } from './raw-peer.ts';
import { Reach } from './reach.ts';

/** Packets until it is looked how far they came, and whether the transport is still connected. */
const BATCH = 10;
/** For the media worker to have read a batch, ms. */
const READ_WITHIN_MS = 300;
const LOOK_EVERY_MS = 5;
/** Of the packets that were sent: SRTP remembers as many. */
const REMEMBERED = 200;
/** A media worker that a case ended is there again by then, ms. */
const OPEN_WITHIN_MS = 15_000;

/** A transport that is connected, and what else is open for its sake. */
export type Session = { peer: RawPeer; transportId: string; close(): void };

export type ConnectedFuzz = {
  of: 'viewer' | 'publisher';
  probe: MediaProbe;
  /** Asked again after each case that ended the transport, or its connection. */
  open: () => Promise<Session>;
  choice: Choice;
  /** Told after each batch, by which cases it may have been harmed. */
  look: (cases: string) => Promise<void>;
};

/** Sends packets under the keys of a real handshake, and beside them, to a transport that is connected. */
export async function fuzzConnected({ of, probe, open, choice, look }: ConnectedFuzz): Promise<Reach> {
  const reach = new Reach();
  const cases = casesOf(connectedCases(of), choice);
  let session = await open();
  let sent: Buffer[] = [];
  let before = await probe.read(session.transportId);
  try {
    for (let first = 0; first < cases.length; first += BATCH) {
      const batch = cases.slice(first, first + BATCH);
      sendAll(session.peer, batch, sent);
      const bytes = session.peer.bytesSent;
      const after = await readUntil(probe, session.transportId, bytes);
      reach.sent += batch.length;
      reach.add(before, after);
      await look(`seed ${choice.seed} cases ${batch[0][0]} to ${batch.at(-1)?.[0]}`);
      const taken = after.dtlsState === 'connected' && after.bytesReceived >= bytes;
      if (taken) {
        reach.past += batch.length;
        before = after;
        continue;
      }
      reach.ended += 1;
      session.close();
      session = await openAgain(open);
      sent = [];
      before = await probe.read(session.transportId);
    }
    return reach;
  } finally {
    session.close();
  }
}

/** @param sent what went before, which may go once more */
function sendAll(peer: RawPeer, batch: readonly [number, ConnectedCase][], sent: Buffer[]): void {
  for (const [, { recipe, replay }] of batch) {
    const packet = replay === undefined ? recipe(peer) : (sent.at(-replay) ?? recipe(peer));
    peer.send(packet);
    sent.push(packet);
    if (sent.length > REMEMBERED) sent.shift();
  }
}

/** Until the transport has counted what was sent, or does not. */
async function readUntil(probe: MediaProbe, transportId: string, bytes: number): Promise<MediaReading> {
  const deadline = performance.now() + READ_WITHIN_MS;
  for (;;) {
    const reading = await probe.read(transportId);
    const over = reading.dtlsState !== 'connected' || reading.bytesReceived >= bytes;
    if (over || performance.now() > deadline) return reading;
    await sleep(LOOK_EVERY_MS);
  }
}

function openAgain(open: () => Promise<Session>): Promise<Session> {
  return until('a transport after one that was ended', OPEN_WITHIN_MS, () => open().catch(() => undefined));
}
