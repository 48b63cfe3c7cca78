import { ERRORS, type ErrorCode } from '@haven/protocol';
import type { AuditEntry, Records } from '../records/records.ts';
import type { Counter, Telemetry } from '../telemetry/telemetry.ts';
import type { Actor } from './actor.ts';

/** Faults of form or of the moment: they say nothing about who tries what. */
const NOT_AUDITED: ReadonlySet<ErrorCode> = new Set([
  'INVALID_REQUEST',
  'PROTOCOL_VERSION',
  'NOT_FOUND',
  'STREAM_UNKNOWN',
  'TRANSPORT_UNKNOWN',
  'CONSUMER_UNKNOWN',
  'ASSIGNMENT_UNKNOWN',
  'STALE_EPOCH',
  'NOT_JOINED',
  'ALREADY_DONE',
  'CONFIRMATION_REQUIRED',
  'PRIVACY_RUNS',
  'TALK_UNKNOWN',
  'TALK_UNSUPPORTED',
  'TALK_BUSY',
  'SUPERSEDED',
  'UNSUPPORTED_CODEC',
  'UNSUPPORTED_MEDIA_TYPE',
  'OFFER_UNACCEPTABLE',
  'METHOD_NOT_ALLOWED',
  'PRECONDITION_REQUIRED',
  'PRECONDITION_FAILED',
  'SHUTTING_DOWN',
  'OVERLOADED',
  'DRAINING',
]);

/** Whether somebody who got this answer instead of what they asked for stands in the audit trail. */
export function isAudited(code: ErrorCode): boolean {
  return !NOT_AUDITED.has(code);
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
    // A rise from nothing at all would not be seen as one.
    this.#failures.add(0);
  }

  /** @param reason what the actor gave as the reason */
  done(actor: Actor, action: string, subject: string, reason?: string): void {
    const entry = { action, subject, result: 'done' } as const;
    this.#write(actor, reason === undefined ? entry : { ...entry, reason });
  }

  /** Keeps a refusal or, by a code of the server's own fault, a failure; not what {@link isAudited} leaves out. */
  refused(actor: Actor, action: string, subject: string, code: ErrorCode): void {
    if (isAudited(code)) this.#write(actor, { action, subject, result: resultOf(code), code });
  }

  #write(actor: Actor, entry: Omit<AuditEntry, 'actor' | 'address' | 'at'>): void {
    this.#records
      .audit({ actor: actor.name, address: actor.address, at: this.#clock(), ...entry })
      .catch((error: unknown) => {
        this.#failures.add();
        this.#telemetry.logger.error({ err: error }, 'an audit entry could not be kept');
      });
  }
}

/** A refusal is a decision; what the server could not do although it would have is a failure. */
export function resultOf(code: ErrorCode): 'refused' | 'failed' {
  return ERRORS[code].status >= 500 ? 'failed' : 'refused';
}
