/** The two ends of a stream's way from one node's media worker to another's. */
import type { types } from 'mediasoup';
import { rtpParametersSchema, type RtpParameters } from '@haven/protocol';
import type { Stream } from './stream.ts';
import { asMediaError } from './transports.ts';

/** Where an end listens, and the key with which what it sends is encrypted. */
export type PipeEnd = { ip: string; port: number; srtpParameters: types.SrtpParameters };

/** Where pipes between nodes listen. */
export type PipeListening = {
  announcedAddress: string | undefined;
  /** UDP ports that firewalls let through; any free one when left out. */
  portRange: { min: number; max: number } | undefined;
};

async function listen(router: types.Router, { announcedAddress, portRange }: PipeListening) {
  return router.createPipeTransport({
    listenInfo: {
      protocol: 'udp',
      ...(announcedAddress === undefined ? { ip: '127.0.0.1' } : { ip: '0.0.0.0', announcedAddress }),
      ...(portRange === undefined ? {} : { portRange }),
    },
    enableSrtp: true,
    // Networks between hosts lose packets.
    enableRtx: true,
  });
}

function endOf(transport: types.PipeTransport): PipeEnd {
  const { srtpParameters, tuple } = transport;
  if (srtpParameters === undefined) throw new Error('mediasoup made a pipe without SRTP');
  return { ip: tuple.localAddress, port: tuple.localPort, srtpParameters };
}

/** Sends a stream of this node to another one. */
export class OutgoingPipe {
  readonly end: PipeEnd;
  readonly rtpParameters: RtpParameters;
  readonly #stream: Stream;
  readonly #transport: types.PipeTransport;

  private constructor(stream: Stream, transport: types.PipeTransport, consumer: types.Consumer) {
    this.#stream = stream;
    this.#transport = transport;
    this.end = endOf(transport);
    this.rtpParameters = rtpParametersSchema.parse(consumer.rtpParameters);
    transport.observer.once('close', () => stream.unwatch(this));
    consumer.once('producerclose', () => transport.close());
  }

  /** @throws HavenError STREAM_UNKNOWN (not live), INVALID_REQUEST (another cipher than this end's) */
  static async open(stream: Stream, to: PipeEnd, listening: PipeListening): Promise<OutgoingPipe> {
    const { producer } = await stream.lendProducer(stream.mediaWorker);
    const transport = await listen(stream.mediaWorker.router, listening);
    try {
      await transport.connect(to);
      const consumer = await transport.consume({ producerId: producer.id });
      return new OutgoingPipe(stream, transport, consumer);
    } catch (error) {
      transport.close();
      throw asMediaError(error);
    }
  }

  get closed(): boolean {
    return this.#transport.closed;
  }

  /** @param maxSpatialLayer the highest that anybody watches beyond the pipe; null: nobody does */
  demand(maxSpatialLayer: number | null): void {
    if (this.closed || maxSpatialLayer === null) this.#stream.unwatch(this);
    else this.#stream.watch(this, maxSpatialLayer);
  }

  onClose(listener: () => void): void {
    this.#transport.observer.once('close', listener);
  }

  close(): void {
    this.#transport.close();
  }
}

/** Receives a stream of another node. It is open before the other end is known, and sends nothing until then. */
export class IncomingPipe {
  readonly end: PipeEnd;
  readonly #transport: types.PipeTransport;

  private constructor(transport: types.PipeTransport) {
    this.#transport = transport;
    this.end = endOf(transport);
  }

  static async open(router: types.Router, listening: PipeListening): Promise<IncomingPipe> {
    return new IncomingPipe(await listen(router, listening));
  }

  /** @returns what viewers and taps of this node consume */
  async receive(from: PipeEnd, rtpParameters: RtpParameters): Promise<types.Producer> {
    await this.#transport.connect(from);
    return this.#transport.produce({ kind: 'video', rtpParameters });
  }

  get closed(): boolean {
    return this.#transport.closed;
  }

  close(): void {
    this.#transport.close();
  }
}
