import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { types } from 'mediasoup';

const LOOPBACK = '127.0.0.1';
/** How often the tap does what the server and a CV worker do for theirs, ms. */
const MEND_INTERVAL_MS = 2000;
/** Pictures that have not come after this long, ms, do not come. */
const DECODED_WITHIN_MS = 45_000;
/** Of what ffmpeg says, lines that a failure repeats. */
const LAST_LINES = 30;

/**
 * Decodes a producer by ffmpeg, through a PlainTransport, until there are so many pictures of a size.
 * @returns a hash of each picture's pixels
 * @throws Error with what ffmpeg said, when they do not come
 */
export async function decodeAll(
  router: types.Router,
  producerId: string,
  { ffmpeg, size, count }: { ffmpeg: string; size: string; count: number },
): Promise<string[]> {
  const port = await freePort();
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: LOOPBACK },
    rtcpMux: false,
    comedia: false,
  });
  await transport.connect({ ip: LOOPBACK, port, rtcpPort: port + 1 });
  const consumer = await transport.consume({ producerId, rtpCapabilities: videoOnly(router), paused: true });
  const payloadType = consumer.rtpParameters.codecs[0].payloadType;
  const sdp = [
    'v=0',
    `o=- 0 0 IN IP4 ${LOOPBACK}`,
    's=-',
    `c=IN IP4 ${LOOPBACK}`,
    't=0 0',
    `m=video ${port} RTP/AVP ${payloadType}`,
    `a=rtpmap:${payloadType} VP8/90000`,
    '',
  ].join('\r\n');
  const input = ['-protocol_whitelist', 'pipe,udp,rtp', '-probesize', '32', '-analyzeduration', '0'];
  const child = spawn(
    ffmpeg,
    [
      ...['-hide_banner', '-nostats', '-loglevel', 'verbose', ...input, '-f', 'sdp', '-i', 'pipe:0'],
      ...['-vf', 'showinfo', '-fps_mode', 'passthrough', '-f', 'null', '-'],
    ],
    { stdio: ['pipe', 'ignore', 'pipe'] },
  );
  child.stdin.end(sdp);
  const mending = setInterval(() => void mend(consumer).catch(() => undefined), MEND_INTERVAL_MS);
  const late = setTimeout(() => child.kill('SIGKILL'), DECODED_WITHIN_MS);
  const hashes: string[] = [];
  const said: string[] = [];
  try {
    for await (const line of createInterface({ input: child.stderr })) {
      if (said.push(line) > LAST_LINES) said.shift();
      if (line.includes('setting jitter buffer size')) await consumer.resume();
      const shown = /\bs:(\d+x\d+) .*\bchecksum:([0-9A-F]+)/.exec(line);
      if (shown?.[1] === size && hashes.push(shown[2]) === count) return hashes;
    }
    const { currentLayers, score } = consumer;
    const forwarded = JSON.stringify({ currentLayers, score, statistics: await consumer.getStats() });
    throw new Error(
      `${hashes.length} of ${count} pictures of ${size} came. ${forwarded}\n${said.join('\n')}`,
    );
  } finally {
    clearInterval(mending);
    clearTimeout(late);
    child.kill('SIGKILL');
    transport.close();
  }
}

/**
 * Counts the pictures of the lowest layer that the SFU passes on when so many temporal layers are asked for, by the
 * markers that end them.
 * @param forMs counted from the first one on
 */
export async function countPictures(
  router: types.Router,
  producerId: string,
  temporalLayer: number,
  forMs: number,
): Promise<number> {
  const transport = await router.createDirectTransport();
  const consumer = await transport.consume({
    producerId,
    rtpCapabilities: videoOnly(router),
    paused: true,
    preferredLayers: { spatialLayer: 0, temporalLayer },
  });
  let pictures = 0;
  const first = Promise.withResolvers<undefined>();
  consumer.on('rtp', (packet) => {
    first.resolve(undefined);
    if ((packet.readUInt8(1) & 0x80) !== 0) pictures += 1;
  });
  await consumer.resume();
  await first.promise;
  await sleep(forMs);
  transport.close();
  return pictures;
}

/** ffmpeg says nothing of a first key frame that it lost; mediasoup does not go on to a layer that it could not time. */
async function mend(consumer: types.Consumer): Promise<void> {
  const { currentLayers, preferredLayers } = consumer;
  if (currentLayers && preferredLayers && currentLayers.spatialLayer < preferredLayers.spatialLayer) {
    await consumer.setPreferredLayers(currentLayers);
    await consumer.setPreferredLayers(preferredLayers);
  }
  await consumer.requestKeyFrame();
}

function videoOnly(router: types.Router): types.RtpCapabilities {
  const codecs = (router.rtpCapabilities.codecs ?? [])
    .filter(({ mimeType }) => mimeType === 'video/VP8')
    .map((codec) => ({ ...codec, rtcpFeedback: [] }));
  return { codecs, headerExtensions: [] };
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, LOOPBACK);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}
