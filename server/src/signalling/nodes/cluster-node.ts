import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { HavenError, type Alert, type Source, type StreamEndReason } from '@haven/protocol';
import type { Redis } from 'ioredis';
import type { Admission } from '../../admission/admission.ts';
import type { AlertService } from '../../alerts/alert-service.ts';
import type { SoundPauses } from '../../alerts/sound-pauses.ts';
import type { Actor } from '../../audit/actor.ts';
import { Leases } from '../../cluster/leases.ts';
import { Members, type ClusterState } from '../../cluster/members.ts';
import { PatientClaims } from '../../cluster/patient-claims.ts';
import { Places, type PlaceKind } from '../../cluster/places.ts';
import type { ClusterConfig } from '../../config/config.ts';
import type { ClinicianPauses } from '../../privacy/clinician-pauses.ts';
import type { PipeOpener } from '../../sfu/remote-stream.ts';
import type { Sfu } from '../../sfu/sfu.ts';
import type { TalkParty } from '../../talk/talk-party.ts';
import type { Talker } from '../../talk/talk.ts';
import type { Talks } from '../../talk/talks.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Handlers } from '../endpoints.ts';
import { RETURN_AFTER_RESTART_MS } from '../expected-streams.ts';
import type { OtherNodes } from '../operations.ts';
import type { RoomHub } from '../room-hub.ts';
import type { Sessions } from '../sessions.ts';
import { ClusterAlerts } from './cluster-alerts.ts';
import { ClusterPauses } from './cluster-pauses.ts';
import { serveNodes, type NodeNamespace } from './node-door.ts';
import { NodeMesh } from './node-mesh.ts';
import {
  MOST_ALERTS_OF_PATIENT,
  sharedStreamOf,
  type NodeEvent,
  type NodeRequests,
  type SharedStream,
} from './node-signalling.ts';
import { PipeHost } from './pipe-host.ts';
import { RemoteTalks, type TalkElsewhere } from './remote-talks.ts';
import { TalkHost } from './talk-host.ts';

/** A node that starts waits no longer for the others before it shows what it has, ms. */
const SETTLED_WITHIN_MS = 3_000;
const SETTLE_INTERVAL_MS = 50;

export type ClusterSettings = ClusterConfig & { node: string };

export type ClusterNodeOptions = {
  settings: ClusterSettings;
  redis: Redis;
  namespace: NodeNamespace;
  sessions: Sessions;
  admission: Admission;
  alerts: AlertService;
  sfu: Sfu;
  /** Talks with patients of this node, and pauses of theirs. */
  talks: Talks;
  pauses: ClinicianPauses;
  telemetry: Telemetry;
  clock: () => number;
};

/** What this node does with what others tell, once there is a hub to tell its own viewers. */
type Audience = { hub: RoomHub; soundPauses: SoundPauses };

/** This node in its cluster: what it tells the others, what it learns from them, and what it does for them. */
export class ClusterNode implements OtherNodes {
  readonly alerts: ClusterAlerts;
  readonly pauses: ClinicianPauses;
  readonly #options: ClusterNodeOptions;
  readonly #bootId = randomUUID();
  readonly #redis: Redis;
  readonly #leases: Leases;
  readonly #members: Members;
  readonly #claims: PatientClaims;
  readonly #places: readonly Places[];
  readonly #mesh: NodeMesh;
  readonly #pipes: PipeHost;
  readonly #talkHost: TalkHost;
  readonly #remoteTalks: RemoteTalks;
  /** Of each node, by which a new start is told from a lost connection. */
  readonly #boots = new Map<string, string>();
  /** Patients whose device was at a node that is gone. */
  readonly #awaited = new Map<string, { source: Source; at: number }>();
  /** Patients whose device is here, and whom another node watched over while this one was away. */
  readonly #contested = new Set<string>();
  /** Patients whose alerts are being let go of. */
  #yielding = 0;
  #audience: Audience | undefined;
  #settled: Promise<void> = Promise.resolve();

