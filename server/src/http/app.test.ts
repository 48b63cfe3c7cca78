import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HavenError, type Patient } from '@haven/protocol';
import type { Access, UserPrincipal } from '../access/access.ts';
import { readConfig } from '../config/config.ts';
import type { AuditEntry, Records } from '../records/records.ts';
import { noAccounts, noEmergencyAccess } from '../testing/no-accounts.ts';
import { OpenTelemetry } from '../telemetry/open-telemetry.ts';
import { NO_AUDIT_READS } from '../testing/no-audit-reads.ts';
import { eventually } from '../testing/eventually.ts';
import { memoryLimits } from '../testing/memory-limits.ts';
import { HttpApp, type Readiness } from './app.ts';
import type { Probe } from './health.ts';
import { FRESH_MS } from './shared-health.ts';

const patient: Patient = { id: 'P-101', roomId: 'ward-a', name: 'N', bed: '1', analysisMode: 'both' };
const metricsToken = 'the-token-of-the-metrics';
const audit: AuditEntry[] = [];

/** Knows one user (`good`), assigned to one room; everything else is refused. */
const access: Access = {
  accounts: noAccounts,
  emergencyAccess: noEmergencyAccess,
  signIn: () => Promise.reject(new HavenError('RATE_LIMITED', undefined, { retryAfterMs: 4200 })),
  refresh: () => Promise.reject(new HavenError('TOKEN_EXPIRED')),
  signOut: () => Promise.resolve(),
  authenticateUser: (token) =>
    token === 'good'
      ? Promise.resolve<UserPrincipal>({
          kind: 'user',
          userId: randomUUID(),
          displayName: 'N',
          accessToken: token,
          expiresAt: 1e15,
        })
      : Promise.reject(new HavenError('UNAUTHENTICATED')),
  authenticateDevice: () => Promise.reject(new HavenError('UNAUTHENTICATED')),
  authenticateCvWorker: () => Promise.reject(new HavenError('UNAUTHENTICATED')),
  rights: () => ({ roles: new Set(['clinician'] as const), roomIds: new Set(['ward-a']) }),
  authorize: (_principal, _action, roomId) => {
    if (roomId !== undefined && roomId !== 'ward-a') throw new HavenError('ROOM_NOT_ASSIGNED');
  },
  onChange: () => () => undefined,
  close: () => Promise.resolve(),
};
const records: Records = {
  rooms: () => Promise.resolve([]),
  patient: (id) =>
    id === 'P-101'
      ? Promise.resolve(patient)
      : id === 'P-500'
        ? Promise.reject(new RangeError('a bug with P-500 in it'))
        : Promise.reject(new HavenError('PATIENT_UNKNOWN')),
  patientsOf: () => Promise.resolve([patient]),
  setAnalysisMode: () => Promise.resolve(),
  events: () => Promise.resolve([]),
  keepObservations: () => Promise.resolve(),
  keepAlert: () => Promise.resolve(),
  audit: (entry) => {
    audit.push(entry);
    return Promise.resolve();
  },
  vitals: () => Promise.resolve([]),
  alerts: () => Promise.resolve([]),
  alert: () => Promise.reject(new HavenError('ALERT_UNKNOWN')),
  alertTransitions: () => Promise.resolve([]),
  trends: () => Promise.resolve([]),
  activeAlerts: () => Promise.resolve([]),
  lastEpisodes: () => Promise.resolve([]),
  state: () => ({
    journalEntries: 0,
    journalBytes: 0,
    journalLimitBytes: 1,
    oldestAgeMs: 0,
    storeReachable: true,
  }),
  close: () => Promise.resolve(),
};

let server: Server;
let url: string;
let readiness: Readiness = 'starting';
let database: Probe = () => ({ status: 'healthy', message: 'answers' });

beforeAll(async () => {
  const config = readConfig({
    HAVEN_ALLOWED_ORIGINS: 'https://ward.example',
    HAVEN_TRUSTED_NETWORKS: '127.0.0.0/8',
  });
  const telemetry = new OpenTelemetry({ service: 'haven-test', logLevel: 'silent' });
  const app = new HttpApp({ config, telemetry, clock: Date.now, readiness: () => readiness });
  server = createServer(app.express);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
  expect((await fetch(`${url}/api/v1/patients`)).status).toBe(503);
  app.serve({
    access,
    audit: NO_AUDIT_READS,
    records,
    limits: await memoryLimits(),
    metricsToken,
    probes: { database: () => database() },
  });
  readiness = 'ready';
});
afterAll(() => {
  server.close();
});
beforeEach(() => {
  audit.length = 0;
});

