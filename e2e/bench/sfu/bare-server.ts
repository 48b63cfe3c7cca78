/**
 * A process with nothing but mediasoup, for comparison: one worker, and as much of Haven's signalling as the swarm
 * speaks. Nobody is asked who they are, and nothing is chosen but one layer for all. Its parent tells it the options
 * and hears its address.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { DEVICE_NAMESPACE, deviceRequests, MONITOR_NAMESPACE, monitorRequests } from '@haven/protocol';
import { createWorker, type types } from 'mediasoup';
import { Server, type Socket } from 'socket.io';
import { z } from 'zod';
import { MEDIA_CODECS } from '../../../server/src/sfu/media-codecs.ts';

export const bareOptionsSchema = z.object({ spatialLayer: z.number(), temporalLayer: z.number() });
export type BareOptions = z.infer<typeof bareOptionsSchema>;
export const bareAddressSchema = z.object({ url: z.string(), workerPid: z.number() });

/** As Haven has them. */
const INITIAL_OUTGOING_BITRATE = 2_000_000;
const ICE_CONSENT_TIMEOUT_S = 15;

type Stream = { streamId: string; patientId: string; producer: types.Producer };
type Request = Record<string, unknown>;

async function serve(layers: BareOptions): Promise<void> {
  const { MEDIASOUP_WORKER_BIN: workerBin } = process.env;
  const worker = await createWorker({ logLevel: 'warn', ...(workerBin === undefined ? {} : { workerBin }) });
  const listen = { ip: '127.0.0.1', port: 0 };
  const webRtcServer = await worker.createWebRtcServer({
    listenInfos: [
      { protocol: 'udp', ...listen },
      { protocol: 'tcp', ...listen },
    ],
  });
  const router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
  const streams: Stream[] = [];
  const openTransport = () =>
    router.createWebRtcTransport({
      webRtcServer,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      iceConsentTimeout: ICE_CONSENT_TIMEOUT_S,
      initialAvailableOutgoingBitrate: INITIAL_OUTGOING_BITRATE,
    });
  const describe = ({ id, iceParameters, iceCandidates, dtlsParameters }: types.WebRtcTransport) => ({
    routerRtpCapabilities: router.rtpCapabilities,
    transport: { id, iceParameters, iceCandidates, dtlsParameters },
    iceServers: [],
  });
  const httpServer = createServer();
  const io = new Server(httpServer);
  io.of(DEVICE_NAMESPACE).on('connection', (socket) => {
    let transport: types.WebRtcTransport;
    answer(socket, 'publish:start', async () => {
      transport = await openTransport();
      const constraints = { maxFramesPerSecond: 30, maxBitrate: 5_000_000 };
      return { streamId: randomUUID(), ...describe(transport), constraints };
    });
    answer(socket, 'publish:connect', async (request) => {
      const { dtlsParameters } = deviceRequests['publish:connect'].request.parse(request);
      await transport.connect({ dtlsParameters });
      return {};
    });
    answer(socket, 'publish:produce', async (request) => {
      const { streamId, rtpParameters } = deviceRequests['publish:produce'].request.parse(request);
      const producer = await transport.produce({ kind: 'video', rtpParameters });
      streams.push({ streamId, patientId: '', producer });
      return { producerId: producer.id };
    });
  });
  io.of(MONITOR_NAMESPACE).on('connection', (socket) => {
    let transport: types.WebRtcTransport;
    const consumers = new Map<string, types.Consumer>();
    answer(socket, 'room:join', () => Promise.resolve(snapshotOf(streams)));
    answer(socket, 'transport:open', async () => {
      transport = await openTransport();
      return describe(transport);
    });
    answer(socket, 'transport:connect', async (request) => {
      const { dtlsParameters } = monitorRequests['transport:connect'].request.parse(request);
      await transport.connect({ dtlsParameters });
      return {};
    });
    answer(socket, 'consumer:create', async (request) => {
      const { streamId, rtpCapabilities } = monitorRequests['consumer:create'].request.parse(request);
      const stream = streams.find((candidate) => candidate.streamId === streamId);
      if (stream === undefined) throw new Error('no such stream');
      const producerId = stream.producer.id;
      const consumer = await transport.consume({
        producerId,
        rtpCapabilities,
        paused: true,
        preferredLayers: layers,
      });
      consumers.set(consumer.id, consumer);
      return { consumerId: consumer.id, producerId, rtpParameters: consumer.rtpParameters };
    });
    answer(socket, 'consumer:resume', async ({ consumerId }) => {
      await consumers.get(String(consumerId))?.resume();
      return {};
    });
    answer(socket, 'view:report', () => Promise.resolve({}));
  });
  httpServer.listen(0, '127.0.0.1', () => {
    const address = httpServer.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    process.send?.({ url: `http://127.0.0.1:${port}`, workerPid: worker.pid });
  });
}

function answer(socket: Socket, name: string, handle: (request: Request) => Promise<object>): void {
  socket.on(name, (request: Request, reply: (answer: object) => void) => {
    handle(request).then(
      (data) => reply({ ok: true, data }),
      (error: unknown) =>
        reply({ ok: false, error: { code: 'INTERNAL', message: String(error).slice(0, 200) } }),
    );
  });
}

function snapshotOf(streams: readonly Stream[]): object {
  const now = Date.now();
  return {
    room: { id: 'bare', name: 'Bare' },
    patients: [],
    streams: streams.map(({ streamId }, index) => ({
      ...{ streamId, patientId: `P-${201 + index}`, source: 'synthetic', startedAt: now, lastPacketAt: now },
      ...{ maxSpatialLayer: 1, conditions: [], quality: 'good', privacy: null, talk: false },
    })),
    vitals: [],
    alerts: [],
    soundPause: null,
    load: { step: 'none', overloaded: false, drainingUntil: null },
    serverTime: now,
  };
}

if (process.send !== undefined) {
  process.once('message', (message) => void serve(bareOptionsSchema.parse(message)));
  process.once('disconnect', () => process.exit(0));
}
