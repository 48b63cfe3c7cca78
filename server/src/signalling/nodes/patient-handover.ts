import { HavenError, technicalConditionSchema, type Alert, type Source } from '@haven/protocol';
import type { AlertService } from '../../alerts/alert-service.ts';
import type { Leases } from '../../cluster/leases.ts';
import type { Members } from '../../cluster/members.ts';
import { PatientClaims, type Holder, type Pictures } from '../../cluster/patient-claims.ts';
import type { Sfu } from '../../sfu/sfu.ts';
import type { Stream } from '../../sfu/stream.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { RETURN_AFTER_RESTART_MS } from '../expected-streams.ts';
import type { ClusterAlerts } from './cluster-alerts.ts';
import { EntrustedAlerts } from './entrusted-alerts.ts';
import type { NodeMesh } from './node-mesh.ts';
import type { NodeEvent } from './node-signalling.ts';

export type PatientHandoverOptions = {
  leases: Leases;
  members: Members;
  mesh: NodeMesh;
  /** Those of this node, and those of all. */
  alerts: AlertService;
  allAlerts: ClusterAlerts;
  sfu: Sfu;
  telemetry: Telemetry;
  /** ms since the epoch */
  clock: () => number;
  /** Tells this node's own viewers. */
  relay: (event: NodeEvent) => void;
  /** Another node has this patient from now on. */
  gone: (patientId: string, roomId: string, node: string) => void;
  /** Reads anew what the others hold. */
  hearOthers: () => Promise<unknown>;
};

/** Over whom this node watches: it takes patients over from nodes that are gone, and yields those whom others have. */
export class PatientHandover {
  readonly #options: PatientHandoverOptions;
  readonly #claims: PatientClaims;
  readonly #entrusted: EntrustedAlerts;
  /** Patients whose device was at a node that is gone. */
  readonly #awaited = new Map<string, { source: Source; at: number }>();
  /** Patients whom a node had that is gone or lets go, until it is known who has them now. */
  readonly #orphans = new Map<string, Orphan>();
  /** Patients whom another node watched over while this one was away, and whose device is here or nowhere. */
  readonly #contested = new Set<string>();
  /** How many patients' alerts are being let go of. */
  #yielding = 0;

