import { randomUUID } from 'node:crypto';
import { until } from '../support/process.ts';
import { family } from '../support/process-usage.ts';
import { MonitorClient } from '../support/monitor-client.ts';
import { leaksBetween, takeCensus, type Census } from './census.ts';
import { fuzzEngine } from './engine-fuzz.ts';
import { Findings } from './findings.ts';
import { floodWithConnections } from './flood.ts';
import { FuzzedWard, PATIENT, ROOM } from './fuzzed-ward.ts';
import { fuzzHttp, fuzzRawHttp, RAW_HTTP } from './http-fuzz.ts';
import { fuzzTcp, fuzzUdp } from './media-fuzz.ts';
import { DOORS } from './signalling-cases.ts';
import { fuzzSignalling } from './signalling-fuzz.ts';
import { udpPortsOf } from './udp-ports.ts';
import type { Seen } from './witness.ts';

/** What the sockets of a client that left hold for a while: resumable sessions (30 s), dead ICE peers (15 s). */
const SETTLED_WITHIN_MS = 90_000;

export type Step = { name: string; cases: number; answers: ReadonlyMap<string, number>; seen: Seen };
export type FuzzReport = {
  seed: number;
  cases: number;
  steps: Step[];
  before: Census;
  after: Census;
  leaks: string[];
  findings: string[];
};

export type FuzzOptions = {
  /** The same seed sends the same cases. */
  seed: number;
  /** Over all ports together. */
  cases: number;
  onStep?: (step: Step) => void;
};

/** Throws bad input at every port of a server whose video runs, and looks what became of it. */
export async function fuzz({ seed, cases, onStep = () => undefined }: FuzzOptions): Promise<FuzzReport> {
  const ward = await FuzzedWard.open();
  try {
    const { server, tokens, witness } = ward;
    const { url } = server;
    const findings = new Findings();
    const before = await takeCensus(server);
    const steps: Step[] = [];
    const step = async (name: string, count: number, run: () => Promise<ReadonlyMap<string, number>>) => {
      await witness.begin();
      const answers = await run();
      const done = { name, cases: count, answers, seen: await witness.seen() };
      if (!ward.unharmed) findings.add('a process ended', name);
      steps.push(done);
      onStep(done);
    };
    const share = (part: number) => Math.ceil(cases * part);

    for (const [index, door] of DOORS.entries()) {
      const token = [tokens.monitor, tokens.device, tokens.cvWorker][index];
      const ids = { patientId: PATIENT, roomId: ROOM, requestId: randomUUID() };
      const handshake = door.namespace === '/cv' ? { worker: { name: 'fuzz', capacity: 1 } } : {};
      await step(`signalling ${door.namespace}`, share(0.1), () =>
        fuzzSignalling({ url, door, token, handshake, ids, seed, count: share(0.1), findings }),
      );
    }
    await step('Engine.IO and Socket.IO packets', share(0.05), async () => {
      const sent = await fuzzEngine(url, seed, share(0.05));
      return new Map([['sent', sent]]);
    });
    await step('HTTP', share(0.1), async () => {
      await fuzzRawHttp(url, RAW_HTTP);
      return fuzzHttp({ url, token: tokens.monitor, seed, count: share(0.1), findings });
    });
    const media = await openTransport(url, tokens.monitor);
    const { credentials } = media;
    await step('media port, UDP', share(0.35), async () => {
      const sent = await fuzzUdp({ ...media.udp, credentials, seed, count: share(0.35) });
      return new Map([['sent', sent]]);
    });
    await step('media port, TCP', share(0.15), async () => {
      const sent = await fuzzTcp({ ...media.tcp, credentials, seed: seed + 1, count: share(0.15) });
      return new Map([['sent', sent]]);
    });
    await step('every UDP port of every process', share(0.05), async () => {
      const ports = udpPortsOf(family(server.program.pid).map(({ pid }) => pid));
      const count = Math.ceil(share(0.05) / ports.length);
      let sent = 0;
      for (const [index, port] of ports.entries()) {
        const to = { address: '127.0.0.1', port, credentials, seed: seed + 2 + index, count };
        sent += await fuzzUdp(to);
      }
      return new Map([[`to ${ports.length} ports`, sent]]);
    });
    media.client.close();
    await step('a flood of bad connections', 2_000, () => floodWithConnections(url, 2_000));

    let leaks: string[] = [];
    let after = await takeCensus(server);
    await until('the server to hold no more than before', SETTLED_WITHIN_MS, async () => {
      after = await takeCensus(server);
      leaks = leaksBetween(before, after);
      return leaks.length === 0;
    }).catch(() => undefined);
    return {
      seed,
      cases: steps.reduce((sum, { cases: count }) => sum + count, 0),
      ...{ steps, before, after, leaks },
      findings: findings.lines(),
    };
  } finally {
    await ward.close();
  }
}

/** A receive transport of a clinician, whose ICE credentials lead past the first check of the media port. */
async function openTransport(url: string, token: string) {
  const client = await MonitorClient.join(url, token, ROOM);
  const { transport } = await client.request('transport:open', { requestId: randomUUID() });
  const candidate = (wanted: 'udp' | 'tcp') => {
    const found = transport.iceCandidates.find(({ protocol }) => protocol === wanted);
    if (found === undefined) throw new Error(`the server offers no media port over ${wanted}`);
    return { address: found.ip, port: found.port };
  };
  return { client, udp: candidate('udp'), tcp: candidate('tcp'), credentials: transport.iceParameters };
}