const get = (path: string, headers: Record<string, string> = { authorization: 'Bearer good' }) =>
  fetch(`${url}${path}`, { headers });
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${url}${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
async function refusal(response: Response) {
  const body = (await response.json()) as { error: { code: string; message: string; retryAfterMs?: number } };
  return { status: response.status, ...body.error };
}

describe('the HTTP API', () => {
  test('lists the patients of the rooms of the caller, and audits that it did', async () => {
    expect(await (await get('/api/v1/patients')).json()).toEqual({ patients: [patient] });
    expect(audit).toEqual([expect.objectContaining({ action: 'patient:read', result: 'done' })]);
  });

  test('refuses without a token, and audits that', async () => {
    expect(await refusal(await get('/api/v1/patients', {}))).toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
    });
    expect(audit).toEqual([
      expect.objectContaining({ result: 'refused', code: 'UNAUTHENTICATED', actor: 'anonymous' }),
    ]);
  });

  test.each([
    ['/api/v1/patients/P-999/vitals', 404, 'PATIENT_UNKNOWN'],
    ['/api/v1/patients/nonsense/vitals', 400, 'INVALID_REQUEST'],
    ['/api/v1/patients/P-101/vitals?since=yesterday', 400, 'INVALID_REQUEST'],
    ['/api/v1/patients/P-101/vitals?since=2&until=1', 400, 'INVALID_REQUEST'],
    ['/api/v1/patients/P-101/vitals?since=0', 400, 'INVALID_REQUEST'],
    ['/api/v1/alerts?limit=100000', 400, 'INVALID_REQUEST'],
    ['/api/v1/nothing', 404, 'NOT_FOUND'],
    ['/nothing', 404, 'NOT_FOUND'],
  ])('answers %s with %i %s', async (path, status, code) => {
    expect(await refusal(await get(path))).toMatchObject({ status, code });
  });

  test('hides what went wrong inside, and gives a trace id to find it by', async () => {
    const answer = await refusal(await get('/api/v1/patients/P-500/vitals'));
    expect(answer).toMatchObject({
      status: 500,
      code: 'INTERNAL',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(JSON.stringify(answer)).not.toContain('bug');
  });

  test('refuses what is no JSON, lacks a field, or is too large', async () => {
    expect(await refusal(await post('/api/v1/auth/sign-in', '{'))).toMatchObject({ code: 'INVALID_REQUEST' });
    const answer = await refusal(await post('/api/v1/auth/sign-in', '{"email":"a@b.example"}'));
    expect(answer).toMatchObject({ code: 'INVALID_REQUEST', message: expect.stringContaining('password') });
    const large = JSON.stringify({ email: 'a@b.example', password: 'x'.repeat(200_000) });
    expect(await refusal(await post('/api/v1/auth/sign-in', large))).toMatchObject({
      status: 413,
      code: 'MESSAGE_TOO_LARGE',
    });
  });

  test('says how long to wait', async () => {
    const response = await post('/api/v1/auth/sign-in', '{"email":"a@b.example","password":"x"}');
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await refusal(response)).toMatchObject({ status: 429, code: 'RATE_LIMITED', retryAfterMs: 4200 });
  });

  test('refuses a foreign web page, audited, and serves its own and allowed ones', async () => {
    const from = (origin: string) => get('/api/v1/patients', { authorization: 'Bearer good', origin });
    expect(await refusal(await from('https://elsewhere.example'))).toMatchObject({
      status: 403,
      code: 'ORIGIN_REFUSED',
    });
    expect(audit).toEqual([expect.objectContaining({ code: 'ORIGIN_REFUSED', result: 'refused' })]);
    expect((await from(url)).status).toBe(200);
    expect((await from('https://ward.example')).status).toBe(200);
    expect((await from('null')).status).toBe(403);
  });

  test('forbids other content by its security policy', async () => {
    const { headers } = await get('/api/v1/settings');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.has('x-powered-by')).toBe(false);
  });
});

describe('health and metrics', () => {
  const bearer = { authorization: `Bearer ${metricsToken}` };

  test('tell everybody the state, and only the holder of the token its parts', async () => {
    expect(await (await get('/health', {})).json()).toEqual({ status: 'healthy', message: 'All is well' });
    expect(await (await get('/health', bearer)).json()).toMatchObject({
      subsystems: { database: { message: 'answers' } },
    });
  });

  test('are as bad as the worst part, and a part that cannot be examined is unhealthy', async () => {
    const becomes = (status: number, message: string) =>
      eventually(async () => {
        const response = await get('/health', {});
        const health: unknown = await response.json();
        return response.status === status && JSON.stringify(health).includes(message);
      }, message);
    database = () => ({ status: 'degraded', message: 'slow' });
    await becomes(200, '"degraded","message":"Impaired: database"');
    database = () => Promise.reject(new Error('gone'));
    await becomes(503, '"unhealthy","message":"Failing: database"');
  });

  test('cost one look a second at the parts, however many ask', async () => {
    let looks = 0;
    database = () => {
      looks += 1;
      return { status: 'healthy', message: 'answers' };
    };
    await eventually(async () => (await get('/health', {})).status === 200 && looks > 0, 'it is looked at');
    const before = performance.now();
    await Promise.all(Array.from({ length: 100 }, () => get('/health', {})));
    expect(looks).toBeLessThanOrEqual(2 + (performance.now() - before) / FRESH_MS);
  });

  test('need their own token for the metrics', async () => {
    expect((await get('/metrics', {})).status).toBe(401);
    expect((await get('/metrics')).status).toBe(403);
    const text = await (await get('/metrics', bearer)).text();
    expect(text).toContain('haven_http_requests_total');
    expect(text).not.toContain('P-101');
  });
});
