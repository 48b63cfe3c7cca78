import type { Alert, ResponseOf, StreamEndReason } from '@haven/protocol';
import type { SoundPauses } from '../../alerts/sound-pauses.ts';
import type { Privacies } from '../../privacy/privacies.ts';
import { KeyedQueue } from '../../sfu/keyed-queue.ts';
import type { Sfu } from '../../sfu/sfu.ts';
import type { Talks } from '../../talk/talks.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { RoomHub } from '../room-hub.ts';
import type { ClusterAlerts } from './cluster-alerts.ts';
import type { NodeMesh } from './node-mesh.ts';
import type { NodeEvent, NodeRequests, SharedStream } from './node-signalling.ts';
import type { PatientHandover } from './patient-handover.ts';
import type { PipeHost } from './pipe-host.ts';
import type { RemotePipes } from './remote-pipes.ts';
import type { RemoteTalks, TalkElsewhere } from './remote-talks.ts';
import type { TalkHost } from './talk-host.ts';
import { UnmetNodes } from './unmet-nodes.ts';
import { UnreachedPatients, type Bed } from './unreached-patients.ts';

/** What this node does with what others tell, once there is a hub to tell its own viewers. */
export type Audience = { hub: RoomHub; soundPauses: SoundPauses };

export type NodeNewsOptions = {
  mesh: NodeMesh;
  alerts: ClusterAlerts;
  handover: PatientHandover;
  pipes: PipeHost;
  privacies: Pick<Privacies, 'learn'>;
  remotePipes: RemotePipes;
  remoteTalks: RemoteTalks;
  sfu: Sfu;
  talkHost: TalkHost;
  /** Of this node. */
  talks: Talks;
  telemetry: Telemetry;
  clock: () => number;
  /** All of all rooms. */
  beds: () => Promise<Bed[]>;
  audience: () => Audience | undefined;
  /** Tells this node's own viewers. */
  relay: (event: NodeEvent) => void;
};

/** What this node learns of the others: their streams, alerts and talks, and when they fall silent. */
export class NodeNews {
  readonly unreached: UnreachedPatients;
  readonly #options: NodeNewsOptions;
  /** Of each node, by which a new start is told from a lost connection. */
  readonly #boots = new Map<string, string>();
  /** Nodes that have told what they hold since they were last reached. */
  readonly #met = new Set<string>();
  readonly #meetings = new KeyedQueue();
  /** Meetings that have not begun: whoever wants another one is content with it. */
  readonly #waiting = new Map<string, Promise<void>>();
  /** Of each node that is asked what it holds: what it tells until it has answered, which may be newer. */
  readonly #meanwhile = new Map<string, NodeEvent[]>();
  /** Alerts that their node does not hold any more, until it is known whether another one does. */
  readonly #doubtful = new Set<string>();
  readonly #unmet: UnmetNodes;