  constructor(options: ClusterNodeOptions) {
    const { settings, namespace, sessions, admission, alerts, sfu, talks, pauses, telemetry, clock } =
      options;
    const { node, url, secret } = settings;
    this.#options = options;
    this.#redis = options.redis;
    this.#leases = new Leases(this.#redis, node);
    this.#members = new Members(this.#redis, { node, url, startedAt: clock(), draining: false });
    this.#places = (['devices', 'viewers'] as const).flatMap((kind) => this.#bound(kind, admission));
    this.#pipes = new PipeHost(sfu, sfu.pipeListening);
    this.#mesh = new NodeMesh({
      ...{ members: this.#members, namespace, clock },
      self: { node, secret, bootId: this.#bootId },
    });
    this.alerts = new ClusterAlerts(alerts, (at, amendment) =>
      this.#mesh.request(at, 'alert:amend', amendment),
    );
    this.pauses = new ClusterPauses(pauses, this.#mesh, (patientId) => this.#otherNodeOf(patientId));
    this.#talkHost = new TalkHost(talks, (event) => this.tell(event));
    this.#remoteTalks = new RemoteTalks(this.#mesh);
    this.#claims = new PatientClaims({
      leases: this.#leases,
      deviceElsewhere: (patientId) => sfu.remote.ofPatient(patientId)?.identity.deviceId,
      isPublished: (patientId) => sfu.streams.ofPatient(patientId) !== undefined,
      isWatchedOver: (patientId) => alerts.allActive().some((alert) => alert.patientId === patientId),
    });
    this.#claims.on('lost', (patientId) => this.#yield(patientId));
    this.#claims.on('contested', (patientId) => this.#contested.add(patientId));
    this.#claims.on('won', (patientId) => this.#take(patientId));
    alerts.onAlert(({ patientId, active }) => this.#watchOver(patientId, active));
    sfu.streams.claimBy(this.#claims);
    serveNodes(namespace, sessions, {
      secret,
      host: {
        handlersFor: (asking) => this.#handlersFor(asking),
        arrived: () => void this.#members.beat(),
      },
    });
    this.#mesh.on('event', (from, event) => this.#hear(from, event));
    this.#mesh.on('up', (from, anew) => {
      if (anew) void this.#meet(from);
    });
    this.#mesh.on('down', (lost) => this.#lose(lost));
    this.#mesh.on('gone', (gone) => this.#bury(gone));
    this.#mesh.on('refused', (by, error) =>
      telemetry.logger.warn({ err: error, node: by }, 'another node is not reached'),
    );
    telemetry.gauge('haven_cluster_nodes', 'Other nodes that answer', () => this.#mesh.up);
    telemetry.gauge('haven_cluster_pipes', 'Streams sent to other nodes', () => this.#pipes.size);
  }

  /** Whether another node takes newcomers. */
  get areOpen(): boolean {
    return this.#members.others.some(({ node, draining }) => !draining && this.#mesh.isUp(node));
  }

  tellDraining(draining: boolean): void {
    void this.#members.drain(draining);
  }

  get state(): ClusterState {
    const { others } = this.#members;
    return {
      others: others.length,
      reached: others.filter(({ node }) => this.#mesh.isUp(node)).length,
      redisReachable: this.#redis.status === 'ready',
    };
  }

  /**
   * Until this node, when it starts, has heard what the others hold, and to whom the alerts belong that it remembers;
   * for a few seconds at most, since they may be gone as well. Whoever joins earlier would be shown what was.
   */
  settled(): Promise<void> {
    return this.#settled;
  }

  /** From now on viewers hear what others tell. */
  begin(audience: Audience): void {
    this.#audience = audience;
    this.#redis.on('ready', () => void this.#announce());
    this.#settled = this.#settle();
  }

  /** Begins a talk with a patient, wherever their stream is. @throws HavenError as Talks.start, TIMEOUT */
  async talkWith(patientId: string, talker: Talker, actor: Actor): Promise<TalkParty> {
    const node = this.#otherNodeOf(patientId);
    if (node === undefined) return this.#options.talks.talkWith(patientId, talker, actor);
    return this.#remoteTalks.start(node, patientId, talker, actor);
  }

  /** With whom patients of other nodes talk. */
  talksIn(roomId: string): TalkElsewhere[] {
    return this.#remoteTalks.inRoom(roomId);
  }

  tell(event: NodeEvent): void {
    this.#mesh.tell(event);
  }

  /** Called about once a second. */
  beat(): void {
    this.#mesh.beat();
    this.#lookForAwaited();
    for (const patientId of this.#contested) void this.#regain(patientId);
  }

  async close(): Promise<void> {
    this.#mesh.close();
    this.#claims.close();
    this.#pipes.close();
    this.#options.sfu.remote.close();
    const places = this.#places.map((kind) => kind.close());
    await Promise.all([this.#leases.close(), this.#members.close(), ...places]);
  }

  /** Bounds the places of all nodes together, if they are to be. */
  #bound(kind: PlaceKind, admission: Admission): Places[] {
    const limit = this.#options.settings.limits[kind];
    if (limit === undefined) return [];
    const places = new Places(this.#redis, kind, limit);
    admission[kind].shareWith(places);
    return [places];
  }

  #handlersFor(asking: string): Handlers<NodeRequests> {
    const { alerts, pauses, sfu, talks } = this.#options;
    return {
      'node:snapshot': () => ({
        bootId: this.#bootId,
        streams: sfu.streams.live().map(sharedStreamOf),
        vitals: this.#ownVitals(),
        alerts: alerts.allActive(),
        talks: talks.all(),
      }),
      'patient:alerts': ({ patientId }) => ({
        alerts: alerts.ofPatient(patientId).slice(-MOST_ALERTS_OF_PATIENT),
      }),
      ...this.#pipes.handlersFor(asking),
      ...this.#talkHost.handlersFor(asking),
      'privacy:pause': (wish) => pauses.pause(wish),
      'privacy:resume': (wish) => pauses.resume(wish),
      'alert:amend': ({ alertId, by, reason, seconds }) =>
        seconds === null
          ? alerts.acknowledge(alertId, by, reason)
          : alerts.silence(alertId, by, seconds, reason),
    };
  }

  /** Redis answers: it is told that this node is there, and whose alerts it watches over. */
  async #announce(): Promise<void> {
    // What was active when this node stopped, or when Redis was lost, may be watched over by another by now.
    const patientIds = new Set(this.#options.alerts.allActive().map(({ patientId }) => patientId));
    await Promise.all([
      this.#members.beat(),
      ...[...patientIds].map((patientId) => this.#claims.watchOver(patientId)),
    ]);
  }

  async #settle(): Promise<void> {
    const deadline = performance.now() + SETTLED_WITHIN_MS;
    while (performance.now() < deadline) {
      if (this.#redis.status === 'ready') {
        await this.#announce();
        if (this.#isSettled()) return;
      }
      await sleep(SETTLE_INTERVAL_MS);
    }
  }

  #isSettled(): boolean {
    const { alerts } = this.#options;
    return (
      this.#yielding === 0 &&
      this.#members.others.every(({ node }) => this.#boots.has(node)) &&
      alerts.allActive().every(({ patientId }) => this.#claims.has(patientId))
    );
  }

  #ownVitals() {
    const hub = this.#audience?.hub;
    return this.#options.sfu.streams
      .live()
      .flatMap(({ identity: { roomId, patientId } }) =>
        (hub?.latestVitals([patientId]) ?? []).map((message) => ({ roomId, message })),
      );
  }

  /** Learns what a node holds: at first, and whenever messages of it may have been missed. */
  async #meet(node: string): Promise<void> {
    try {
      const held = await this.#mesh.request(node, 'node:snapshot', {});
      if (this.#boots.get(node) !== held.bootId) this.#pipes.closeAllOf(node);
      this.#boots.set(node, held.bootId);
      this.#endStreamsBut(node, new Set(held.streams.map(({ state }) => state.streamId)));
      for (const stream of held.streams) this.#learnStream(node, stream);
      this.#learnTalks(node, held.talks);
      for (const { roomId, message } of held.vitals) this.#relay({ kind: 'vitals', roomId, message });
      const alertIds = new Set(held.alerts.map(({ id }) => id));
      for (const alert of this.alerts.toldBy(node)) if (!alertIds.has(alert.id)) this.#drop(alert);
      for (const alert of held.alerts) this.#hear(node, { kind: 'alert', alert, leftRoomId: null });
    } catch (error) {
      this.#options.telemetry.logger.warn({ err: error, node }, 'what another node holds could not be read');
    }
  }

  #hear(node: string, event: NodeEvent): void {
    if (event.kind === 'stream') this.#learnStream(node, event.stream);
    else if (event.kind === 'alert') this.#learnAlert(node, event.alert, event.leftRoomId);
    else if (event.kind === 'patient-taken') this.#claims.recheck(event.patientId);
    else if (event.kind === 'talk-heard' || event.kind === 'talk-ended') this.#remoteTalks.learn(node, event);
    else {
      if (event.kind === 'patient-talk') this.#learnTalk(node, event);
      if (event.kind === 'stream-ended') this.#endStream(event.streamId, event.reason);
      if (event.kind === 'sound-pause') this.#audience?.soundPauses.learn(event.roomId, event.pause);
      this.#relay(event);
    }
  }

  #learnStream(node: string, shared: SharedStream): void {
    const { roomId, deviceId, mimeType, state, sizes } = shared;
    const { patientId, source } = state;
    const identity = { patientId, roomId, deviceId, source };
    this.#options.sfu.remote.learn(node, { identity, mimeType, state, sizes }, this.#openerFor(node));
    this.#relay({ kind: 'stream', stream: shared });
  }

  /** A node that was cut off may tell of alerts of a patient whom this one has taken over: they are this one's now. */
  #learnAlert(node: string, alert: Alert, leftRoomId: string | null): void {
    if (this.#claims.has(alert.patientId)) return;
    if (this.alerts.learn(node, alert, leftRoomId ?? undefined))
      this.#relay({ kind: 'alert', alert, leftRoomId });
  }

  /** A clinician talks with one patient at a time, at whichever node. */
  #learnTalk(node: string, event: Extract<NodeEvent, { kind: 'patient-talk' }>): void {
    this.#remoteTalks.learn(node, event);
    if (event.clinician !== null) this.#options.talks.endOf(event.clinician.userId);
  }

  /** What a node holds, or (none) that it is not reached. */
  #learnTalks(node: string, talks: readonly TalkElsewhere[]): void {
    for (const { roomId, patientId } of this.#remoteTalks.replace(node, talks))
      this.#relay({ kind: 'patient-talk', roomId, patientId, clinician: null });
  }

  /** The node does not answer: of its patients nothing is known but their pictures, if these still come. */
  #lose(node: string): void {
    this.#remoteTalks.endAllOf(node);
    this.#talkHost.endAllOf(node);
    this.#learnTalks(node, []);
    for (const { identity, mimeType, state, sizes } of this.#options.sfu.remote.of(node)) {
      const conditions = [...new Set([...state.conditions, 'analysis-stopped' as const])];
      this.#relay({
        kind: 'stream',
        stream: sharedStreamOf({ identity, mimeType, state: { ...state, conditions }, sizes }),
      });
    }
  }

  /** The node left the cluster: each of its patients is watched over by whoever takes them first. */
  #bury(node: string): void {
    const alerting = new Set(this.alerts.toldBy(node).map(({ patientId }) => patientId));
    this.#boots.delete(node);
    this.#pipes.closeAllOf(node);
    this.#endStreamsBut(node, new Set());
    for (const patientId of alerting) void this.#claims.watchOver(patientId);
  }

  /** Also of a node that stops: somebody is to watch over its patients. */
  #endStream(streamId: string, reason: StreamEndReason): void {
    const stream = this.#options.sfu.remote.get(streamId);
    if (stream === undefined) return;
    const { patientId, source } = stream.identity;
    stream.end(reason);
    if (reason !== 'server-stopping') return;
    this.#awaited.set(patientId, { source, at: this.#options.clock() });
    void this.#claims.watchOver(patientId);
  }

  #endStreamsBut(node: string, held: ReadonlySet<string>): void {
    for (const stream of this.#options.sfu.remote.of(node)) {
      const { streamId } = stream;
      const { roomId, patientId } = stream.identity;
      if (held.has(streamId)) continue;
      const reason = 'server-stopping';
      this.#endStream(streamId, reason);
      this.#relay({ kind: 'stream-ended', streamId, reason, roomId, patientId });
    }
  }

  /** This node has the patient: it watches over their alerts, and says so. */
  #take(patientId: string): void {
    this.tell({ kind: 'patient-taken', patientId });
    void this.alerts.takeOver(patientId);
  }

  /** Their devices were at a node that is gone: if one comes to no other, somebody has to look. */
  #lookForAwaited(): void {
    const { alerts, clock, sfu } = this.#options;
    for (const [patientId, { source, at }] of this.#awaited) {
      const returned = sfu.ofPatient(patientId) !== undefined;
      if (!returned && clock() - at < RETURN_AFTER_RESTART_MS) continue;
      this.#awaited.delete(patientId);
      if (returned || !this.#claims.has(patientId)) continue;
      void alerts.report({ patientId, source, condition: 'signal-lost', present: true, at });
    }
  }

  /**
   * This node was cut off, and another watched over a patient whose device never left: this one has them again. What the
   * others did to their alerts meanwhile holds.
   */
  async #regain(patientId: string): Promise<void> {
    const others = this.#members.others.map(({ node }) => node);
    // They are told and asked as soon as they answer.
    if (!others.every((node) => this.#mesh.isUp(node))) return;
    this.#contested.delete(patientId);
    const { alerts, clock, sfu, telemetry } = this.#options;
    const stream = sfu.streams.ofPatient(patientId);
    if (stream === undefined) {
      this.#yield(patientId);
      return;
    }
    try {
      for (const node of others) await this.#learnAlertsOf(node, patientId);
      await this.#claims.claim(stream.identity);
      const present = stream.state.conditions.includes('signal-lost');
      const { source } = stream.identity;
      await alerts.report({ patientId, source, condition: 'signal-lost', present, at: clock() });
    } catch (error) {
      telemetry.logger.warn({ err: error }, 'a patient could not be taken back from another node');
      if (error instanceof HavenError && error.code === 'PATIENT_HAS_DEVICE') this.#yield(patientId);
      else this.#contested.add(patientId);
    }
  }

  async #learnAlertsOf(node: string, patientId: string): Promise<void> {
    const held = await this.#mesh.request(node, 'patient:alerts', { patientId });
    for (const alert of held.alerts) {
      await this.#options.alerts.adopt(alert);
      this.#relay({ kind: 'alert', alert, leftRoomId: null });
    }
  }

  /** Another node has the patient: what was done here since it took them is not theirs. */
  #yield(patientId: string): void {
    const { alerts, sfu } = this.#options;
    sfu.streams.ofPatient(patientId)?.end('superseded');
    const own = alerts.allActive().filter((alert) => alert.patientId === patientId);
    this.#yielding += 1;
    void alerts
      .letGo(patientId)
      .then(() => {
        for (const alert of own) this.#drop(alert);
      })
      .finally(() => (this.#yielding -= 1));
    // The other one's are told with its next word, or were meanwhile.
    for (const { node } of this.#members.others) if (this.#mesh.isUp(node)) void this.#meet(node);
  }

  /** An alert is off the screens of this node, unless somebody else told of it. */
  #drop(alert: Alert): void {
    this.alerts.forget(alert);
    this.#relay({ kind: 'alert', alert: { ...alert, active: false }, leftRoomId: null });
  }

  #watchOver(patientId: string, active: boolean): void {
    if (active) void this.#claims.watchOver(patientId);
    else if (this.#options.sfu.streams.ofPatient(patientId) === undefined)
      void this.#claims.release(patientId);
  }

  #relay(event: NodeEvent): void {
    this.#audience?.hub.relay(event);
  }

  /** The other node that has the patient's stream, if one has. */
  #otherNodeOf(patientId: string): string | undefined {
    const { remote, streams } = this.#options.sfu;
    return streams.ofPatient(patientId) === undefined ? remote.nodeOf(patientId) : undefined;
  }

  #openerFor(node: string): PipeOpener {
    // A node that is not reached keeps what it has; it hears of it when it meets this one anew.
    const unanswered = (asked: Promise<unknown>): void => void asked.catch(() => undefined);
    return {
      open: async (streamId, to) => {
        const pipeId = randomUUID();
        return { pipeId, ...(await this.#mesh.request(node, 'pipe:open', { pipeId, streamId, to })) };
      },
      demand: (pipeId, maxSpatialLayer) =>
        unanswered(this.#mesh.request(node, 'pipe:demand', { pipeId, maxSpatialLayer })),
      close: (pipeId) => unanswered(this.#mesh.request(node, 'pipe:close', { pipeId })),
    };
  }
}
