import type { ResponseOf } from '@haven/protocol';
import type { PipeOpener, WantedPipe } from '../../sfu/remote-stream.ts';
import type { NodeMesh } from './node-mesh.ts';
import type { NodeRequests } from './node-signalling.ts';

/** How often what another node sends is compared with what is wanted of it, ms; at once when a request failed. */
export const COMPARE_INTERVAL_MS = 10_000;
/** Of one node at a time, requests: the links carry other things too. */
const MOST_REPAIRS = 50;

type Wanted = {
  node: string;
  maxSpatialLayer: number | null;
  /** The node has said that it sends. */
  opened: boolean;
  lost: () => void;
};

/**
 * Streams that other nodes send to this one. Requests get lost with a connection, or are answered too late; so what
 * each node says that it sends is compared with what is wanted now, and what differs is mended.
 */
export class RemotePipes {
  readonly #mesh: Pick<NodeMesh, 'request' | 'reached'>;
  readonly #clock: () => number;
  readonly #wanted = new Map<string, Wanted>();
  /** When each node was compared with last, ms; none: it is due. */
  readonly #comparedAt = new Map<string, number>();
  readonly #comparing = new Set<string>();

  constructor(mesh: Pick<NodeMesh, 'request' | 'reached'>, clock: () => number) {
    this.#mesh = mesh;
    this.#clock = clock;
  }

  openerFor(node: string): PipeOpener {
    return {
      open: (pipe) => this.#open(node, pipe),
      demand: (pipeId, maxSpatialLayer) => {
        const wanted = this.#wanted.get(pipeId);
        if (wanted === undefined) return;
        wanted.maxSpatialLayer = maxSpatialLayer;
        this.#mend(node, this.#mesh.request(node, 'pipe:demand', { pipeId, maxSpatialLayer }));
      },
      close: (pipeId) => {
        if (this.#wanted.delete(pipeId)) {
          this.#mend(node, this.#mesh.request(node, 'pipe:close', { pipeId }));
        }
      },
    };
  }

  /** Called about once a second. */
  beat(): void {
    const due = this.#clock() - COMPARE_INTERVAL_MS;
    for (const node of this.#mesh.reached) {
      if ((this.#comparedAt.get(node) ?? due) <= due) void this.compare(node);
    }
  }

  /** Mends what a node that answers sends differently from what is wanted. One that does not is asked again. */
  async compare(node: string): Promise<void> {
    if (this.#comparing.has(node)) return;
    this.#comparing.add(node);
    const opened = [...this.#wanted].filter(([, wanted]) => wanted.node === node && wanted.opened);
    try {
      const { pipes } = await this.#mesh.request(node, 'pipe:list', {});
      this.#comparedAt.set(node, this.#clock());
      const sent = new Set(pipes.map(({ pipeId }) => pipeId));
      for (const [pipeId] of opened) if (!sent.has(pipeId)) this.#lose(pipeId);
      this.#repair(node, pipes);
    } catch {
      this.#comparedAt.delete(node);
    } finally {
      this.#comparing.delete(node);
    }
  }

  /** The node left the cluster. */
  forget(node: string): void {
    this.#comparedAt.delete(node);
  }

  async #open(
    node: string,
    { pipeId, streamId, to, lost }: WantedPipe,
  ): Promise<ResponseOf<NodeRequests, 'pipe:open'>> {
    const wanted: Wanted = { node, maxSpatialLayer: null, opened: false, lost };
    this.#wanted.set(pipeId, wanted);
    const answer = await this.#mesh.request(node, 'pipe:open', { pipeId, streamId, to });
    wanted.opened = true;
    return answer;
  }

  #repair(node: string, pipes: ResponseOf<NodeRequests, 'pipe:list'>['pipes']): void {
    const different = pipes.filter(
      ({ pipeId, maxSpatialLayer }) => this.#wanted.get(pipeId)?.maxSpatialLayer !== maxSpatialLayer,
    );
    for (const { pipeId } of different.slice(0, MOST_REPAIRS)) {
      const maxSpatialLayer = this.#wanted.get(pipeId)?.maxSpatialLayer;
      const asked =
        maxSpatialLayer === undefined
          ? this.#mesh.request(node, 'pipe:close', { pipeId })
          : this.#mesh.request(node, 'pipe:demand', { pipeId, maxSpatialLayer });
      this.#mend(node, asked);
    }
    if (different.length > MOST_REPAIRS) this.#comparedAt.delete(node);
  }

  /** What fails is seen by the next comparison, which is due then. */
  #mend(node: string, asked: Promise<unknown>): void {
    void asked.catch(() => this.#comparedAt.delete(node));
  }

  #lose(pipeId: string): void {
    const wanted = this.#wanted.get(pipeId);
    this.#wanted.delete(pipeId);
    wanted?.lost();
  }
}
