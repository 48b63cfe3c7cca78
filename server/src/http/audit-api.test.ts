import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  auditPageSchema,
  auditVerificationSchema,
  errorBodySchema,
  sessionSchema,
  type Role,
} from '@haven/protocol';
import { openAccess } from '../access/open-access.ts';
import type { Access } from '../access/access.ts';
import { addUser } from '../access/administration/users.ts';
import { AuditReader } from '../audit/audit-reader.ts';
import { parsePublicKeys } from '../audit/signing-key.ts';
import { TestTrail } from '../audit/testing/trail.ts';
import { NetworkList } from '../config/networks.ts';
import { verifyExport } from '../audit/verify-export.ts';
import { openRecords } from '../records/open-records.ts';
import type { Records } from '../records/records.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { memoryLimits } from '../testing/memory-limits.ts';
import { OpenTelemetry } from '../telemetry/open-telemetry.ts';
import { HttpApp } from './app.ts';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const CLOSED = '2026-11-19';
const PASSWORD = 'a password of tests';

let trail: TestTrail;
let records: Records;
let access: Access;
let server: Server;
let url: string;
const tokens = new Map<Role, string>();
let auditorId: string;

beforeAll(async () => {
  trail = await TestTrail.create();
  const { store, config } = trail;
  for (const day of [CLOSED, '2026-11-20']) await trail.writeDay(day, 5);
  trail.now = Date.now();
  const clock = () => trail.now;
  const telemetry = new QuietTelemetry();
  records = await openRecords({ store, config, telemetry, clock });
  access = await openAccess({ store, telemetry, clock });
  const keep = (entry: Parameters<Records['audit']>[0]) => records.audit(entry);
  for (const role of ['auditor', 'administrator', 'clinician'] as const) {
    const user = { email: `${role}@haven.local`, displayName: `A ${role}`, roles: [role], roomIds: [] };
    const { userId } = await addUser({ store, actor: 'system', clock, keep }, user, PASSWORD);
    if (role === 'auditor') auditorId = userId;
  }
  const app = new HttpApp({
    config: { ...config, trustedNetworks: new NetworkList(['127.0.0.0/8']) },
    telemetry: new OpenTelemetry({ service: 'haven-test', logLevel: 'silent' }),
    clock,
    readiness: () => 'ready',
  });
  const audit = new AuditReader({ store, config, clock });
  app.serve({ access, audit, records, limits: await memoryLimits(), metricsToken: 'm', probes: {} });
  server = createServer(app.express);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
  for (const role of ['auditor', 'administrator', 'clinician'] as const) {
    const response = await fetch(`${url}/auth/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: `${role}@haven.local`, password: PASSWORD }),
    });
    tokens.set(role, sessionSchema.parse(await response.json()).accessToken);
  }
}, 90_000);
afterAll(async () => {
  server.close();
  await access.close();
  await records.close(5000);
  await trail.close();
});

const get = (path: string, role: Role = 'auditor') =>
  fetch(`${url}${path}`, { headers: { authorization: `Bearer ${tokens.get(role) ?? ''}` } });
const search = (query: object, role: Role = 'auditor') =>
  fetch(`${url}/audit/search`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.get(role) ?? ''}`, 'content-type': 'application/json' },
    body: JSON.stringify(query),
  });
async function page(query: object) {
  return auditPageSchema.parse(await (await search(query)).json());
}
async function refusalOf(response: Response) {
  const { error } = errorBodySchema.parse(await response.json());
  return [response.status, `${error.code} ${error.message}`];
}
const until = Date.parse('2026-11-21');

describe('auditors', () => {
  test('read the trail newest first, page by page, each line once', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const next: object = cursor === '' ? {} : { cursor };
      const { lines, next: following } = await page({ limit: 3, until, ...next });
      expect(lines.length).toBeLessThanOrEqual(3);
      seen.push(...lines.map(({ day, sequence }) => `${day} ${sequence}`));
      cursor = following;
    }
    expect(new Set(seen).size).toBe(10);
    expect(seen).toHaveLength(10);
    expect(seen.slice(0, 5).every((line) => line.startsWith('2026-11-20'))).toBe(true);
  });

  test('filter by who, what, to what, result and time, whole or by the beginning', async () => {
    const count = async (query: object) => (await page({ until, ...query })).lines.length;
    expect(await count({ subject: 'patient:P-1' })).toBe(2);
    expect(await count({ subject: 'patient:*' })).toBe(10);
    expect(await count({ subject: 'patient:P_1' })).toBe(0);
    expect(await count({ subject: 'patient:P_*' })).toBe(0);
    expect(await count({ action: 'vitals:*', actor: 'user:0f0b8c3a*' })).toBe(10);
    expect(await count({ actor: 'user:nobody' })).toBe(0);
    expect(await count({ result: 'refused' })).toBe(0);
    expect(await count({ since: Date.parse('2026-11-20') })).toBe(5);
  });

  test('see the names of users, and that they themselves read', async () => {
    await page({ limit: 1 });
    await records.audit(trail.entry('x', { at: Date.now() }));
    let own: Awaited<ReturnType<typeof page>>['lines'] = [];
    for (let tries = 0; tries < 100 && own.length === 0; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      own = (await page({ actor: `user:${auditorId}`, action: 'audit:read', limit: 1 })).lines;
    }
    expect(own[0]).toMatchObject({ actorName: 'A auditor', result: 'done', subject: 'audit' });
  });

  test('verify days, and are told where something is wrong', async () => {
    const verify = async () =>
      auditVerificationSchema.parse(await (await get(`/audit/verify?from=${CLOSED}&to=2026-11-20`)).json());
    expect(await verify()).toMatchObject({ ok: true, chains: [{ closed: true }, { lines: 5 }] });
    await trail.sql(`delete from public.audit where day = '${CLOSED}' and sequence = 2`);
    expect(await verify()).toMatchObject({
      ok: false,
      chains: [{ day: CLOSED, problems: [{ kind: 'line-missing', sequence: 2 }] }, { problems: [] }],
    });
  });

  test('save a day as a file that verifies elsewhere', async () => {
    const response = await get('/audit/export?day=2026-11-20');
    expect(response.headers.get('content-type')).toContain('application/x-ndjson');
    expect(response.headers.get('content-disposition')).toContain('haven-audit-2026-11-20.jsonl');
    const keys = await readFile(join(trail.config.dataDirectory, 'audit-public-keys.pem'), 'utf8');
    const reports = await verifyExport(await response.text(), parsePublicKeys(keys, 'keys'));
    expect(reports).toMatchObject([{ day: '2026-11-20', lines: 5, closed: true, problems: [] }]);
  });

  test.each([
    [{ limit: 501 }, 'limit'],
    [{ result: 'maybe' }, 'result'],
    [{ cursor: 'nonsense' }, 'cursor'],
    [{ since: 2, until: 1 }, 'since'],
  ])('are told what is wrong with a search for %j', async (query, word) => {
    expect(await refusalOf(await search(query))).toEqual([
      400,
      expect.stringMatching(new RegExp(`^INVALID_REQUEST .*${word}`)),
    ]);
  });

  test.each([
    ['/audit/verify?from=2026-11-20', 'to'],
    ['/audit/verify?from=2026-11-20&to=2026-11-19', 'from'],
    ['/audit/verify?from=2026-01-01&to=2026-11-19', 'days'],
    ['/audit/export?day=2026-02-30', 'day'],
  ])('are told what is wrong with %s', async (path, word) => {
    expect(await refusalOf(await get(path))).toEqual([
      400,
      expect.stringMatching(new RegExp(`^INVALID_REQUEST .*${word}`)),
    ]);
  });
});

test.each(['administrator', 'clinician'] as const)('a %s may not search', async (role) => {
  expect((await search({}, role)).status).toBe(403);
});

test.each([
  ['clinician', `/audit/verify?from=${CLOSED}&to=${CLOSED}`],
  ['clinician', `/audit/export?day=${CLOSED}`],
] as const)('a %s may not ask for %s', async (role, path) => {
  expect((await get(path, role)).status).toBe(403);
});

test('with a clinician’s token the database itself shows no line and no checkpoint, and lets nobody write', async () => {
  const clinician = trail.store.forUser(tokens.get('clinician') ?? '');
  const auditor = trail.store.forUser(tokens.get('auditor') ?? '');
  for (const table of ['audit', 'audit_checkpoints'] as const) {
    expect((await clinician.from(table).select('day')).data).toEqual([]);
    expect((await auditor.from(table).select('day')).data).not.toEqual([]);
    expect((await auditor.from(table).delete().gte('day', '2000-01-01')).error).not.toBeNull();
  }
});
