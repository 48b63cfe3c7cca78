import { HavenError, type ErrorCode } from '@haven/protocol';
import type { DefaultEventsMap, Namespace, Socket } from 'socket.io';
import { sameSecret } from '../../http/bearer.ts';
import type { Handlers } from '../endpoints.ts';
import { HandshakeRefusal } from '../handshake.ts';
import type { Session, Sessions } from '../sessions.ts';
import {
  NODE_NAMESPACE,
  nodeHandshakeSchema,
  nodeRequests,
  type NodeRequests,
  type NodeToServer,
  type ServerToNode,
} from './node-signalling.ts';

type NodeData = { node: string; bootId: string };
export type NodeNamespace = Namespace<NodeToServer, ServerToNode, DefaultEventsMap, NodeData>;
type NodeSocket = Socket<NodeToServer, ServerToNode, DefaultEventsMap, NodeData>;

/** What this node answers to another one. */
export type NodeHost = {
  handlersFor(node: string): Handlers<NodeRequests>;
  /** The other node has connected: it is there, whether or not this one has heard of it. */
  arrived(node: string): void;
};

/** Lets other nodes of the cluster in: those that know its secret. */
export function serveNodes(
  namespace: NodeNamespace,
  sessions: Sessions,
  { secret, host }: { secret: string; host: NodeHost },
): void {
  namespace.use((socket, next) => {
    const handshake = nodeHandshakeSchema.safeParse(socket.handshake.auth);
    if (!handshake.success || !sameSecret(handshake.data.secret, secret)) {
      next(new HandshakeRefusal(new HavenError('UNAUTHENTICATED').toWire()));
      return;
    }
    const { node, bootId } = handshake.data;
    socket.data = { node, bootId };
    next();
  });
  namespace.on('connection', (socket) => {
    host.arrived(socket.data.node);
    const actor = { name: `node:${socket.data.node}`, address: socket.handshake.address };
    sessions.run(NODE_NAMESPACE, socket, actor, nodeRequests, new NodeSession(socket, host));
  });
}

class NodeSession implements Session<NodeRequests> {
  readonly handlers: Handlers<NodeRequests>;
  readonly #socket: NodeSocket;

  constructor(socket: NodeSocket, host: NodeHost) {
    this.#socket = socket;
    this.handlers = host.handlersFor(socket.data.node);
  }

  /** The secret does not change while a server runs. */
  recheck(): void {
    return;
  }

  end(code: ErrorCode): void {
    this.#socket.emit('session:ended', { code });
    this.#socket.disconnect(true);
  }

  /** What it had opened here stays: media go on while nodes do not reach each other. */
  disconnected(): void {
    return;
  }
}
