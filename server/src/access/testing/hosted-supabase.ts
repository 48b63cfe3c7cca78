import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express, { type Express, type Request, type Response as Answer } from 'express';
import { decodeJwt, SignJWT } from 'jose';
import { z } from 'zod';
import { openLiteStack, type LiteStack } from '../../records/embedded/lite-stack.ts';
import { PostgresServer } from '../../records/embedded/postgres-server.ts';
import { readSecrets, type Secrets } from '../../records/embedded/secrets.ts';
import { testConfig } from '../../records/testing/fixtures.ts';
import { totpOf } from './totp.ts';

type Factor = { id: string; secret: string; status: 'verified' | 'unverified' };

const tokensSchema = z.looseObject({
  access_token: z.string(),
  refresh_token: z.string(),
  user: z.looseObject({ id: z.string() }),
});
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

/**
 * A Supabase at an address of its own: the embedded stack, with what a hosted one has beside it: an issuer in its
 * tokens, an administration of accounts, and second factors (TOTP) as GoTrue's API documents them.
 */
export class HostedSupabase {
  readonly url: string;
  readonly secrets: Secrets;
  readonly #stack: LiteStack;
  readonly #postgres: PostgresServer;
  readonly #server: Server;
  /** By user. */
  readonly #factors = new Map<string, Factor[]>();
  readonly #refreshTokens = new Map<string, string>();

  private constructor(
    secrets: Secrets,
    postgres: PostgresServer,
    stack: LiteStack,
    server: Server,
    app: Express,
  ) {
    this.secrets = secrets;
    this.#postgres = postgres;
    this.#stack = stack;
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#serve(app);
  }

  static async start(directory: string): Promise<HostedSupabase> {
    const secrets = await readSecrets(directory);
    const postgres = await PostgresServer.start({
      directory: join(directory, 'pg17'),
      password: secrets.postgres,
      onDeath: () => undefined,
    });
    const { repositoryRoot } = testConfig(directory);
    const migrations = join(repositoryRoot, 'infra/supabase/migrations');
    const stack = await openLiteStack(postgres.url, secrets, migrations);
    const app = express();
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HostedSupabase(secrets, postgres, stack, server, app);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await this.#stack.close();
    await this.#postgres.close();
  }

  #serve(app: Express): void {
    app.use(express.text({ type: () => true, limit: '1mb' }));
    const auth = express.Router();
    app.use('/auth/v1', auth);

    auth.post('/token', async (request, response) => {
      const { status, body } = await this.#ask(request);
      response.status(status).json(status === 200 ? await this.#tokens(body, 'aal1') : body);
    });
    auth.get('/user', async (request, response) => {
      const { status, body } = await this.#ask(request);
      response.status(status).json(status === 200 ? this.#withFactors(body) : body);
    });
    auth.post('/factors', (request, response) => {
      const factor: Factor = { id: randomUUID(), secret: SECRET, status: 'unverified' };
      this.#of(userOf(request)).push(factor);
      const uri = `otpauth://totp/Haven:somebody?secret=${SECRET}&issuer=Haven`;
      response.json({ id: factor.id, type: 'totp', totp: { qr_code: '<svg/>', secret: SECRET, uri } });
    });
    auth.post('/factors/:id/challenge', (_request, response) => {
      response.json({ id: randomUUID(), type: 'totp', expires_at: Math.round(Date.now() / 1000) + 300 });
    });
    auth.post('/factors/:id/verify', (request, response) => this.#verify(request, response));
    auth.delete('/factors/:id', (request, response) => {
      this.#drop(userOf(request), request.params.id);
      response.json({ id: request.params.id });
    });
    auth.get('/admin/users/:user/factors', (request, response) => {
      response.json(this.#of(request.params.user).map(described));
    });
    auth.delete('/admin/users/:user/factors/:id', (request, response) => {
      this.#drop(request.params.user, request.params.id);
      response.json({ id: request.params.id });
    });
    auth.post('/admin/users', async (request, response) => {
      const made = await this.#stack.fetchWithSignUp(`${this.url}/auth/v1/signup`, initOf(request));
      const { user } = tokensSchema.parse(await made.json());
      response.json(user);
    });
    app.use(async (request, response) => {
      const { status, body } = await this.#ask(request);
      response.status(status).json(body);
    });
  }

  async #ask(request: Request): Promise<{ status: number; body: unknown }> {
    const answer = await this.#stack.fetch(this.url + request.originalUrl, initOf(request));
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
  }

  async #verify(request: Request<{ id: string }>, response: Answer): Promise<void> {
    const userId = userOf(request);
    const factor = this.#of(userId).find(({ id }) => id === request.params.id);
    const { code } = z.object({ code: z.string() }).parse(JSON.parse(String(request.body)));
    if (factor === undefined || code !== totpOf(factor.secret, Date.now())) {
      response
        .status(422)
        .json({ code: 422, error_code: 'mfa_verification_failed', msg: 'Invalid TOTP code' });
      return;
    }
    factor.status = 'verified';
    const access_token = bearerOf(request);
    const refresh_token = this.#refreshTokens.get(String(decodeJwt(access_token).session_id)) ?? '';
    response.json(await this.#tokens({ access_token, refresh_token, user: { id: userId } }, 'aal2'));
  }

  /** Signed anew, with what a hosted Supabase's tokens say besides. */
  async #tokens(given: unknown, aal: 'aal1' | 'aal2') {
    const tokens = tokensSchema.parse(given);
    const claims = decodeJwt(tokens.access_token);
    this.#refreshTokens.set(String(claims.session_id), tokens.refresh_token);
    const access_token = await new SignJWT({ ...claims, aal, iss: `${this.url}/auth/v1` })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(this.secrets.jwt));
    const user = this.#withFactors(tokens.user);
    return { ...tokens, access_token, token_type: 'bearer', expires_in: 3600, user };
  }

  #withFactors(given: unknown) {
    const user = z.looseObject({ id: z.string() }).parse(given);
    return { ...user, factors: this.#of(user.id).map(described) };
  }

  #of(userId: string): Factor[] {
    const factors = this.#factors.get(userId) ?? [];
    this.#factors.set(userId, factors);
    return factors;
  }

  #drop(userId: string, factorId: string): void {
    this.#factors.set(
      userId,
      this.#of(userId).filter(({ id }) => id !== factorId),
    );
  }
}

function described({ id, status }: Factor) {
  const at = new Date().toISOString();
  return { id, status, factor_type: 'totp', friendly_name: 'Haven', created_at: at, updated_at: at };
}

function bearerOf(request: Request<{ id: string }> | Request): string {
  return (request.headers.authorization ?? '').replace('Bearer ', '');
}

function userOf(request: Request<{ id: string }> | Request): string {
  return decodeJwt(bearerOf(request)).sub ?? '';
}

function initOf(request: Request): RequestInit {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string' && name !== 'content-length') headers.set(name, value);
  }
  const bodiless = request.method === 'GET' || request.method === 'HEAD';
  return { method: request.method, headers, ...(bodiless ? {} : { body: textOf(request.body) }) };
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : '';
}
