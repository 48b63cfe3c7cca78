import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Admission } from '../../admission/admission.ts';
import type { AlertService } from '../../alerts/alert-service.ts';
import type { Actor } from '../../audit/actor.ts';
import { Leases } from '../../cluster/leases.ts';
import { Members, type ClusterState } from '../../cluster/members.ts';
import { Places, type PlaceKind } from '../../cluster/places.ts';
import type { ClusterConfig } from '../../config/config.ts';
import { OwnPauses, type ClinicianPauses } from '../../privacy/clinician-pauses.ts';
import type { Privacies } from '../../privacy/privacies.ts';
import type { Sfu } from '../../sfu/sfu.ts';
import type { TalkParty } from '../../talk/talk-party.ts';
import type { Talker } from '../../talk/talk.ts';
import type { Talks } from '../../talk/talks.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Handlers } from '../endpoints.ts';
import type { OtherNodes } from '../operations.ts';
import type { Sessions } from '../sessions.ts';
import { ClusterAlerts } from './cluster-alerts.ts';
import { ClusterPauses } from './cluster-pauses.ts';
import { serveNodes, type NodeNamespace } from './node-door.ts';
import { NodeMesh } from './node-mesh.ts';
import { NodeNews, type Audience } from './node-news.ts';
import {
  MOST_ALERTS_OF_PATIENT,
  sharedStreamOf,
  type NodeEvent,
  type NodeRequests,
} from './node-signalling.ts';
import { PatientHandover } from './patient-handover.ts';
import { PipeHost } from './pipe-host.ts';
import { RemotePipes } from './remote-pipes.ts';
import { RemoteTalks, type TalkElsewhere } from './remote-talks.ts';
import { TalkHost } from './talk-host.ts';
import type { Bed } from './unreached-patients.ts';

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
  /** With patients of this node. */
  talks: Talks;
  privacies: Privacies;
  telemetry: Telemetry;
  /** All of all rooms. */
  beds: () => Promise<Bed[]>;
  clock: () => number;
};

/** This node in its cluster: what it tells the others, what it learns from them, and what it does for them. */
export class ClusterNode implements OtherNodes {
  readonly alerts: ClusterAlerts;
  readonly pauses: ClinicianPauses;
  readonly #options: ClusterNodeOptions;
  readonly #ownPauses: ClinicianPauses;
  readonly #bootId = randomUUID();
  readonly #redis: Redis;
  readonly #leases: Leases;
  readonly #members: Members;
  readonly #places: readonly Places[];
  readonly #mesh: NodeMesh;
  readonly #pipes: PipeHost;
  readonly #talkHost: TalkHost;
  readonly #remoteTalks: RemoteTalks;
  readonly #handover: PatientHandover;
  readonly #news: NodeNews;
  #audience: Audience | undefined;
  #settled: Promise<void> = Promise.resolve();

