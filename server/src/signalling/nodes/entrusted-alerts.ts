import type { Alert } from '@haven/protocol';
import type { ClusterAlerts } from './cluster-alerts.ts';
import type { NodeMesh } from './node-mesh.ts';

/** Of one patient, to one node. */
type Handing = { node: string; patientId: string; alerts: Alert[] };

export type EntrustedAlertsOptions = {
  mesh: Pick<NodeMesh, 'isUp' | 'others' | 'request'>;
  alerts: Pick<ClusterAlerts, 'entrust' | 'owed' | 'handedOver'>;
  /** Looks who has a patient: that node is yielded to, or, when none has them, this one takes them. */
  findHolder: (patientId: string) => Promise<void>;
  /** Reads anew what the others hold. */
  hearOthers: () => Promise<unknown>;
};

/**
 * Alerts of patients whom other nodes have now. They stay on screen until the node that has the patient says that it
 * watches over what it takes of them: it may not have heard of each.
 */
export class EntrustedAlerts {
  readonly #options: EntrustedAlertsOptions;
  /** Patients whose alerts are being handed over. */
  readonly #handing = new Set<string>();

  constructor(options: EntrustedAlertsOptions) {
    this.#options = options;
  }

  add(node: string, patientId: string, alerts: readonly Alert[]): void {
    this.#options.alerts.entrust(node, patientId, alerts);
    this.beat();
  }

  /** Called about once a second: a node that was not reached is tried again. */
  beat(): void {
    for (const handing of this.#due()) void this.#hand(handing);
  }

  #due(): Handing[] {
    const owed = this.#options.alerts.owed();
    const byPatient = Map.groupBy(owed, ({ alert: { patientId } }) => patientId);
    return [...byPatient].flatMap(([patientId, all]) =>
      [...Map.groupBy(all, ({ node }) => node)].map(([node, of]) => ({
        ...{ node, patientId },
        alerts: of.map(({ alert }) => alert),
      })),
    );
  }

  async #hand({ node, patientId, alerts }: Handing): Promise<void> {
    const { alerts: all, findHolder, hearOthers, mesh } = this.#options;
    const key = `${node} ${patientId}`;
    const isGone = !mesh.others.includes(node);
    if ((!isGone && !mesh.isUp(node)) || this.#handing.has(key)) return;
    this.#handing.add(key);
    try {
      if (isGone) {
        await findHolder(patientId);
        return;
      }
      const { taken } = await mesh.request(node, 'patient:hand-over', { patientId, alerts });
      if (taken) all.handedOver(alerts);
      else await findHolder(patientId);
      await hearOthers();
    } catch {
      // It is tried again.
    } finally {
      this.#handing.delete(key);
    }
  }
}
