import { HavenError } from '@haven/protocol';
import { OutgoingPipe, type PipeListening } from '../../sfu/node-pipe.ts';
import type { Sfu } from '../../sfu/sfu.ts';
import type { Handlers } from '../endpoints.ts';
import type { NodeRequests } from './node-signalling.ts';

type PipeRequest = 'pipe:open' | 'pipe:demand' | 'pipe:close';

/** Sends streams of this node to others. A pipe stays while the other node is not reached: viewers there go on. */
export class PipeHost {
  readonly #sfu: Sfu;
  readonly #listening: PipeListening;
  readonly #pipes = new Map<string, { node: string; pipe: OutgoingPipe }>();

  constructor(sfu: Sfu, listening: PipeListening) {
    this.#sfu = sfu;
    this.#listening = listening;
  }

  get size(): number {
    return this.#pipes.size;
  }

  handlersFor(node: string): Pick<Handlers<NodeRequests>, PipeRequest> {
    return {
      'pipe:open': async ({ pipeId, streamId, to }) => {
        const stream = this.#sfu.streams.get(streamId);
        if (stream === undefined) throw new HavenError('STREAM_UNKNOWN');
        if (this.#pipes.has(pipeId)) throw new HavenError('ALREADY_DONE');
        const pipe = await OutgoingPipe.open(stream, to, this.#listening);
        this.#pipes.set(pipeId, { node, pipe });
        pipe.onClose(() => this.#pipes.delete(pipeId));
        return { from: pipe.end, rtpParameters: pipe.rtpParameters };
      },
      'pipe:demand': ({ pipeId, maxSpatialLayer }) => {
        this.#of(node, pipeId)?.demand(maxSpatialLayer);
        return {};
      },
      'pipe:close': ({ pipeId }) => {
        this.#of(node, pipeId)?.close();
        return {};
      },
    };
  }

  /** The node is gone, or began anew: nobody listens at the other ends. */
  closeAllOf(node: string): void {
    for (const held of [...this.#pipes.values()]) if (held.node === node) held.pipe.close();
  }

  close(): void {
    for (const { pipe } of [...this.#pipes.values()]) pipe.close();
  }

  /** A pipe that has closed by itself is no error to whoever closes it. */
  #of(node: string, pipeId: string): OutgoingPipe | undefined {
    const held = this.#pipes.get(pipeId);
    return held?.node === node ? held.pipe : undefined;
  }
}
