import { HavenError } from '@haven/protocol';
import type { Principal } from '../access/access.ts';
import type { Admission } from '../admission/admission.ts';
import { ANONYMOUS, nameOf, type Actor } from '../audit/actor.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';

/** Somebody who asks over HTTP, by the token that they give and the address that they come from. */
export type Visitor = { token: string; address: string };

/** What somebody wants, for the audit trail. */
export type Purpose = { action: string; subject: string };

export type EntranceParts = { admission: Admission; audit: AuditTrail };

/** Asks media clients over HTTP who they are, as the namespaces' doorkeeper asks those of the sockets. */
export class Entrance {
  readonly #admission: Admission;
  readonly #audit: AuditTrail;

  constructor({ admission, audit }: EntranceParts) {
    this.#admission = admission;
    this.#audit = audit;
  }

  /**
   * Refuses newcomers while nobody new is let in, before anything is verified.
   * @throws HavenError DRAINING, OVERLOADED
   */
  assertOpen({ token }: Visitor): void {
    this.#admission.assertOpen(token);
  }

  /** @throws HavenError RATE_LIMITED, and what `authenticate` refuses with */
  async enter<P extends Principal>(
    { token, address }: Visitor,
    { action, subject }: Purpose,
    authenticate: (token: string) => Promise<P>,
  ): Promise<{ principal: P; actor: Actor }> {
    const { addresses } = this.#admission;
    await addresses.assertMaySignIn(address);
    try {
      const principal = await authenticate(token);
      return { principal, actor: { name: nameOf(principal), address } };
    } catch (error) {
      if (error instanceof HavenError) {
        this.#audit.refused({ name: ANONYMOUS, address }, action, subject, error.code);
        if (error.status === 401) await addresses.countRefusal(address);
      }
      throw error;
    }
  }

  /** Audits what is refused from here on, and lets the refusal through. */
  async audited<T>(actor: Actor, { action, subject }: Purpose, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof HavenError ? error.code : 'INTERNAL';
      this.#audit.refused(actor, action, subject, code);
      throw error;
    }
  }

  /** A session began: who returns to it is no newcomer. @returns to be called when it ended */
  entered({ token }: Visitor): () => void {
    return this.#admission.returning.entered(token);
  }
}