  constructor(options: PatientHandoverOptions) {
    const { leases, members, mesh, alerts, allAlerts, sfu } = options;
    this.#options = options;
    this.#entrusted = new EntrustedAlerts({
      ...{ mesh, alerts: allAlerts, hearOthers: options.hearOthers },
      findHolder: async (patientId) => {
        await this.#claims.watchOver(patientId);
        if (this.has(patientId)) await allAlerts.takeOver(patientId);
      },
    });
    this.#claims = new PatientClaims({
      leases,
      deviceElsewhere: (patientId) => sfu.remote.ofPatient(patientId)?.identity.deviceId,
      pictures: (patientId) => picturesOf(sfu.streams.ofPatient(patientId)),
      isWatchedOver: (patientId) => alerts.allActive().some((alert) => alert.patientId === patientId),
      isThere: (node) => members.has(node),
    });
    this.#claims.on('lost', (patientId, holder) => this.#yield(patientId, holder));
    this.#claims.on('contested', (patientId) => this.#contested.add(patientId));
    this.#claims.on('won', (patientId) => this.#take(patientId));
    alerts.onAlert(({ patientId, active }) => this.#watchOver(patientId, active));
    sfu.streams.claimBy(this.#claims);
  }

  /** Whether nothing is under way, and each alert of this node is of a patient whom it has. */
  get settled(): boolean {
    const active = this.#options.alerts.allActive();
    return this.#yielding === 0 && active.every(({ patientId }) => this.#claims.has(patientId));
  }

  /** Whether this node has the patient, as far as it knows. */
  has(patientId: string): boolean {
    return this.#claims.has(patientId);
  }

  /**
   * Another node lets go of alerts of a patient whom this one has.
   * @returns whether it has them: then it watches over what it takes of these
   */
  async receive(patientId: string, handed: readonly Alert[]): Promise<boolean> {
    const { allAlerts, mesh } = this.#options;
    if (!this.has(patientId)) return false;
    for (const alert of handed) await this.#adopt(alert);
    this.#tellOf(patientId);
    for (const { id } of handed) {
      const alert = allAlerts.endOf(id);
      if (alert !== undefined) mesh.tell({ kind: 'alert', alert, leftRoomId: null });
    }
    // They may have gone on meanwhile.
    if (!this.has(patientId)) void this.#claims.watchOver(patientId);
    return true;
  }

  /** Another node says that it has the patient. */
  recheck(patientId: string): void {
    this.#claims.recheck(patientId);
  }

  /** Redis answers, maybe anew: what was active when it was lost may be watched over by another node by now. */
  async announce(): Promise<void> {
    const patientIds = new Set(this.#options.alerts.allActive().map(({ patientId }) => patientId));
    await Promise.all([...patientIds].map((patientId) => this.#claims.watchOver(patientId)));
  }

  /** A node left the cluster: each of its patients is watched over by whoever takes them first. */
  takeOverAlertsOf(node: string): void {
    const patientIds = new Set(this.#options.allAlerts.toldBy(node).map(({ patientId }) => patientId));
    for (const patientId of patientIds) this.#takeIn(patientId, node);
  }

  /** The patient's device was at a node that stopped or is gone: somebody is to watch over them. */
  lookOutFor(patientId: string, source: Source, node: string): void {
    this.#awaited.set(patientId, { source, at: this.#options.clock() });
    this.#takeIn(patientId, node);
  }

  /**
   * Takes a patient whom nobody has, such as one whose device does not come back. @returns whether this node has them;
   * undefined while it cannot be known
   */
  async takes(patientId: string): Promise<boolean | undefined> {
    if (this.#options.sfu.remote.ofPatient(patientId) !== undefined) return false;
    const holder = await this.#claims.watchOver(patientId);
    if (this.#claims.has(patientId)) return true;
    return holder === undefined ? undefined : false;
  }

  /** Called about once a second. */
  beat(): void {
    for (const [patientId, orphan] of this.#orphans) void this.#lookAfter(patientId, orphan);
    this.#lookForAwaited();
    for (const patientId of this.#contested) void this.#regain(patientId);
    this.#entrusted.beat();
  }

  close(): void {
    this.#claims.close();
  }

  #takeIn(patientId: string, from: string): void {
    const orphan = { from, at: this.#options.clock() };
    this.#orphans.set(patientId, orphan);
    void this.#lookAfter(patientId, orphan);
  }

  /** Tried until it is known: Redis may be away, and the lease of a node that is gone runs on for some seconds. */
  async #lookAfter(patientId: string, orphan: Orphan): Promise<void> {
    const holder = await this.#claims.watchOver(patientId);
    if (this.#orphans.get(patientId) !== orphan || !this.#isLookedAfter(patientId, holder, orphan)) return;
    this.#orphans.delete(patientId);
    const { allAlerts, members, sfu } = this.#options;
    const node = holder ?? sfu.remote.nodeOf(patientId);
    if (node !== undefined && members.has(node)) allAlerts.reassign(orphan.from, node, patientId);
  }

  #isLookedAfter(patientId: string, holder: string | undefined, { from, at }: Orphan): boolean {
    const { clock, members, sfu } = this.#options;
    if (this.#claims.has(patientId) || sfu.ofPatient(patientId) !== undefined) return true;
    if (holder === undefined || !members.has(holder)) return false;
    // A node that stops tells of it before it gives its patients back.
    return holder !== from || clock() - at >= RETURN_AFTER_RESTART_MS;
  }

  #take(patientId: string): void {
    const { allAlerts, mesh } = this.#options;
    mesh.tell({ kind: 'patient-taken', patientId });
    void allAlerts.takeOver(patientId).then(() => this.#tellOf(patientId));
  }

  /** Others are to know where the patient's alerts are watched over. */
  #tellOf(patientId: string): void {
    const { mesh } = this.#options;
    for (const alert of this.#activeOf(patientId)) mesh.tell({ kind: 'alert', alert, leftRoomId: null });
  }

  #activeOf(patientId: string): Alert[] {
    return this.#options.alerts.allActive().filter((alert) => alert.patientId === patientId);
  }

  /** Another node has the patient: what was done here since it took them is not theirs. */
  #yield(patientId: string, holder: Holder): void {
    const stream = this.#options.sfu.streams.ofPatient(patientId);
    if (stream !== undefined) this.#options.gone(patientId, stream.identity.roomId, holder.node);
    // A device that is superseded does not come back: any other is to, and hears why it may not publish.
    stream?.end(stream.identity.deviceId === holder.deviceId ? 'superseded' : 'server-stopping');
    this.#yielding += 1;
    void this.#letGo(patientId, holder.node).finally(() => (this.#yielding -= 1));
  }

  async #letGo(patientId: string, node: string): Promise<void> {
    const { alerts, hearOthers } = this.#options;
    this.#entrusted.add(node, patientId, await alerts.letGo(patientId));
    await hearOthers();
  }

  /** Shows an alert of another node as one of this one, if it was not known here, and judges it by what is seen here. */
  async #adopt(alert: Alert): Promise<void> {
    const { alerts, allAlerts, clock, relay, sfu } = this.#options;
    if (!(await allAlerts.adopt(alert))) return;
    relay({ kind: 'alert', alert, leftRoomId: null });
    const { patientId, rule, active } = alert;
    const condition = technicalConditionSchema.safeParse(rule);
    const stream = sfu.streams.ofPatient(patientId);
    if (!active || !condition.success || stream?.live !== true) return;
    const present = stream.state.conditions.includes(condition.data);
    const { source } = stream.identity;
    await alerts.report({ patientId, source, condition: condition.data, present, at: clock() });
  }

  #watchOver(patientId: string, active: boolean): void {
    if (active) void this.#claims.watchOver(patientId);
    else void this.#options.sfu.streams.letGo(patientId);
  }

  /** Their devices were at a node that is gone: if one comes to no other, somebody has to look. */
  #lookForAwaited(): void {
    const { allAlerts, clock, sfu, telemetry } = this.#options;
    for (const [patientId, { source, at }] of this.#awaited) {
      const returned = sfu.ofPatient(patientId) !== undefined;
      if (!returned && (clock() - at < RETURN_AFTER_RESTART_MS || this.#orphans.has(patientId))) continue;
      this.#awaited.delete(patientId);
      if (returned || !this.#claims.has(patientId)) continue;
      allAlerts
        .report({ patientId, source, condition: 'signal-lost', present: true, at })
        .catch((error: unknown) => {
          telemetry.logger.error({ err: error }, 'a device that came to no node could not be reported');
        });
    }
  }

  /**
   * This node was cut off, and another watched over a patient whose device never left: this one has them again. What the
   * others did to their alerts meanwhile holds.
   */
  async #regain(patientId: string): Promise<void> {
    const { members, mesh, telemetry } = this.#options;
    const others = members.others.map(({ node }) => node);
    // They are told and asked as soon as they answer.
    if (!others.every((node) => mesh.isUp(node))) return;
    this.#contested.delete(patientId);
    try {
      for (const node of others) await this.#learnAlertsOf(node, patientId);
      if (!(await this.#takeBack(patientId))) this.#contested.add(patientId);
    } catch (error) {
      telemetry.logger.warn({ err: error }, 'a patient could not be taken back from another node');
      this.#contested.add(patientId);
    }
  }

  /** @returns whether it is known who has the patient now */
  async #takeBack(patientId: string): Promise<boolean> {
    const { alerts, clock, members, sfu } = this.#options;
    const stream = sfu.streams.ofPatient(patientId);
    if (stream !== undefined) {
      try {
        await this.#claims.claim(stream.identity);
        const present = stream.state.conditions.includes('signal-lost');
        const { source } = stream.identity;
        await alerts.report({ patientId, source, condition: 'signal-lost', present, at: clock() });
        return true;
      } catch (error) {
        if (!(error instanceof HavenError) || error.code !== 'PATIENT_HAS_DEVICE') throw error;
      }
    } else if (this.#activeOf(patientId).length === 0) return true;
    // Whoever has them is yielded to; when nobody does, this node watches over their alerts.
    const holder = await this.#claims.watchOver(patientId);
    return holder !== undefined && (this.#claims.has(patientId) || members.has(holder));
  }

  async #learnAlertsOf(node: string, patientId: string): Promise<void> {
    const { alerts, mesh, relay } = this.#options;
    const held = await mesh.request(node, 'patient:alerts', { patientId });
    for (const alert of held.alerts) {
      await alerts.adopt(alert);
      relay({ kind: 'alert', alert, leftRoomId: null });
    }
  }
}

/** By which node they were had, and since when that is over, ms since the epoch. */
type Orphan = { from: string; at: number };

function picturesOf(stream: Stream | undefined): Pictures | undefined {
  if (stream === undefined) return undefined;
  if (!stream.live) return 'awaited';
  return stream.state.conditions.includes('signal-lost') ? 'lost' : 'arriving';
}
