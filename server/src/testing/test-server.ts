import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CV_NAMESPACE,
  cvRequests,
  DEVICE_NAMESPACE,
  deviceRequests,
  MONITOR_NAMESPACE,
  monitorRequests,
  PROTOCOL_VERSION,
  type CvRequests,
  type DeviceRequests,
  type MonitorRequests,
  type Patient,
  type RequestMap,
} from '@haven/protocol';
import type { ManagerOptions, SocketOptions } from 'socket.io-client';
import type { Redis } from 'ioredis';
import { connectRedis } from '../cluster/redis-link.ts';
import { readConfig, type Config } from '../config/config.ts';
import { Sfu } from '../sfu/sfu.ts';
import { startSignalling, type Signalling } from '../signalling/start-signalling.ts';
import { IDLE_MACHINE } from './idle-machine.ts';
import { MemoryAccess } from './memory-access.ts';
import { MemoryAlerts } from './memory-alerts.ts';
import { MemoryRecords } from './memory-records.ts';
import { QuietTelemetry } from './quiet-telemetry.ts';
import { TestClient } from './test-client.ts';

const ROOMS = [
  { id: 'ward-a', name: 'Ward A' },
  { id: 'ward-b', name: 'Ward B' },
];
const PATIENTS: Patient[] = [
  { id: 'P-101', roomId: 'ward-a', name: 'Ada', bed: '1', analysisMode: 'both' },
  { id: 'P-102', roomId: 'ward-a', name: 'Ben', bed: '2', analysisMode: 'both' },
  { id: 'P-201', roomId: 'ward-b', name: 'Cleo', bed: '1', analysisMode: 'both' },
];

type ClientOptions = Partial<ManagerOptions & SocketOptions>;

/** SFU and signalling as they run in the server, on a free port, with access, records and alerts in memory. */
export class TestServer {
  readonly access: MemoryAccess;
  readonly records = new MemoryRecords(ROOMS, PATIENTS);
  readonly alerts = new MemoryAlerts();
  readonly telemetry: QuietTelemetry;
  /** How busy the machine is, as far as the server knows. */
  machine = IDLE_MACHINE;
  readonly sfu: Sfu;
  readonly signalling: Signalling;
  readonly url: string;
  readonly #httpServer: Server;
  readonly #dataDirectory: string;
  /** Of its cluster, if it is in one. */
  readonly #redis: Redis | undefined;
  readonly #clients = new Set<{ close(): void }>();
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #time: { offsetMs: number };

  private constructor(parts: {
    config: Config;
    sfu: Sfu;
    telemetry: QuietTelemetry;
    httpServer: Server;
    time: { offsetMs: number };
    clock: () => number;
  }) {
    const { config, sfu, telemetry, httpServer, time, clock } = parts;
    this.access = new MemoryAccess(clock);
    this.sfu = sfu;
    this.telemetry = telemetry;
    this.#httpServer = httpServer;
    this.#dataDirectory = config.dataDirectory;
    this.#time = time;
    const { access, records, alerts } = this;
    const redis = config.cluster === undefined ? undefined : connectRedis(config.cluster.redisUrl, telemetry);
    this.#redis = redis;
    this.signalling = startSignalling({
      ...{ httpServer, config, access, records, alerts, telemetry, sfu, clock },
      ...(redis === undefined ? {} : { node: { id: config.nodeId ?? 'node', redis } }),
      machine: { read: () => Promise.resolve(this.machine), close: () => undefined },
    });
    this.url = `http://127.0.0.1:${portOf(httpServer)}`;
  }

  /** @param environment settings beside one media worker on a free port */
  static async start(environment: Record<string, string> = {}): Promise<TestServer> {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'haven-test-server-'));
    const config = readConfig({
      NODE_ENV: 'test',
      HAVEN_DATA_DIR: dataDirectory,
      HAVEN_MEDIA_WORKERS: '1',
      MEDIASOUP_WORKER_BIN: process.env.MEDIASOUP_WORKER_BIN,
      ...environment,
    });
    const time = { offsetMs: 0 };
    const clock = (): number => Date.now() + time.offsetMs;
    const telemetry = new QuietTelemetry();
    const sfu = await Sfu.create({ config, telemetry, clock });
    const httpServer = createServer();
    httpServer.listen(config.cluster === undefined ? 0 : config.port, '127.0.0.1');
    await once(httpServer, 'listening');
    return new TestServer({ config, sfu, telemetry, httpServer, time, clock });
  }

  /** As its clock says, ms since the epoch. */
  get now(): number {
    return Date.now() + this.#time.offsetMs;
  }

  /** What a gauge without labels says now. */
  gauge(name: string): number | undefined {
    const value = this.telemetry.gauges.get(name)?.();
    return typeof value === 'number' ? value : undefined;
  }

  /** Lets time pass at once. */
  advance(ms: number): void {
    this.#time.offsetMs += ms;
  }

  monitor(token: string, options: ClientOptions = {}): TestClient<MonitorRequests> {
    return this.#client(MONITOR_NAMESPACE, monitorRequests, { token }, options);
  }

  device(token: string, options: ClientOptions = {}): TestClient<DeviceRequests> {
    return this.#client(DEVICE_NAMESPACE, deviceRequests, { token }, options);
  }

  cvWorker(token: string, worker: unknown = { name: 'cv-1', capacity: 8 }): TestClient<CvRequests> {
    return this.#client(CV_NAMESPACE, cvRequests, { token, worker }, {});
  }

  /** Has something closed with the server, also when a test fails. */
  atClose(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    await Promise.all(this.#closers.map((close) => close()));
    for (const client of this.#clients) client.close();
    await this.signalling.close();
    this.#redis?.disconnect();
    await this.sfu.close();
    this.#httpServer.close();
    await rm(this.#dataDirectory, { recursive: true, force: true });
  }

  #client<M extends RequestMap>(
    namespace: string,
    requests: M,
    auth: Record<string, unknown>,
    options: ClientOptions,
  ): TestClient<M> {
    const client = new TestClient(this.url + namespace, requests, {
      auth: { protocol: PROTOCOL_VERSION, ...auth },
      ...options,
    });
    this.#clients.add(client);
    return client;
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
