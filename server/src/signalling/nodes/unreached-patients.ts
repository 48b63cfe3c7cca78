import type { Sfu } from '../../sfu/sfu.ts';
import type { ClusterAlerts } from './cluster-alerts.ts';
import type { UnmetNodes } from './unmet-nodes.ts';

/** Where a patient lies. */
export type Bed = { roomId: string; patientId: string };
export type Reach = Bed & { reached: boolean };

type Known = {
  sfu: Pick<Sfu, 'streams' | 'remote'>;
  alerts: Pick<ClusterAlerts, 'told'>;
  unmet: Pick<UnmetNodes, 'beds'>;
};

/**
 * Patients of nodes that this one does not hear: their pictures may go on, but neither values nor alarms of theirs
 * arrive here.
 */
export class UnreachedPatients {
  readonly #known: Known;
  readonly #tell: (change: Reach) => void;
  /** Patients of whom it is known from elsewhere which node has them, until that one tells of them itself. */
  readonly #heldBy = new Map<string, { node: string; roomId: string }>();
  /** Their rooms, by patient. */
  #rooms: ReadonlyMap<string, string> = new Map();

  /** @param tell tells this node's own viewers when it changes */
  constructor(known: Known, tell: (change: Reach) => void) {
    this.#known = known;
    this.#tell = tell;
  }

  in(roomId: string): string[] {
    return [...this.#rooms].filter(([, room]) => room === roomId).map(([patientId]) => patientId);
  }

  /** A node has a patient of whom it may not have told here. */
  know(node: string, { patientId, roomId }: Bed): void {
    this.#heldBy.set(patientId, { node, roomId });
  }

  /** The other nodes of the cluster: what went to any that left is elsewhere. */
  forgetAllBut(nodes: readonly string[]): void {
    for (const [patientId, { node }] of this.#heldBy)
      if (!nodes.includes(node)) this.#heldBy.delete(patientId);
  }

  /** @param isHeard whether a node answers, and has told what it holds */
  settle(isHeard: (node: string) => boolean): void {
    const before = this.#rooms;
    this.#rooms = this.#find(isHeard);
    for (const [patientId, roomId] of before) {
      if (!this.#rooms.has(patientId)) this.#tell({ roomId, patientId, reached: true });
    }
    for (const [patientId, roomId] of this.#rooms) {
      if (!before.has(patientId)) this.#tell({ roomId, patientId, reached: false });
    }
  }

  #find(isHeard: (node: string) => boolean): Map<string, string> {
    const { sfu, alerts, unmet } = this.#known;
    const { streams, remote } = sfu;
    for (const [patientId, { node }] of this.#heldBy) if (isHeard(node)) this.#heldBy.delete(patientId);
    const rooms = new Map(unmet.beds.map(({ patientId, roomId }) => [patientId, roomId]));
    for (const { node, alert } of alerts.told) if (!isHeard(node)) rooms.set(alert.patientId, alert.roomId);
    for (const [patientId, { roomId }] of this.#heldBy) rooms.set(patientId, roomId);
    for (const { node, stream } of remote.held) {
      const { patientId, roomId } = stream.identity;
      if (!isHeard(node)) rooms.set(patientId, roomId);
    }
    // Whose device has come to a node that is heard is watched over there.
    for (const { node, stream } of remote.held) if (isHeard(node)) rooms.delete(stream.identity.patientId);
    for (const patientId of [...rooms.keys()]) {
      if (streams.ofPatient(patientId) !== undefined) rooms.delete(patientId);
    }
    return rooms;
  }
}
