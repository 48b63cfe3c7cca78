/** What the HTTP interface refuses before it looks at anything, and what it tells browsers. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { readConfig } from '../config/config.ts';
import { NO_AUDIT_READS } from '../testing/no-audit-reads.ts';
import { MemoryAccess } from '../testing/memory-access.ts';
import { memoryLimits } from '../testing/memory-limits.ts';
import { MemoryRecords } from '../testing/memory-records.ts';
import { OpenTelemetry } from '../telemetry/open-telemetry.ts';
import { HttpApp } from './app.ts';

const WARD = 'https://ward.example';
const FOREIGN = 'https://elsewhere.example';
const METRICS_TOKEN = 'the-token-of-the-metrics';
const records = new MemoryRecords([], []);

const servers: Server[] = [];
let url: string;

async function serve(environment: Record<string, string> = {}): Promise<void> {
  const config = readConfig({ HAVEN_ALLOWED_ORIGINS: WARD, ...environment });
  const telemetry = new OpenTelemetry({ service: 'haven-test', logLevel: 'silent' });
  const app = new HttpApp({ config, telemetry, clock: Date.now, readiness: () => 'ready' });
  const access = new MemoryAccess(Date.now);
  app.serve({
    access,
    audit: NO_AUDIT_READS,
    records,
    limits: await memoryLimits(),
    metricsToken: METRICS_TOKEN,
    probes: {},
  });
  const server = createServer(app.express);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const ask = (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, init);
async function refusal(response: Response) {
  const { error } = (await response.json()) as { error: { code: string; retryAfterMs?: number } };
  return { status: response.status, ...error };
}

describe('the rate limit', () => {
  const path = '/api/v1/settings';
  const burstOf = async (requests: number, headers: Record<string, string> = {}) =>
    Promise.all(Array.from({ length: requests }, () => ask(path, { headers })));

  test('lets an address make 20 requests at once, then tells it how long to wait', async () => {
    await serve();
    const answers = await burstOf(60);
    const refused = answers.filter(({ status }) => status === 429);
    // While they are being answered, a second may begin anew.
    expect(refused.length).toBeGreaterThanOrEqual(60 - 20 - 2 * 10);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(20);
    const [first] = refused;
    expect(Number(first!.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(first!.headers.get('ratelimit')).toMatch(/^"address";r=0;t=\d+$/);
    expect(await refusal(first!)).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
  });

  test('says what is left', async () => {
    await serve();
    const { headers } = await ask(path);
    expect(headers.get('ratelimit-policy')).toBe('"address";q=10;w=1');
    expect(headers.get('ratelimit')).toBe('"address";r=9;t=1');
  });

  test('spares trusted networks, and neither health nor pages are limited', async () => {
    await serve({ HAVEN_TRUSTED_NETWORKS: '127.0.0.0/8' });
    expect((await burstOf(60)).every(({ status }) => status === 200)).toBe(true);
    await serve();
    const healthy = await Promise.all(Array.from({ length: 60 }, () => ask('/health')));
    expect(healthy.every(({ status }) => status === 200)).toBe(true);
  });

  test('counts by the address that a trusted proxy saw, and by no other', async () => {
    await serve({ HAVEN_TRUSTED_PROXIES: '127.0.0.1', HAVEN_HTTP_RATE: '1', HAVEN_HTTP_BURST: '1' });
    const from = (client: string) => ask(path, { headers: { 'x-forwarded-for': client } });
    const own = await Promise.all(Array.from({ length: 30 }, (_, n) => from(`198.51.100.${n}`)));
    expect(own.every(({ status }) => status === 200)).toBe(true);
    await serve({ HAVEN_HTTP_RATE: '1', HAVEN_HTTP_BURST: '1' });
    const invented = await Promise.all(Array.from({ length: 30 }, (_, n) => from(`198.51.100.${n}`)));
    expect(invented.some(({ status }) => status === 429)).toBe(true);
  });
});

describe('a page of another origin', () => {
  const preflight = (origin: string) =>
    ask('/api/v1/patients', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    });

  test('that is allowed may ask with a token, never with credentials of the browser', async () => {
    await serve();
    const { status, headers } = await preflight(WARD);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(WARD);
    expect(headers.get('access-control-allow-headers')).toBe('Authorization,Content-Type');
    expect(headers.has('access-control-allow-credentials')).toBe(false);
    expect(headers.get('vary')).toMatch(/origin/i);
    const answer = await ask('/api/v1/settings', { headers: { origin: WARD } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(WARD);
  });

  test.each([FOREIGN, 'null', `${WARD}.evil.example`, 'http://ward.example'])(
    'is given no permission: %s',
    async (origin) => {
      await serve();
      expect((await preflight(origin)).headers.has('access-control-allow-origin')).toBe(false);
      const answer = await ask('/api/v1/settings', { headers: { origin } });
      expect(answer.headers.has('access-control-allow-origin')).toBe(false);
      expect(await refusal(answer)).toMatchObject({ status: 403, code: 'ORIGIN_REFUSED' });
    },
  );

  test.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain'])(
    'changes nothing by a form of the type %s',
    async (type) => {
      await serve();
      const form = { method: 'POST', body: '{"email":"a@b.example","password":"x"}' };
      const headers = { 'content-type': type };
      const path = '/api/v1/auth/sign-in';
      // Sent with a foreign Origin, as browsers do, and without one.
      expect((await ask(path, { ...form, headers: { ...headers, origin: FOREIGN } })).status).toBe(403);
      expect(await refusal(await ask(path, { ...form, headers }))).toMatchObject({ code: 'INVALID_REQUEST' });
    },
  );
});

test('no answer sets a cookie, and one that is sent means nothing', async () => {
  await serve();
  for (const path of ['/', '/livez', '/health', '/api/v1/settings', '/api/v1/patients', '/nothing']) {
    const answer = await ask(path, { headers: { cookie: 'token=anything; session=1' } });
    expect(answer.headers.has('set-cookie')).toBe(false);
  }
  const answer = await ask('/api/v1/patients', { headers: { cookie: 'authorization=Bearer good' } });
  expect(await refusal(answer)).toMatchObject({ code: 'UNAUTHENTICATED' });
});

describe('a body', () => {
  const signIn = (body: RequestInit['body'], headers: Record<string, string> = {}) =>
    ask('/api/v1/auth/sign-in', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });

  test.each([
    ['too large', JSON.stringify({ email: 'x'.repeat(140_000) }), 413, 'MESSAGE_TOO_LARGE'],
    ['nested as deep as fits', '['.repeat(60_000) + ']'.repeat(60_000), 400, 'INVALID_REQUEST'],
    ['an array', '[]', 400, 'INVALID_REQUEST'],
    ['no object', '"text"', 400, 'INVALID_REQUEST'],
    ['not ended', '{"email":', 400, 'INVALID_REQUEST'],
    ['empty', '', 400, 'INVALID_REQUEST'],
  ])('that is %s is refused with a code', async (_what, body, status, code) => {
    await serve();
    expect(await refusal(await signIn(body))).toMatchObject({ status, code });
  });

  test('that is compressed is refused: a small one may unpack to anything', async () => {
    await serve();
    const bomb = gzipSync(Buffer.alloc(50_000_000, 0x20));
    expect(await refusal(await signIn(bomb, { 'content-encoding': 'gzip' }))).toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });

  test('that names a prototype changes none', async () => {
    await serve();
    await signIn('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    const answer = await ask('/api/v1/alerts?__proto__[polluted]=1&constructor[prototype][polluted]=1');
    expect(answer.status).toBe(401);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

test('an address that is too long or malformed, and a method that nothing knows, are refused', async () => {
  await serve();
  const long = await ask(`/api/v1/alerts?before=${'1'.repeat(3000)}`);
  expect(await refusal(long)).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
  expect(await refusal(await ask('/api/v1/patients/%E0%A4%A/vitals'))).toMatchObject({
    code: 'INVALID_REQUEST',
  });
  for (const method of ['DELETE', 'PUT', 'PATCH', 'PROPFIND']) {
    expect((await ask('/api/v1/settings', { method })).status).toBe(404);
  }
});

describe('the headers', () => {
  test('hold pages to their own files, and every other page away', async () => {
    await serve();
    const { headers } = await ask('/');
    const policy = headers.get('content-security-policy');
    for (const directive of [
      "default-src 'none'",
      "script-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ])
      expect(policy).toContain(directive);
    expect(policy).not.toContain('unsafe');
    expect(headers.get('permissions-policy')).toContain('camera=(self), microphone=(self), ');
    expect(headers.get('permissions-policy')).toContain('geolocation=()');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.has('strict-transport-security')).toBe(false);
  });

  test('ask for HTTPS for a year where there is HTTPS', async () => {
    await serve({ HAVEN_TLS: 'self-signed' });
    const hsts = (await ask('/livez')).headers.get('strict-transport-security');
    expect(hsts).toBe('max-age=31536000; includeSubDomains');
  });

  test('forbid to keep what the API answers', async () => {
    await serve();
    expect((await ask('/api/v1/settings')).headers.get('cache-control')).toBe('no-store');
  });
});
