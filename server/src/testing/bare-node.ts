import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { HavenError } from '@haven/protocol';
import type { Redis } from 'ioredis';
import { Server, type DefaultEventsMap } from 'socket.io';
import { AuditTrail } from '../audit/audit-trail.ts';
import { Members } from '../cluster/members.ts';
import type { TlsFiles } from '../http/tls.ts';
import type { Handlers } from '../signalling/endpoints.ts';
import type { Io } from '../signalling/io.ts';
import { serveNodes, type NodeNamespace } from '../signalling/nodes/node-door.ts';
import { NodeMesh } from '../signalling/nodes/node-mesh.ts';
import { NODE_NAMESPACE, type NodeEvent, type NodeRequests } from '../signalling/nodes/node-signalling.ts';
import { RequestService } from '../signalling/request-service.ts';
import { Sessions } from '../signalling/sessions.ts';
import { MemoryRecords } from './memory-records.ts';
import { QuietTelemetry } from './quiet-telemetry.ts';

/** What every bare node of a test knows. */
export const NODE_SECRET = 'a secret of all nodes of the cluster';

export type BareNodeOptions = {
  secret?: string;
  /** Its certificate, when it is reached over TLS. */
  tls?: TlsFiles | undefined;
  /** What it answers to other nodes, where that is more than nothing. */
  answers?: Partial<Handlers<NodeRequests>>;
};

/** A node without media: its door, its place in the cluster and its links. */
export class BareNode {
  readonly mesh: NodeMesh;
  readonly members: Members;
  readonly heard: { node: string; event: NodeEvent }[] = [];
  readonly links: string[] = [];
  /** It says no more that it is there, while its connections stand. */
  silent = false;
  readonly #http: HttpServer | TlsServer;
  readonly #io: Io;
  readonly #timer: NodeJS.Timeout;

  private constructor(
    name: string,
    redis: Redis,
    http: HttpServer | TlsServer,
    { secret = NODE_SECRET, answers = {} }: BareNodeOptions,
  ) {
    const telemetry = new QuietTelemetry();
    const audit = new AuditTrail(new MemoryRecords([], []), telemetry, Date.now);
    const sessions = new Sessions(new RequestService(telemetry, audit, 1_000), telemetry);
    const { port } = http.address() as AddressInfo;
    const bootId = randomUUID();
    this.#http = http;
    this.#io = new Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, never>(http, {
      connectionStateRecovery: {},
    });
    const namespace: NodeNamespace = this.#io.of(NODE_NAMESPACE);
    serveNodes(namespace, sessions, {
      secret: NODE_SECRET,
      host: {
        handlersFor: () => ({ ...NOTHING, 'node:snapshot': () => holding(bootId), ...answers }),
        arrived: () => undefined,
      },
    });
    const url = `${http instanceof TlsServer ? 'https' : 'http'}://127.0.0.1:${port}`;
    this.members = new Members(redis, { node: name, url, startedAt: Date.now(), draining: false });
    this.mesh = new NodeMesh({
      ...{ members: this.members, namespace, clock: Date.now },
      self: { node: name, secret, bootId },
    });
    this.mesh.on('event', (node, event) => this.heard.push({ node, event }));
    this.mesh.on('up', (node) => this.links.push(`+${node}`));
    this.mesh.on('down', (node) => this.links.push(`-${node}`));
    this.mesh.on('gone', (node) => this.links.push(`gone ${node}`));
    this.mesh.on('refused', (node, { message }) => this.links.push(`refused by ${node}: ${message}`));
    this.#timer = setInterval(() => {
      if (!this.silent) this.mesh.beat();
    }, 200);
  }

  static async start(name: string, redis: Redis, options: BareNodeOptions = {}): Promise<BareNode> {
    const { tls } = options;
    const http =
      tls === undefined ? createServer() : createTlsServer({ cert: tls.certificate, key: tls.key });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return new BareNode(name, redis, http, options);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.mesh.close();
    await this.members.close();
    await this.#io.close();
    this.#http.close();
  }
}

/** What a node holds that was just started. */
export const holding = (bootId: string) => ({
  ...{ bootId, streams: [], vitals: [], alerts: [], entrusted: [], talks: [], pauses: [] },
});

const unknownStream = (): never => {
  throw new HavenError('STREAM_UNKNOWN');
};

const NOTHING: Omit<Handlers<NodeRequests>, 'node:snapshot'> = {
  'patient:alerts': () => ({ alerts: [] }),
  'patient:hand-over': () => ({ taken: true }),
  'pipe:open': () => {
    throw new Error('no media here');
  },
  'pipe:demand': () => ({}),
  'pipe:close': () => ({}),
  'pipe:list': () => ({ pipes: [] }),
  'alert:amend': () => {
    throw new HavenError('ALERT_UNKNOWN');
  },
  'privacy:pause': unknownStream,
  'privacy:resume': unknownStream,
  'talk:start': unknownStream,
  'talk:connect': unknownStream,
  'talk:produce': unknownStream,
  'talk:consume': unknownStream,
  'talk:end': unknownStream,
};
