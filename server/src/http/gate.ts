import { HavenError } from '@haven/protocol';
import type { Request } from 'express';
import type { z } from 'zod';
import type { Access, Action, UserPrincipal } from '../access/access.ts';
import type { Records } from '../records/records.ts';
import { bearerToken } from './bearer.ts';
import { identifiedAddress } from './client-address.ts';

type Dependencies = { access: Access; records: Pick<Records, 'audit'>; clock: () => number };

/** Asks every caller of the HTTP API who they are and whether they may, and keeps the audit trail of it. */
export class Gate {
  readonly #access: Access;
  readonly #records: Pick<Records, 'audit'>;
  readonly #clock: () => number;

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
    return user;
  }

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
    user: UserPrincipal,
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
    attempt: { actor: string; action: Action; subject: string },
    check: () => T | Promise<T>,
  ): Promise<T> {
    try {
      return await check();
    } catch (error) {
      const code = error instanceof HavenError ? error.code : 'INTERNAL';
      const line = { ...attempt, result: 'refused', code } as const;
      await this.#records.audit({ ...line, address: address(request), at: this.#clock() });
      throw error;
    }
  }
}

export function actorOf(user: UserPrincipal): string {
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
