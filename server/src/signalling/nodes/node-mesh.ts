import { EventEmitter } from 'node:events';
import { HavenError, type RequestOf, type ResponseOf } from '@haven/protocol';
import type { Member, Members } from '../../cluster/members.ts';
import type { NodeNamespace } from './node-door.ts';
import { NodeLink } from './node-link.ts';
import type { NodeEvent, NodeRequests } from './node-signalling.ts';

type NodeMeshEvents = {
  event: [node: string, event: NodeEvent];
  /** A node is reached, for the first time or again: what was known of it may be wrong. */
  up: [node: string];
  /** It does not answer now. */
  down: [node: string];
  /** It does not let this node in, or is not there. */
  refused: [node: string, error: Error];
  /** It left the cluster, or was silent for too long. */
  gone: [node: string];
};

/** The newest of these is all that counts: they are not kept for a node that does not listen. */
const FLEETING: ReadonlySet<NodeEvent['kind']> = new Set(['vitals', 'waveform']);

export type NodeMeshOptions = {
  members: Members;
  namespace: NodeNamespace;
  self: { node: string; secret: string; bootId: string };
  clock: () => number;
};

/**
 * This node among the others: a link to each, and the door by which each hears this one. It needs Redis to learn of new
 * nodes, and for nothing else.
 */
export class NodeMesh extends EventEmitter<NodeMeshEvents> {
  readonly #options: NodeMeshOptions;
  readonly #links = new Map<string, NodeLink>();

  constructor(options: NodeMeshOptions) {
    super();
    this.#options = options;
    const { members } = options;
    for (const member of members.others) this.#connect(member);
    members.on('joined', this.#connect);
    members.on('changed', this.#connect);
    members.on('left', this.#left);
  }

  /** Whether this node answers. */
  isUp(node: string): boolean {
    return this.#links.get(node)?.up ?? false;
  }

  /** All other nodes, whether or not they answer. */
  get others(): string[] {
    return [...this.#links.keys()];
  }

  /** Those that answer. */
  get reached(): string[] {
    return [...this.#links].filter(([, { up }]) => up).map(([node]) => node);
  }

  /** Tells all others. */
  tell(event: NodeEvent): void {
    const { namespace } = this.#options;
    if (FLEETING.has(event.kind)) namespace.volatile.emit('event', event);
    else namespace.emit('event', event);
  }

  /** Says that this node is there; called about once a second. */
  beat(): void {
    this.#options.namespace.volatile.emit('beat', { at: this.#options.clock() });
  }

  /** @throws HavenError the other node's code, or TIMEOUT when it is not reached */
  request<K extends keyof NodeRequests>(
    node: string,
    name: K,
    request: RequestOf<NodeRequests, K>,
  ): Promise<ResponseOf<NodeRequests, K>> {
    const link = this.#links.get(node);
    if (link === undefined) return Promise.reject(new HavenError('TIMEOUT', 'There is no such server.'));
    return link.request(name, request);
  }

  close(): void {
    const { members } = this.#options;
    members.off('joined', this.#connect);
    members.off('changed', this.#connect);
    members.off('left', this.#left);
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  readonly #connect = (to: Member): void => {
    // A node that Redis had forgotten, and that was there all the while.
    if (this.#links.get(to.node)?.to.url === to.url) return;
    this.#links.get(to.node)?.close();
    const { self, clock } = this.#options;
    const link = new NodeLink({ to, self, clock });
    this.#links.set(to.node, link);
    link.on('event', (event) => this.emit('event', to.node, event));
    link.on('up', () => this.emit('up', to.node));
    link.on('down', () => this.emit('down', to.node));
    link.on('refused', (error) => this.emit('refused', to.node, error));
  };

  /**
   * A node that others do not hear of any more may still be there, when it is only Redis that it does not reach: it is
   * gone when its link is down as well.
   */
  readonly #left = ({ node }: Member): void => {
    const link = this.#links.get(node);
    if (link === undefined) return;
    if (!link.up) {
      this.#drop(node);
      return;
    }
    link.once('down', () => this.#drop(node));
  };

  #drop(node: string): void {
    if (this.#options.members.has(node)) return;
    this.#links.get(node)?.close();
    if (this.#links.delete(node)) this.emit('gone', node);
  }
}
