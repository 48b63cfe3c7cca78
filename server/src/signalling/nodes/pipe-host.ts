import { HavenError, type ResponseOf } from '@haven/protocol';
import { OutgoingPipe, type PipeListening } from '../../sfu/node-pipe.ts';
import type { Sfu } from '../../sfu/sfu.ts';
import type { Handlers } from '../endpoints.ts';
import type { NodeRequests } from './node-signalling.ts';

type PipeRequest = 'pipe:open' | 'pipe:demand' | 'pipe:close' | 'pipe:list';
type Asked = ResponseOf<NodeRequests, 'pipe:list'>['pipes'][number];
/** `pipe` is undefined while it opens. */
type Held = { node: string; asked: Asked; pipe: OutgoingPipe | undefined };

/** Sends streams of this node to others. A pipe stays while the other node is not reached: viewers there go on. */
export class PipeHost {
  readonly #sfu: Sfu;
  readonly #listening: PipeListening;
  readonly #pipes = new Map<string, Held>();

  constructor(sfu: Sfu, listening: PipeListening) {
    this.#sfu = sfu;
    this.#listening = listening;
  }

  get size(): number {
    return this.#pipes.size;
  }

  handlersFor(node: string): Pick<Handlers<NodeRequests>, PipeRequest> {
    return {
      'pipe:open': (request) => this.#open(node, request),
      'pipe:demand': ({ pipeId, maxSpatialLayer }) => {
        const held = this.#of(node, pipeId);
        if (held?.pipe === undefined) return {};
        held.asked = { pipeId, maxSpatialLayer };
        held.pipe.demand(maxSpatialLayer);
        return {};
      },
      'pipe:close': ({ pipeId }) => {
        const held = this.#of(node, pipeId);
        if (held !== undefined) this.#close(held);
        return {};
      },
      'pipe:list': () => ({ pipes: this.#allOf(node).map(({ asked }) => asked) }),
    };
  }

  /** The node is gone, or began anew: nobody listens at the other ends. */
  closeAllOf(node: string): void {
    for (const held of this.#allOf(node)) this.#close(held);
  }

  close(): void {
    for (const held of [...this.#pipes.values()]) this.#close(held);
  }

  /** It may be closed while it opens. */
  async #open(
    node: string,
    { pipeId, streamId, to }: Parameters<Handlers<NodeRequests>['pipe:open']>[0],
  ): Promise<ResponseOf<NodeRequests, 'pipe:open'>> {
    const stream = this.#sfu.streams.get(streamId);
    if (stream === undefined) throw new HavenError('STREAM_UNKNOWN');
    if (this.#pipes.has(pipeId)) throw new HavenError('ALREADY_DONE');
    const held: Held = { node, asked: { pipeId, maxSpatialLayer: null }, pipe: undefined };
    this.#pipes.set(pipeId, held);
    try {
      const pipe = await OutgoingPipe.open(stream, to, this.#listening);
      if (this.#pipes.get(pipeId) !== held) {
        pipe.close();
        throw new HavenError('STREAM_UNKNOWN', 'The pipe was closed while it opened.');
      }
      held.pipe = pipe;
      pipe.onClose(() => this.#forget(held));
      return { from: pipe.end, rtpParameters: pipe.rtpParameters };
    } catch (error) {
      this.#forget(held);
      throw error;
    }
  }

  #close(held: Held): void {
    this.#forget(held);
    held.pipe?.close();
  }

  #forget(held: Held): void {
    const { pipeId } = held.asked;
    if (this.#pipes.get(pipeId) === held) this.#pipes.delete(pipeId);
  }

  #allOf(node: string): Held[] {
    return [...this.#pipes.values()].filter((held) => held.node === node);
  }

  /** A pipe that has closed by itself is no error to whoever closes it. */
  #of(node: string, pipeId: string): Held | undefined {
    const held = this.#pipes.get(pipeId);
    return held?.node === node ? held : undefined;
  }
}
