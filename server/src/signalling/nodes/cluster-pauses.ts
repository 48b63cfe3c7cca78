import type { ClinicianPauses, PauseWish, ResumeWish } from '../../privacy/clinician-pauses.ts';
import type { NodeMesh } from './node-mesh.ts';

/** Pauses of patients, where their streams are: a pause is kept by the node that has the device. */
export class ClusterPauses implements ClinicianPauses {
  readonly #own: ClinicianPauses;
  readonly #mesh: Pick<NodeMesh, 'request'>;
  readonly #nodeOf: (patientId: string) => string | undefined;

  /** @param nodeOf the other node that has the patient's stream, if one has */
  constructor(
    own: ClinicianPauses,
    mesh: Pick<NodeMesh, 'request'>,
    nodeOf: (patientId: string) => string | undefined,
  ) {
    this.#own = own;
    this.#mesh = mesh;
    this.#nodeOf = nodeOf;
  }

  pause(wish: PauseWish) {
    const node = this.#nodeOf(wish.patientId);
    return node === undefined ? this.#own.pause(wish) : this.#mesh.request(node, 'privacy:pause', wish);
  }

  resume(wish: ResumeWish) {
    const node = this.#nodeOf(wish.patientId);
    return node === undefined ? this.#own.resume(wish) : this.#mesh.request(node, 'privacy:resume', wish);
  }
}
