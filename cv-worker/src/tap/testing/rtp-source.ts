import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { findFfmpeg } from '../ffmpeg.ts';

export const SOURCE_SSRC = 0x1234;
export const SOURCE_PAYLOAD_TYPE = 101;
export const SOURCE_FRAMES_PER_SECOND = 15;
const TIMESTAMP_OFFSET = 4;
/** A repair over a radio link, ms: longer than a picture. */
const LATE_MS = 100;

/**
 * A live VP8 picture (ffmpeg's moving test card, three key frames a second) as RTP to a port of this machine. Packets are
 * relayed, so that their timestamps can begin anywhere and a test can hold them back.
 */
export class RtpSource {
  readonly #socket: Socket;
  readonly #encoder: ChildProcess;
  readonly #target: number;
  #firstTimestamp: number | null = null;
  readonly #timestampAt: number;
  /** Nothing is sent while false. */
  sending = true;
  /** Every so many packets one comes {@link LATE_MS} later, behind what was sent since, as one that was lost and repaired. */
  lateEvery = Infinity;
  #packets = 0;

  private constructor(socket: Socket, target: number, timestampAt: number) {
    this.#socket = socket;
    this.#target = target;
    this.#timestampAt = timestampAt;
    this.#encoder = spawn(findFfmpeg(), encoderArguments(socket.address().port), { stdio: 'ignore' });
    socket.on('message', (packet) => this.#forward(packet));
  }

  /** @param options.timestamp the RTP timestamp to begin with */
  static async start(options: { port: number; timestamp: number }): Promise<RtpSource> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new RtpSource(socket, options.port, options.timestamp);
  }

  async close(): Promise<void> {
    this.#encoder.kill('SIGKILL');
    await once(this.#encoder, 'close');
    this.#socket.close();
  }

  #forward(packet: Buffer): void {
    if (!this.sending) return;
    const timestamp = packet.readUInt32BE(TIMESTAMP_OFFSET);
    this.#firstTimestamp ??= timestamp;
    packet.writeUInt32BE((timestamp - this.#firstTimestamp + this.#timestampAt) >>> 0, TIMESTAMP_OFFSET);
    const send = () => this.#socket.send(packet, this.#target, '127.0.0.1');
    this.#packets += 1;
    if (this.#packets % this.lateEvery === 0) setTimeout(send, LATE_MS);
    else send();
  }
}

function encoderArguments(port: number): string[] {
  const source = `testsrc2=size=320x240:rate=${SOURCE_FRAMES_PER_SECOND}`;
  const group = String(SOURCE_FRAMES_PER_SECOND / 3);
  return [
    ...['-nostdin', '-v', 'error', '-re', '-f', 'lavfi', '-i', source],
    ...['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '16', '-b:v', '400k', '-g', group],
    ...['-f', 'rtp', '-ssrc', String(SOURCE_SSRC), '-payload_type', String(SOURCE_PAYLOAD_TYPE)],
    // The address is a sink for RTCP, which ffmpeg sends to the port above.
    `rtp://127.0.0.1:${port}?pkt_size=1200&rtcpport=9`,
  ];
}
