import {
  MONITOR_NAMESPACE,
  monitorRequests,
  PROTOCOL_VERSION,
  readReply,
  type Alert,
  type MonitorRequests,
  type RequestOf,
  type ResponseOf,
  type RoomSnapshot,
  type ServerToMonitor,
  type StreamState,
  type Vital,
  type VitalName,
  type VitalsMessage,
} from '@haven/protocol';
import { io, type Socket } from 'socket.io-client';

type Requests = Record<string, (request: unknown, reply: (answer: unknown) => void) => void>;

/** A clinician's connection without a browser: everything that the server sends is kept with its time of arrival. */
export class MonitorClient {
  readonly vitals: (VitalsMessage & { receivedAt: number })[] = [];
  readonly alerts = new Map<string, Alert>();
  readonly streams = new Map<string, StreamState & { seenAt: number }>();
  snapshot!: RoomSnapshot;
  readonly socket: Socket<ServerToMonitor, Requests>;

  private constructor(url: string, accessToken: string) {
    this.socket = io(`${url}${MONITOR_NAMESPACE}`, {
      auth: { protocol: PROTOCOL_VERSION, token: accessToken },
      transports: ['websocket'],
      reconnectionDelay: 200,
      reconnectionDelayMax: 500,
    });
    this.socket.on('vitals', (message) => this.vitals.push({ ...message, receivedAt: Date.now() }));
    this.socket.on('alert', (alert) => this.#keep(alert));
    this.socket.on('stream:started', (stream) =>
      this.streams.set(stream.patientId, { ...stream, seenAt: Date.now() }),
    );
    this.socket.on('stream:changed', (stream) =>
      this.streams.set(stream.patientId, { ...stream, seenAt: Date.now() }),
    );
    this.socket.on('stream:ended', ({ patientId }) => this.streams.delete(patientId));
  }

  /** Joins the room, and again by itself after each lost connection. */
  static async join(url: string, accessToken: string, roomId = 'ward-a'): Promise<MonitorClient> {
    const client = new MonitorClient(url, accessToken);
    await new Promise<void>((resolve, reject) => {
      client.socket.on('connect_error', reject);
      client.socket.on('connect', () => {
        client.#enter(roomId).then(resolve, reject);
      });
    });
    return client;
  }

  async request<K extends keyof MonitorRequests>(
    name: K,
    request: RequestOf<MonitorRequests, K>,
  ): Promise<ResponseOf<MonitorRequests, K>> {
    const answer: unknown = await this.socket.timeout(10_000).emitWithAck(name, request);
    return readReply(monitorRequests, name, answer);
  }

  /** A vital of the patient in the newest message; undefined before the first. */
  latest(patientId: string, name: VitalName = 'pulse', since = 0): Vital | undefined {
    const message = this.vitals.findLast((m) => m.patientId === patientId && m.receivedAt >= since);
    return message?.vitals.find((vital) => vital.name === name);
  }

  activeAlert(patientId: string, rule: Alert['rule']): Alert | undefined {
    return [...this.alerts.values()].find((a) => a.patientId === patientId && a.rule === rule && a.active);
  }

  close(): void {
    this.socket.disconnect();
  }

  async #enter(roomId: string): Promise<void> {
    this.snapshot = await this.request('room:join', { roomId });
    this.streams.clear();
    for (const stream of this.snapshot.streams)
      this.streams.set(stream.patientId, { ...stream, seenAt: Date.now() });
    for (const alert of this.snapshot.alerts) this.#keep(alert);
  }

  #keep(alert: Alert): void {
    const known = this.alerts.get(alert.id);
    if (known === undefined || known.version < alert.version) this.alerts.set(alert.id, alert);
  }
}
