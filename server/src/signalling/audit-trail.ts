import { patientIdSchema, roomIdSchema, uuidSchema, type ErrorCode } from '@haven/protocol';
import { z } from 'zod';
import type { Principal } from '../access/access.ts';
import type { AuditEntry, Records } from '../records/records.ts';
import type { Counter, Telemetry } from '../telemetry/telemetry.ts';

/** Refusals that say something about who tries what; the others are faults of form or of the moment. */
const AUDITED_REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'UNAUTHENTICATED',
  'TOKEN_EXPIRED',
  'TOKEN_REVOKED',
  'FORBIDDEN',
  'ROOM_NOT_ASSIGNED',
  'ORIGIN_REFUSED',
  'MESSAGE_TOO_LARGE',
  'PATIENT_HAS_DEVICE',
  'PATIENT_UNKNOWN',
]);

export type Actor = { name: string; address: string };

export const ANONYMOUS = 'anonymous';

export function nameOf(principal: Principal): string {
  switch (principal.kind) {
    case 'user':
      return `user:${principal.userId}`;
    case 'device':
      return `device:${principal.deviceId}`;
    case 'cv-worker':
      return `cv-worker:${principal.keyId}`;
  }
}

const subjects = [
  ['room', z.object({ roomId: roomIdSchema }).transform(({ roomId }) => roomId)],
  ['patient', z.object({ patientId: patientIdSchema }).transform(({ patientId }) => patientId)],
  ['stream', z.object({ streamId: uuidSchema }).transform(({ streamId }) => streamId)],
  ['alert', z.object({ alertId: uuidSchema }).transform(({ alertId }) => alertId)],
] as const;

/** What a request was about, such as `room:ward-a`; `server` when it names nothing well formed. */
export function subjectOf(payload: unknown): string {
  for (const [kind, schema] of subjects) {
    const id = schema.safeParse(payload);
    if (id.success) return `${kind}:${id.data}`;
  }
  return 'server';
}

/** Writes to the audit trail without ever failing the work that it tells of. */
export class AuditTrail {
  readonly #records: Pick<Records, 'audit'>;
  readonly #telemetry: Telemetry;
  readonly #clock: () => number;
  readonly #failures: Counter;

  constructor(records: Pick<Records, 'audit'>, telemetry: Telemetry, clock: () => number) {
    this.#records = records;
    this.#telemetry = telemetry;
    this.#clock = clock;
    this.#failures = telemetry.counter('haven_audit_failures_total', 'Audit entries that could not be kept');
  }

  done(actor: Actor, action: string, subject: string): void {
    this.#write(actor, { action, subject, result: 'done' });
  }

  /** Keeps a refusal if it is one that matters. */
  refused(actor: Actor, action: string, subject: string, code: ErrorCode): void {
    if (AUDITED_REFUSALS.has(code)) this.#write(actor, { action, subject, result: 'refused', code });
  }

  #write(actor: Actor, entry: Pick<AuditEntry, 'action' | 'subject' | 'result' | 'code'>): void {
    this.#records
      .audit({ actor: actor.name, address: actor.address, at: this.#clock(), ...entry })
      .catch((error: unknown) => {
        this.#failures.add();
        this.#telemetry.logger.error({ err: error }, 'an audit entry could not be kept');
      });
  }
}
