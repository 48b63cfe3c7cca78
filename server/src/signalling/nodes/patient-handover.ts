import { HavenError, type Alert, type Source } from '@haven/protocol';
import type { AlertService } from '../../alerts/alert-service.ts';
import type { Leases } from '../../cluster/leases.ts';
import type { Members } from '../../cluster/members.ts';
import { PatientClaims, type Pictures } from '../../cluster/patient-claims.ts';
import type { Sfu } from '../../sfu/sfu.ts';
import type { Stream } from '../../sfu/stream.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { RETURN_AFTER_RESTART_MS } from '../expected-streams.ts';
import type { ClusterAlerts } from './cluster-alerts.ts';
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
  /** Reads anew what the others hold. */
  hearOthers: () => Promise<unknown>;
};

/** Over whom this node watches: it takes patients over from nodes that are gone, and yields those whom others have. */
export class PatientHandover {
  readonly #options: PatientHandoverOptions;
  readonly #claims: PatientClaims;
  /** Patients whose device was at a node that is gone. */
  readonly #awaited = new Map<string, { source: Source; at: number }>();
  /** Patients whom a node had that is gone or lets go, until it is known who has them now. */
  readonly #orphans = new Map<string, Orphan>();
  /** Patients whose device is here, and whom another node watched over while this one was away. */
  readonly #contested = new Set<string>();
  /** How many patients' alerts are being let go of. */
  #yielding = 0;

  constructor(options: PatientHandoverOptions) {
    const { leases, members, alerts, sfu } = options;
    this.#options = options;
    this.#claims = new PatientClaims({
      leases,
      deviceElsewhere: (patientId) => sfu.remote.ofPatient(patientId)?.identity.deviceId,
      pictures: (patientId) => picturesOf(sfu.streams.ofPatient(patientId)),
      isWatchedOver: (patientId) => alerts.allActive().some((alert) => alert.patientId === patientId),
      isThere: (node) => members.has(node),
    });
    this.#claims.on('lost', (patientId, deviceId) => this.#yield(patientId, deviceId));
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
    if (this.#orphans.get(patientId) === orphan && this.#isLookedAfter(patientId, holder, orphan))
      this.#orphans.delete(patientId);
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
    void allAlerts.takeOver(patientId);
  }

  /**
   * Another node has the patient: what was done here since it took them is not theirs.
   * @param deviceId of the device there
   */
  #yield(patientId: string, deviceId?: string): void {
    const stream = this.#options.sfu.streams.ofPatient(patientId);
    // A device that is superseded does not come back: any other is to, and hears why it may not publish.
    stream?.end(stream.identity.deviceId === deviceId ? 'superseded' : 'server-stopping');
    this.#yielding += 1;
    void this.#letGo(patientId).finally(() => (this.#yielding -= 1));
  }

  async #letGo(patientId: string): Promise<void> {
    const { alerts, allAlerts, hearOthers, relay } = this.#options;
    const own = alerts.allActive().filter((alert) => alert.patientId === patientId);
    await alerts.letGo(patientId);
    // The other one may have told of them already.
    for (const alert of own) if (!allAlerts.isTold(alert.id)) dropAlert(alert, allAlerts, relay);
    await hearOthers();
  }

  #watchOver(patientId: string, active: boolean): void {
    if (active) void this.#claims.watchOver(patientId);
    else void this.#options.sfu.streams.letGo(patientId);
  }

  /** Their devices were at a node that is gone: if one comes to no other, somebody has to look. */
  #lookForAwaited(): void {
    const { allAlerts, clock, sfu } = this.#options;
    for (const [patientId, { source, at }] of this.#awaited) {
      const returned = sfu.ofPatient(patientId) !== undefined;
      if (!returned && (clock() - at < RETURN_AFTER_RESTART_MS || this.#orphans.has(patientId))) continue;
      this.#awaited.delete(patientId);
      if (returned || !this.#claims.has(patientId)) continue;
      void allAlerts.report({ patientId, source, condition: 'signal-lost', present: true, at });
    }
  }

  /**
   * This node was cut off, and another watched over a patient whose device never left: this one has them again. What the
   * others did to their alerts meanwhile holds.
   */
  async #regain(patientId: string): Promise<void> {
    const { alerts, clock, members, mesh, sfu, telemetry } = this.#options;
    const others = members.others.map(({ node }) => node);
    // They are told and asked as soon as they answer.
    if (!others.every((node) => mesh.isUp(node))) return;
    this.#contested.delete(patientId);
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

/** An alert is off the screens of this node. */
export function dropAlert(
  alert: Alert,
  allAlerts: ClusterAlerts,
  relay: PatientHandoverOptions['relay'],
): void {
  allAlerts.forget(alert);
  relay({ kind: 'alert', alert: { ...alert, active: false }, leftRoomId: null });
}
