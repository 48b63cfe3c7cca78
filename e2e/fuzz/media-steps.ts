import { MonitorClient } from '../support/monitor-client.ts';
import { family } from '../support/process-usage.ts';
import type { Choice } from './cases-of.ts';
import type { Findings } from './findings.ts';
import { PATIENT, ROOM, type FuzzedWard } from './fuzzed-ward.ts';
import { fuzzConnected, type Session } from './media/connected-fuzz.ts';
import { FuzzedPublisher, type PublisherOptions } from './media/fuzzed-publisher.ts';
import { FuzzedViewer, openTransport } from './media/fuzzed-viewer.ts';
import { fuzzHandshakes } from './media/handshake-fuzz.ts';
import { mediaPort } from './media/peer-socket.ts';
import { udpPortsOf } from './media/udp-ports.ts';
import { fuzzTcp, fuzzUdp } from './media/unconnected-fuzz.ts';
import type { PlannedStep } from './planned-step.ts';

/** Handshakes that are under way at a time. */
const HANDSHAKES_AT_ONCE = 3;

/** What each step is there for: names of what it counts, none of which may be zero. */
const HANDSHAKE_GOALS = ['begun connecting', 'answered', 'ended connected', 'ended failed'];
const VIEWER_GOALS = [
  ...['NACKs heeded', 'key frame requests heeded'],
  ...['SrtpSession::DecryptSrtcp', 'RTCP::Packet::Parse', 'Transport::HandleRtcpPacket'],
];
const PUBLISHER_GOALS = [
  ...['RTP packets taken', 'RTX packets taken', 'SrtpSession::DecryptSrtp'],
  ...['RTP::Packet::Validate', 'RTP::Packet::ParseExtensions', 'RTCP::Packet::Parse'],
];

/**
 * Bad packets at the media port, to transports in every state that one can be in.
 *
 * @param missed what a step is there for and did not reach
 */
export function mediaSteps(ward: FuzzedWard, findings: Findings, missed: Findings): PlannedStep[] {
  const { server, tokens, probe } = ward;
  const { url } = server;

  return [
    {
      ...{ name: 'media port, to a transport in its handshake', share: 0.02 },
      run: handshakes,
    },
    {
      ...{ name: 'media port, to a connected viewer', share: 0.13 },
      run: (choice) => connected('viewer', { codec: 'VP8', protocol: 'udp' }, choice),
    },
    {
      ...{ name: 'media port, to a connected publisher of VP8', share: 0.13 },
      run: (choice) => connected('publisher', { codec: 'VP8', protocol: 'udp' }, choice),
    },
    {
      ...{ name: 'media port, to a connected publisher of H.264 over TCP', share: 0.07 },
      run: (choice) => connected('publisher', { codec: 'H264', protocol: 'tcp' }, choice),
    },
    {
      ...{ name: 'media port, to a transport never connected', share: 0.05 },
      run: (choice) =>
        withOpened(async ({ options }) => {
          const to = { ...mediaPort(options, 'udp'), credentials: options.iceParameters, choice };
          return new Map([['sent', await fuzzUdp(to)]]);
        }),
    },
    {
      ...{ name: 'media port, to a transport never connected, over TCP', share: 0.05 },
      run: ({ seed, ...choice }) =>
        withOpened(async ({ options }) => {
          const to = { ...mediaPort(options, 'tcp'), credentials: options.iceParameters };
          return new Map([['sent', await fuzzTcp({ ...to, choice: { ...choice, seed: seed + 1 } })]]);
        }),
    },
    {
      ...{ name: 'every UDP port of every process', share: 0.05 },
      run: (choice) => withOpened(({ options }) => everyPort(options.iceParameters, choice)),
    },
  ];

  async function handshakes(choice: Choice): Promise<ReadonlyMap<string, number>> {
    const join = () => MonitorClient.join(url, tokens.monitor, ROOM);
    const clients = await Promise.all(Array.from({ length: HANDSHAKES_AT_ONCE }, join));
    const look = (cases: string) => ward.look(`a transport in its handshake, ${cases}`, findings);
    try {
      const ends = await fuzzHandshakes({ clients, probe, choice, look });
      const unreached = HANDSHAKE_GOALS.filter((goal) => (ends.get(goal) ?? 0) === 0);
      expectAll(choice, 'a transport in its handshake', unreached);
      return ends;
    } finally {
      for (const client of clients) client.close();
    }
  }

  /** Both ends of a stream are open, and the one that is named does harm. */
  async function connected(
    of: 'viewer' | 'publisher',
    how: Pick<PublisherOptions, 'codec' | 'protocol'>,
    choice: Choice,
  ): Promise<ReadonlyMap<string, number>> {
    const name = `a connected ${of} of ${how.codec}`;
    const client = await MonitorClient.join(url, tokens.monitor, ROOM);
    const look = (cases: string) => ward.look(`${name}, ${cases}`, findings);
    const open = () => openStream(client, of, how);
    try {
      const reach = await fuzzConnected({ of, probe, open, choice, look });
      expectAll(choice, name, reach.missed(of === 'viewer' ? VIEWER_GOALS : PUBLISHER_GOALS));
      return reach.answers;
    } finally {
      client.close();
    }
  }

  async function openStream(
    client: MonitorClient,
    of: 'viewer' | 'publisher',
    how: Pick<PublisherOptions, 'codec' | 'protocol'>,
  ): Promise<Session> {
    const publisher = await FuzzedPublisher.open({ url, token: tokens.device, patientId: PATIENT, ...how });
    try {
      const viewer = await FuzzedViewer.open(client);
      const close = () => {
        viewer.close();
        publisher.close();
      };
      try {
        await viewer.watch(publisher.streamId);
        const { peer, transportId } = of === 'viewer' ? viewer : publisher;
        return { peer, transportId, close };
      } catch (error) {
        viewer.close();
        throw error;
      }
    } catch (error) {
      publisher.close();
      throw error;
    }
  }

  async function withOpened<T>(
    run: (opened: Awaited<ReturnType<typeof openTransport>>) => Promise<T>,
  ): Promise<T> {
    const client = await MonitorClient.join(url, tokens.monitor, ROOM);
    try {
      return await run(await openTransport(client));
    } finally {
      client.close();
    }
  }

  async function everyPort(
    credentials: Parameters<typeof fuzzUdp>[0]['credentials'],
    { seed, count, only }: Choice,
  ): Promise<ReadonlyMap<string, number>> {
    const ports = udpPortsOf(family(server.program.pid).map(({ pid }) => pid));
    const share = Math.ceil(count / ports.length);
    let sent = 0;
    for (const [index, port] of ports.entries()) {
      const choice = { seed: seed + 2 + index, count: share, only };
      sent += await fuzzUdp({ address: '127.0.0.1', port, credentials, choice });
    }
    return new Map([[`to ${ports.length} ports`, sent]]);
  }

  /** One case alone need not reach everything. */
  function expectAll({ only }: Choice, name: string, unreached: readonly string[]): void {
    if (only !== undefined) return;
    for (const goal of unreached) missed.add(name, goal);
  }
}
