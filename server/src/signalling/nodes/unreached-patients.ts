import type { Sfu } from '../../sfu/sfu.ts';

export type Reach = { roomId: string; patientId: string; reached: boolean };

/**
 * Patients of nodes that this one does not hear: their pictures may go on, but neither values nor alarms of theirs
 * arrive here.
 */
export class UnreachedPatients {
  readonly #sfu: Pick<Sfu, 'streams' | 'remote'>;
  readonly #tell: (change: Reach) => void;
  /** Their rooms, by patient. */
  #rooms: ReadonlyMap<string, string> = new Map();

  /** @param tell tells this node's own viewers when it changes */
  constructor(sfu: Pick<Sfu, 'streams' | 'remote'>, tell: (change: Reach) => void) {
    this.#sfu = sfu;
    this.#tell = tell;
  }

  in(roomId: string): string[] {
    return [...this.#rooms].filter(([, room]) => room === roomId).map(([patientId]) => patientId);
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
    const rooms = new Map<string, string>();
    const { streams, remote } = this.#sfu;
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
