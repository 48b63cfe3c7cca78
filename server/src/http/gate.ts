import { HavenError } from '@haven/protocol';
import type { ErrorRequestHandler, Request } from 'express';
import type { z } from 'zod';
import type { Access, Action, UserPrincipal } from '../access/access.ts';
import { isAudited, resultOf } from '../audit/audit-trail.ts';
import type { Records } from '../records/records.ts';
import { bearerToken } from './bearer.ts';
import { identifiedAddress } from './client-address.ts';

type Dependencies = { access: Access; records: Pick<Records, 'audit'>; clock: () => number };

/** Asks every caller of the HTTP API who they are and whether they may, and keeps the audit trail of it. */
export class Gate {
  readonly #access: Access;
  readonly #records: Pick<Records, 'audit'>;
  readonly #clock: () => number;
  /** What a request that was let in wants to do. */
  readonly #attempts = new WeakMap<object, { actor: string; action: string; subject: string }>();
  readonly #audited = new WeakSet<object>();

  constructor({ access, records, clock }: Dependencies) {
    this.#access = access;
    this.#records = records;
    this.#clock = clock;
  }

  /**
   * Signs the caller in and authorises the action in general; rooms are permitted one by one. Refusals are audited.
   * @throws HavenError as `Access.authenticateUser` and `Access.authorize` do
   */
  async allow(request: Request, action: Action, subject: string): Promise<UserPrincipal> {
    const user = await this.#auditRefusal(request, { actor: 'anonymous', action, subject }, () =>
      this.#access.authenticateUser(bearerToken(request)),
    );
    await this.permit(request, user, action, subject);
    this.#attempts.set(request, { actor: actorOf(user), action, subject });
    return user;
  }

  /**
   * Asks who calls, where a session that runs is all that is required, be it locked. Refusals are audited.
   * @throws HavenError as `Access.authenticateUser` does
   */
  async caller(request: Request, action: string, subject: string): Promise<UserPrincipal> {
    const user = await this.#auditRefusal(request, { actor: 'anonymous', action, subject }, () =>
      this.#access.authenticateUser(bearerToken(request)),
    );
    this.attempted(request, actorOf(user), action, subject);
    return user;
  }

  /** What the request tries to do: if it is refused from now on, that is audited. */
  attempted(request: Request, actor: string, action: string, subject: string): void {
    this.#attempts.set(request, { actor, action, subject });
  }

  /** To stand behind the routes: audits what was refused, or failed, after the caller was let in. */
  readonly auditRefusals: ErrorRequestHandler = (error: unknown, request, _response, next) => {
    const attempt = this.#attempts.get(request);
    const known = error instanceof Error && this.#audited.has(error);
    const code = error instanceof HavenError ? error.code : 'INTERNAL';
    if (attempt === undefined || known || !isAudited(code)) {
      next(error);
      return;
    }
    const line = { ...attempt, result: resultOf(code), code, address: address(request), at: this.#clock() };
    this.#records.audit(line).then(
      () => next(error),
      // The caller is told why it was refused, not that the refusal could not be kept.
      () => next(error),
    );
  };

  /** @throws HavenError as `Access.authorize` does; the refusal is audited */
  permit(
    request: Request,
    user: UserPrincipal,
    action: Action,
    subject: string,
    roomId?: string,
  ): Promise<void> {
    return this.#auditRefusal(request, { actor: actorOf(user), action, subject }, () =>
      this.#access.authorize(user, action, roomId),
    );
  }

  /** Keeps that it was done. @throws HavenError STORAGE_FULL */
  done(
    request: Request,
    user: Pick<UserPrincipal, 'userId'>,
    action: string,
    subject: string,
    reason?: string,
  ): Promise<void> {
    return this.#records.audit({
      actor: actorOf(user),
      action,
      subject,
      result: 'done',
      address: address(request),
      at: this.#clock(),
      ...(reason === undefined ? {} : { reason }),
    });
  }

  /** Audits what the check refuses, and lets the refusal through. */
  async #auditRefusal<T>(
    request: Request,
    attempt: { actor: string; action: string; subject: string },
    check: () => T | Promise<T>,
  ): Promise<T> {
    try {
      return await check();
    } catch (error) {
      const code = error instanceof HavenError ? error.code : 'INTERNAL';
      if (error instanceof Error) this.#audited.add(error);
      const line = { ...attempt, result: resultOf(code), code };
      await this.#records.audit({ ...line, address: address(request), at: this.#clock() });
      throw error;
    }
  }
}

export function actorOf(user: Pick<UserPrincipal, 'userId'>): string {
  return `user:${user.userId}`;
}

export function address(request: Request): string {
  return identifiedAddress(request);
}

/** @throws HavenError INVALID_REQUEST that names the first wrong field, but never its value */
export function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new HavenError('INVALID_REQUEST', `${issue.path.join('.') || 'The body'}: ${issue.message}`);
}
