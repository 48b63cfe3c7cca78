import { HavenError } from '@haven/protocol';
import type { Action, CvWorkerPrincipal, DevicePrincipal } from './access.ts';
import { isMachineToken } from './machine-tokens.ts';
import { CV_WORKER_ACTIONS, DEVICE_ACTIONS } from './matrix.ts';
import type { RightsWatch } from './rights-watch.ts';

/** Who devices and CV workers are by their tokens, and what they may. */
export class MachineAccess {
  readonly #watch: RightsWatch;

  constructor(watch: RightsWatch) {
    this.#watch = watch;
  }

  /** @throws HavenError UNAUTHENTICATED, TOKEN_REVOKED */
  async authenticateDevice(token: string): Promise<DevicePrincipal> {
    if (!isMachineToken('device', token)) throw new HavenError('UNAUTHENTICATED');
    const device = await this.#watch.find((snapshot) => snapshot.deviceByToken(token));
    if (device === undefined) throw new HavenError('UNAUTHENTICATED');
    if (device.revoked) throw new HavenError('TOKEN_REVOKED');
    return { kind: 'device', deviceId: device.id, patientId: device.patient, credential: device.hash };
  }

  /** @throws HavenError UNAUTHENTICATED, TOKEN_REVOKED */
  async authenticateCvWorker(key: string): Promise<CvWorkerPrincipal> {
    if (!isMachineToken('cv-worker', key)) throw new HavenError('UNAUTHENTICATED');
    const known = await this.#watch.find((snapshot) => snapshot.cvKeyByToken(key));
    if (known === undefined) throw new HavenError('UNAUTHENTICATED');
    if (known.revoked) throw new HavenError('TOKEN_REVOKED');
    return { kind: 'cv-worker', keyId: known.id, credential: known.hash };
  }

  /** @throws HavenError TOKEN_REVOKED, FORBIDDEN, ROOM_NOT_ASSIGNED */
  authorizeDevice(principal: DevicePrincipal, action: Action, roomId: string | undefined): void {
    const device = this.#watch.current.device(principal.deviceId);
    if (!isValid(device, principal) || device.patient !== principal.patientId) {
      throw new HavenError('TOKEN_REVOKED');
    }
    if (!DEVICE_ACTIONS.includes(action)) throw new HavenError('FORBIDDEN');
    if (roomId !== undefined && roomId !== device.room) throw new HavenError('ROOM_NOT_ASSIGNED');
  }

  /** @throws HavenError TOKEN_REVOKED, FORBIDDEN */
  authorizeCvWorker(principal: CvWorkerPrincipal, action: Action): void {
    if (!isValid(this.#watch.current.cvKey(principal.keyId), principal))
      throw new HavenError('TOKEN_REVOKED');
    if (!CV_WORKER_ACTIONS.includes(action)) throw new HavenError('FORBIDDEN');
  }
}

/** Whether the machine is known, not revoked, and has still the token that it came with. */
function isValid<T extends { hash: string; revoked: boolean }>(
  machine: T | undefined,
  { credential }: { credential: string },
): machine is T {
  return machine !== undefined && !machine.revoked && machine.hash === credential;
}
