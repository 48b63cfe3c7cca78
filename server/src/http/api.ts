/** The HTTP API under `/api/v1`; its bodies are in the protocol package. */
import {
  alertsQuerySchema,
  HavenError,
  PROTOCOL_VERSION,
  refreshRequestSchema,
  signInRequestSchema,
  vitalsQuerySchema,
  type PublicSettings,
} from '@haven/protocol';
import { Router, type Request, type RequestHandler } from 'express';
import type { z } from 'zod';
import type { Access, Action, UserPrincipal } from '../access/access.ts';
import type { Config } from '../config/config.ts';
import type { Records } from '../records/records.ts';
import { bearerToken } from './bearer.ts';

const HOUR_MS = 3600 * 1000;
/** Longest span of one vitals query: 86,400 seconds of three vitals. */
const LONGEST_SPAN_MS = 24 * HOUR_MS;
const DEFAULT_ALERTS = 200;

type Dependencies = { config: Config; access: Access; records: Records; clock: () => number };

export function createApi({ config, access, records, clock }: Dependencies): Router {
  const api = Router();

  const settings: PublicSettings = {
    protocol: PROTOCOL_VERSION,
    demo: config.demo,
    announcedAddress: config.announcedAddress ?? null,
    patientIdPattern: config.patientIdPattern.source,
  };
  api.get('/settings', (_request, response) => void response.json(settings));

  api.post('/auth/sign-in', async (request, response) => {
    const { email, password } = parse(signInRequestSchema, request.body);
    response.json(await access.signIn(email, password, address(request)));
  });
  api.post('/auth/refresh', async (request, response) => {
    const { refreshToken } = parse(refreshRequestSchema, request.body);
    response.json(await access.refresh(refreshToken, address(request)));
  });
  api.post('/auth/sign-out', async (request, response) => {
    await access.signOut(await access.authenticateUser(bearerToken(request)));
    response.status(204).end();
  });

  /** Audits what the check refuses, and lets the refusal through. */
  async function auditRefusal<T>(
    request: Request,
    attempt: { actor: string; action: Action; subject: string },
    check: () => T | Promise<T>,
  ): Promise<T> {
    try {
      return await check();
    } catch (error) {
      const code = error instanceof HavenError ? error.code : 'INTERNAL';
      await records.audit({ ...attempt, result: 'refused', code, address: address(request), at: clock() });
      throw error;
    }
  }
  function permit(request: Request, user: UserPrincipal, action: Action, subject: string, roomId?: string) {
    const attempt = { actor: `user:${user.userId}`, action, subject };
    return auditRefusal(request, attempt, () => access.authorize(user, action, roomId));
  }
  /** Signs the caller in and authorises the action in general; rooms are permitted one by one. */
  async function allow(request: Request, action: Action, subject: string): Promise<UserPrincipal> {
    const user = await auditRefusal(request, { actor: 'anonymous', action, subject }, () =>
      access.authenticateUser(bearerToken(request)),
    );
    await permit(request, user, action, subject);
    return user;
  }
  function read(request: Request, user: UserPrincipal, action: Action, subject: string): Promise<void> {
    const actor = `user:${user.userId}`;
    return records.audit({ actor, action, subject, result: 'done', address: address(request), at: clock() });
  }

  api.get('/patients', async (request, response) => {
    const user = await allow(request, 'patient:read', 'patients');
    const patients = await records.patientsOf(access.rights(user.userId).roomIds);
    await read(request, user, 'patient:read', 'patients');
    response.json({ patients });
  });

  api.get('/patients/:id/vitals', async (request: Request<{ id: string }>, response) => {
    const { id } = request.params;
    if (!config.patientIdPattern.test(id)) {
      throw new HavenError('INVALID_REQUEST', 'The patient id has not the configured form.');
    }
    const user = await allow(request, 'vitals:read', `patient:${id}`);
    const { roomId } = await records.patient(id);
    await permit(request, user, 'vitals:read', `patient:${id}`, roomId);
    const query = parse(vitalsQuerySchema, request.query);
    const until = query.until ?? clock();
    const since = query.since ?? until - HOUR_MS;
    if (since > until || until - since > LONGEST_SPAN_MS) {
      throw new HavenError(
        'INVALID_REQUEST',
        'since must not be after until, and at most 24 hours before it.',
      );
    }
    const vitals = await records.vitals(user, id, since, until);
    await read(request, user, 'vitals:read', `patient:${id}`);
    response.json({ patientId: id, vitals });
  });

  api.get('/alerts', async (request, response) => {
    const user = await allow(request, 'alert:read', 'alerts');
    const { active, patientId, limit = DEFAULT_ALERTS } = parse(alertsQuerySchema, request.query);
    const alerts = await records.alerts(user, {
      limit,
      ...(patientId === undefined ? {} : { patientId }),
      ...(active === undefined ? {} : { active: active === 'true' }),
    });
    await read(request, user, 'alert:read', 'alerts');
    response.json({ alerts });
  });

  api.use(notFound);
  return api;
}

export const notFound: RequestHandler = () => {
  throw new HavenError('NOT_FOUND');
};

export function address(request: Request): string {
  return request.socket.remoteAddress ?? 'unknown';
}

/** @throws HavenError INVALID_REQUEST that names the first wrong field, but never its value */
function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new HavenError('INVALID_REQUEST', `${issue.path.join('.') || 'The body'}: ${issue.message}`);
}