  constructor(options: ClusterNodeOptions) {
    const { settings, namespace, sessions, admission, alerts, sfu, talks, privacies, telemetry, clock } =
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
    this.alerts = new ClusterAlerts(alerts, async (at, amendment) => {
      const alert = await this.#mesh.request(at, 'alert:amend', amendment);
      this.#news.hear(at, { kind: 'alert', alert, leftRoomId: null });
      return alert;
    });
    this.#ownPauses = new OwnPauses(privacies);
    this.pauses = new ClusterPauses(this.#ownPauses, this.#mesh, (patientId) => this.#otherNodeOf(patientId));
    privacies.on('recorded', (pause) => this.tell({ kind: 'privacy', ...pause }));
    this.#talkHost = new TalkHost(talks, (event) => this.tell(event));
    this.#remoteTalks = new RemoteTalks(this.#mesh);
    const relay = (event: NodeEvent) => this.#audience?.hub.relay(event);
    this.#handover = new PatientHandover({
      ...{ leases: this.#leases, members: this.#members, mesh: this.#mesh },
      ...{ alerts, allAlerts: this.alerts, sfu, telemetry, clock, relay },
      gone: (patientId, roomId, at) => this.#news.unreached.know(at, { patientId, roomId }),
      hearOthers: () => this.#news.meetAll(),
    });
    this.#news = new NodeNews({
      ...{ mesh: this.#mesh, alerts: this.alerts, handover: this.#handover, pipes: this.#pipes },
      ...{
        remotePipes: new RemotePipes(this.#mesh, clock),
        remoteTalks: this.#remoteTalks,
        talkHost: this.#talkHost,
        privacies,
        sfu,
        talks,
        telemetry,
        clock,
        relay,
      },
      beds: options.beds,
      audience: () => this.#audience,
    });
    serveNodes(namespace, sessions, {
      secret,
      host: {
        handlersFor: (asking) => this.#handlersFor(asking),
        arrived: () => void this.#members.beat(),
      },
    });
    telemetry.gauge('haven_cluster_nodes', 'Other nodes that answer', () => this.#mesh.reached.length);
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

  /**
   * Takes a patient whom no other node has. @returns whether this node has them; undefined while it cannot be known
   */
  takes(patientId: string): Promise<boolean | undefined> {
    return this.#handover.takes(patientId);
  }

  /** With whom patients of other nodes talk. */
  talksIn(roomId: string): TalkElsewhere[] {
    return this.#remoteTalks.inRoom(roomId);
  }

  /** Patients of whom neither values nor alarms arrive here now. */
  unreachedIn(roomId: string): string[] {
    return this.#news.unreached.in(roomId);
  }

  tell(event: NodeEvent): void {
    this.#mesh.tell(event);
  }

  /** Called about once a second. */
  beat(): void {
    this.#mesh.beat();
    this.#news.beat();
    this.#handover.beat();
  }

  async close(): Promise<void> {
    this.#mesh.close();
    this.#handover.close();
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
    const { alerts, privacies, sfu, talks } = this.#options;
    return {
      'node:snapshot': () => ({
        bootId: this.#bootId,
        streams: sfu.streams.live().map(sharedStreamOf),
        vitals: this.#ownVitals(),
        alerts: alerts.allActive(),
        entrusted: this.alerts.owed(),
        talks: talks.all(),
        pauses: privacies.all(),
      }),
      'patient:hand-over': async ({ patientId, alerts: handed }) => ({
        taken: await this.#handover.receive(patientId, handed),
      }),
      'patient:alerts': ({ patientId }) => ({
        alerts: alerts.ofPatient(patientId).slice(-MOST_ALERTS_OF_PATIENT),
      }),
      ...this.#pipes.handlersFor(asking),
      ...this.#talkHost.handlersFor(asking),
      'privacy:pause': (wish) => this.#ownPauses.pause(wish),
      'privacy:resume': (wish) => this.#ownPauses.resume(wish),
      'alert:amend': ({ alertId, by, reason, seconds }) =>
        seconds === null
          ? alerts.acknowledge(alertId, by, reason)
          : alerts.silence(alertId, by, seconds, reason),
    };
  }

  /** Redis answers: it is told that this node is there, and whose alerts it watches over. */
  async #announce(): Promise<void> {
    await Promise.all([this.#members.beat(), this.#handover.announce()]);
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
    return this.#handover.settled && this.#members.others.every(({ node }) => this.#news.has(node));
  }

  #ownVitals() {
    const hub = this.#audience?.hub;
    return this.#options.sfu.streams
      .live()
      .flatMap(({ identity: { roomId, patientId } }) =>
        (hub?.latestVitals([patientId]) ?? []).map((message) => ({ roomId, message })),
      );
  }

  /** The other node that has the patient's stream, if one has. */
  #otherNodeOf(patientId: string): string | undefined {
    const { remote, streams } = this.#options.sfu;
    return streams.ofPatient(patientId) === undefined ? remote.nodeOf(patientId) : undefined;
  }
}