  constructor(options: NodeNewsOptions) {
    this.#options = options;
    const { alerts, beds, clock, mesh, sfu, telemetry } = options;
    this.#unmet = new UnmetNodes(beds, telemetry, clock);
    this.unreached = new UnreachedPatients({ sfu, alerts, unmet: this.#unmet }, (change) =>
      options.audience()?.hub.patientReached(change),
    );
    mesh.on('event', (from, event) => this.hear(from, event));
    mesh.on('up', (from) => void this.meet(from));
    mesh.on('down', (lost) => this.#lose(lost));
    mesh.on('gone', (gone) => this.#bury(gone));
    mesh.on('refused', (by, error) =>
      telemetry.logger.warn({ err: error, node: by }, 'another node is not reached'),
    );
  }

  /** Whether the node has told what it holds. */
  has(node: string): boolean {
    return this.#boots.has(node);
  }

  /** Called about once a second: what failed is tried again. */
  beat(): void {
    const { mesh, remotePipes } = this.#options;
    for (const node of mesh.reached) {
      if (!this.#met.has(node) && !this.#meanwhile.has(node)) void this.meet(node);
    }
    remotePipes.beat();
    this.#unmet.look(mesh.others.filter((node) => !this.has(node)));
    this.#settleReach();
  }

  /** Learns what a node holds: at first, and whenever messages of it may have been missed. */
  meet(node: string): Promise<void> {
    const waiting = this.#waiting.get(node);
    if (waiting !== undefined) return waiting;
    const meeting = this.#meetings.run(node, () => {
      this.#waiting.delete(node);
      return this.#meet(node);
    });
    this.#waiting.set(node, meeting);
    return meeting;
  }

  /** Learns what all nodes hold that are reached. */
  async meetAll(): Promise<void> {
    await Promise.all(this.#options.mesh.reached.map((node) => this.meet(node)));
  }

  /** What a node told. While it is asked what it holds, that comes first. */
  hear(node: string, event: NodeEvent): void {
    const meanwhile = this.#meanwhile.get(node);
    if (meanwhile === undefined) this.#learn(node, event);
    else meanwhile.push(event);
  }

  async #meet(node: string): Promise<void> {
    const { mesh, remotePipes, telemetry } = this.#options;
    const meanwhile: NodeEvent[] = [];
    this.#meanwhile.set(node, meanwhile);
    try {
      const held = await mesh.request(node, 'node:snapshot', {});
      if (this.#meanwhile.get(node) === meanwhile) {
        this.#learnAll(node, held, meanwhile);
        if (mesh.isUp(node)) this.#met.add(node);
        void remotePipes.compare(node);
      }
    } catch (error) {
      telemetry.logger.warn({ err: error, node }, 'what another node holds could not be read');
    }
    // It left the cluster meanwhile: what it told is no news any more.
    if (this.#meanwhile.get(node) !== meanwhile) return;
    this.#meanwhile.delete(node);
    for (const event of meanwhile) this.#learn(node, event);
    this.#settleReach();
  }

  /** @param meanwhile is learned afterwards: what it says of a stream's end is not guessed here */
  #learnAll(
    node: string,
    held: ResponseOf<NodeRequests, 'node:snapshot'>,
    meanwhile: readonly NodeEvent[],
  ): void {
    const { alerts, pipes, privacies, relay } = this.#options;
    const before = this.#boots.get(node);
    if (before !== undefined && before !== held.bootId) pipes.closeAllOf(node);
    this.#boots.set(node, held.bootId);
    const told = meanwhile.flatMap((event) => (event.kind === 'stream-ended' ? event.streamId : []));
    this.#endStreamsBut(node, new Set([...held.streams.map(({ state }) => state.streamId), ...told]));
    for (const stream of held.streams) this.#learnStream(node, stream);
    this.#learnTalks(node, held.talks);
    for (const { patientId, record } of held.pauses) privacies.learn(patientId, record);
    for (const { roomId, message } of held.vitals) relay({ kind: 'vitals', roomId, message });
    const others = new Set(this.#options.mesh.others);
    for (const { node: holder, alert } of held.entrusted) {
      this.#learnHeld(others.has(holder) ? holder : node, alert);
    }
    for (const alert of held.alerts) this.#learnHeld(node, alert);
    const entrusted = held.entrusted.map(({ alert }) => alert);
    const heldIds = new Set([...entrusted, ...held.alerts].map(({ id }) => id));
    void this.#doubt(alerts.toldBy(node).filter(({ id }) => !heldIds.has(id) && !alerts.isOwed(id)));
  }

  /** Alerts that their node does not hold any more: another one may watch over them, which it told nobody here. */
  async #doubt(missing: readonly Alert[]): Promise<void> {
    const { alerts } = this.#options;
    const news = missing.filter(({ id }) => !this.#doubtful.has(id));
    if (news.length === 0) return;
    for (const { id } of news) this.#doubtful.add(id);
    // Each answers for itself, or not at all.
    if (this.#options.mesh.others.length > 1) await this.meetAll();
    for (const alert of news) {
      this.#doubtful.delete(alert.id);
      if (alerts.isUnchanged(alert)) this.#drop(alert);
    }
  }

  /** The alert is off the screens of this node. */
  #drop(alert: Alert): void {
    const { alerts, relay } = this.#options;
    alerts.forget(alert);
    relay({ kind: 'alert', alert: { ...alert, active: false }, leftRoomId: null });
  }

  #learn(node: string, event: NodeEvent): void {
    const { audience, handover, privacies, relay, remoteTalks } = this.#options;
    if (event.kind === 'stream') this.#learnStream(node, event.stream);
    else if (event.kind === 'alert') this.#learnAlert(node, event.alert, event.leftRoomId);
    else if (event.kind === 'patient-taken') handover.recheck(event.patientId);
    else if (event.kind === 'privacy') privacies.learn(event.patientId, event.record);
    else if (event.kind === 'talk-heard' || event.kind === 'talk-ended') remoteTalks.learn(node, event);
    else {
      if (event.kind === 'patient-talk') this.#learnTalk(node, event);
      if (event.kind === 'stream-ended') this.#endStream(node, event.streamId, event.reason);
      if (event.kind === 'sound-pause') audience()?.soundPauses.learn(event.roomId, event.pause);
      relay(event);
    }
  }

  #learnStream(node: string, shared: SharedStream): void {
    const { relay, remotePipes, sfu } = this.#options;
    const { roomId, deviceId, mimeType, state, sizes } = shared;
    const { patientId, source } = state;
    const identity = { patientId, roomId, deviceId, source };
    sfu.remote.learn(node, { identity, mimeType, state, sizes }, remotePipes.openerFor(node));
    relay({ kind: 'stream', stream: shared });
  }

  /** A node that was cut off may tell of alerts of a patient whom this one has taken over: they are this one's now. */
  #learnAlert(node: string, alert: Alert, leftRoomId: string | null): void {
    const { alerts, handover, relay } = this.#options;
    if (handover.has(alert.patientId)) return;
    const how = { ...(leftRoomId === null ? {} : { leftRoomId }), moved: true };
    if (alerts.learn(node, alert, how)) relay({ kind: 'alert', alert, leftRoomId });
  }

  /**
   * Of an alert that two nodes hold for a moment, as when one was away and has not noticed yet that another took its
   * patient over, the one that told of it has it, unless that one is not heard, or does not hold it any more.
   */
  #learnHeld(node: string, alert: Alert): void {
    const { alerts, handover, mesh, relay } = this.#options;
    if (handover.has(alert.patientId)) return;
    const before = alerts.nodeOf(alert.id);
    const moved = before === undefined || !mesh.isUp(before) || this.#doubtful.has(alert.id);
    if (alerts.learn(node, alert, { moved })) relay({ kind: 'alert', alert, leftRoomId: null });
  }

  /** A clinician talks with one patient at a time, at whichever node. */
  #learnTalk(node: string, event: Extract<NodeEvent, { kind: 'patient-talk' }>): void {
    const { remoteTalks, talks } = this.#options;
    remoteTalks.learn(node, event);
    if (event.clinician !== null) talks.endOf(event.clinician.userId);
  }

  /** What a node holds, or (none) that it is not reached. */
  #learnTalks(node: string, talks: readonly TalkElsewhere[]): void {
    const { audience, remoteTalks } = this.#options;
    const over = remoteTalks.replace(node, talks);
    for (const { roomId, patientId } of over) audience()?.hub.showTalk(roomId, patientId, null);
    for (const { roomId, patientId, clinician } of talks) {
      audience()?.hub.showTalk(roomId, patientId, clinician);
    }
  }

  /** The node does not answer: of its patients nothing is known but their pictures, if these still come. */
  #lose(node: string): void {
    const { remoteTalks, talkHost } = this.#options;
    this.#met.delete(node);
    remoteTalks.endAllOf(node);
    talkHost.endAllOf(node);
    this.#learnTalks(node, []);
    this.#settleReach();
  }

  /** The node left the cluster. */
  #bury(node: string): void {
    const { handover, pipes, remotePipes } = this.#options;
    this.#boots.delete(node);
    this.#met.delete(node);
    this.#meanwhile.delete(node);
    pipes.closeAllOf(node);
    remotePipes.forget(node);
    this.#endStreamsBut(node, new Set());
    this.#settleReach();
    handover.takeOverAlertsOf(node);
  }

  #endStream(node: string, streamId: string, reason: StreamEndReason): void {
    const { handover, sfu } = this.#options;
    const stream = sfu.remote.get(streamId);
    if (stream === undefined) return;
    const { patientId, source } = stream.identity;
    stream.end(reason);
    if (reason === 'server-stopping') handover.lookOutFor(patientId, source, node);
  }

  #endStreamsBut(node: string, held: ReadonlySet<string>): void {
    const { relay, sfu } = this.#options;
    for (const stream of sfu.remote.of(node)) {
      const { streamId } = stream;
      const { roomId, patientId } = stream.identity;
      if (held.has(streamId)) continue;
      const reason = 'server-stopping';
      this.#endStream(node, streamId, reason);
      relay({ kind: 'stream-ended', streamId, reason, roomId, patientId });
    }
  }

  #settleReach(): void {
    const { mesh } = this.#options;
    this.unreached.forgetAllBut(mesh.others);
    this.unreached.settle((node) => this.#met.has(node) && mesh.isUp(node));
  }
}
