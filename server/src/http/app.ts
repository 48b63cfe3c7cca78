import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { HavenError } from '@haven/protocol';
import cors from 'cors';
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express';
import type { Access } from '../access/access.ts';
import type { Limits } from '../alerts/limits-book.ts';
import type { Config } from '../config/config.ts';
import type { Records } from '../records/records.ts';
import type { MediaDesk } from '../standards/media-desk.ts';
import type { OpenTelemetry } from '../telemetry/open-telemetry.ts';
import type { AdministrationParts } from './administration/desk.ts';
import { createApi, notFound } from './api.ts';
import type { AuditReads } from './audit-api.ts';
import { bearerToken, sameSecret } from './bearer.ts';
import { identifyClient } from './client-address.ts';
import { address } from './gate.ts';
import { createMediaApi, mediaCors } from './media-api.ts';
import type { Probe } from './health.ts';
import { SharedHealth } from './shared-health.ts';
import type { FiguresReads } from './live-figures-api.ts';
import type { OperationsParts } from './operations-api.ts';
import { checkOrigin, corsOptions } from './origin.ts';
import { limitRate } from './rate-limit.ts';
import { boundUrl, readJson } from './request-bounds.ts';
import { noStore, securityHeaders } from './security-headers.ts';

export type Readiness = 'starting' | 'ready' | 'draining' | 'stopping';

type Dependencies = {
  config: Config;
  telemetry: OpenTelemetry;
  clock: () => number;
  readiness: () => Readiness;
};

/** What exists only after the start: until then everything but `/livez` answers 503. */
export type Services = {
  access: Access;
  /** Left out where there is no store to administer. */
  administration?: AdministrationParts;
  audit: AuditReads;
  records: Records;
  limits: Limits;
  /** By the address under which each serves SDP over HTTP, such as `/whip`. */
  media?: Readonly<Record<string, MediaDesk>>;
  operations?: OperationsParts;
  figures?: FiguresReads;
  metricsToken: string;
  probes: Readonly<Record<string, Probe>>;
};

export class HttpApp {
  readonly express: Express = express();
  readonly #dependencies: Dependencies;
  readonly #served = express.Router();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    const { config, readiness } = dependencies;
    const app = this.express;
    app.disable('x-powered-by');
    app.use(identifyClient(config.trustedProxies));
    app.use(securityHeaders(config));
    app.use(measure(dependencies));
    app.use(boundUrl);
    app.get('/livez', (_request, response) => void response.json({ status: 'alive' }));
    app.get('/readyz', (_request, response) => {
      const state = readiness();
      response.status(state === 'ready' ? 200 : 503).json({ status: state });
    });
    app.use((_request, _response, next) => {
      if (readiness() === 'starting')
        throw new HavenError('SHUTTING_DOWN', 'The server is starting. Try again.', { retryAfterMs: 2000 });
      next();
    });
    app.use(this.#served);
    app.use(notFound);
    app.use(answerError(dependencies));
  }

  /** Opens everything that needs the store. */
  serve({
    access,
    administration,
    audit,
    records,
    limits,
    media = {},
    operations,
    figures,
    metricsToken,
    probes,
  }: Services): void {
    const { config, clock, telemetry } = this.#dependencies;
    const served = this.#served;

    const credential: RequestHandler = (request, _response, next) => {
      if (!sameSecret(bearerToken(request), metricsToken))
        throw new HavenError('FORBIDDEN', 'The metrics token is wrong.');
      next();
    };
    served.get('/metrics', credential, (request, response) => telemetry.handleScrape(request, response));
    const health = new SharedHealth(probes);
    served.get('/health', async (request, response) => {
      const { status, message, subsystems } = await health.read();
      const detailed =
        request.headers.authorization !== undefined && sameSecret(bearerToken(request), metricsToken);
      response.status(status === 'unhealthy' ? 503 : 200);
      response.json(detailed ? { status, message, subsystems } : { status, message });
    });

    const refused = (request: Request) => {
      const entry = {
        actor: 'anonymous',
        action: 'http:request',
        subject: 'api',
        result: 'refused',
      } as const;
      records
        .audit({ ...entry, code: 'ORIGIN_REFUSED', address: address(request), at: clock() })
        .catch((error: unknown) => telemetry.logger.error({ err: error }, 'a refusal could not be audited'));
    };
    const limit = limitRate({ ...config.http, exempt: config.trustedNetworks, telemetry });
    const origin = checkOrigin(config.allowedOrigins, refused);
    for (const [path, desk] of Object.entries(media)) {
      const guards = [noStore, mediaCors(config.allowedOrigins), limit, origin];
      served.use(path, ...guards, createMediaApi(path, desk));
    }
    served.use(
      '/api/v1',
      noStore,
      cors(corsOptions(config.allowedOrigins)),
      limit,
      origin,
      readJson(config.limits.messageBytes),
      createApi({ config, access, administration, audit, records, limits, operations, figures, clock }),
    );
    servePages(served, join(config.repositoryRoot, 'web', 'dist'));
  }
}

/** The addresses of the web app's pages; what is none of them is answered with NOT_FOUND. */
export const PAGES = [
  ...['/', '/sign-in', '/publish', '/account', '/audit'],
  ...['users', 'rooms', 'patients', 'devices', 'keys', 'emergency-access', 'integrity', 'streams'].map(
    (page) => `/admin/${page}`,
  ),
];

function servePages(served: express.Router, directory: string): void {
  const index = join(directory, 'index.html');
  if (!existsSync(index)) return;
  // Vite names its assets by their content, so that they never change; the page that names them does.
  served.use(
    '/assets',
    express.static(join(directory, 'assets'), { immutable: true, maxAge: '365d', fallthrough: false }),
  );
  served.use(express.static(directory, { index: false, maxAge: 0 }));
  served.get(PAGES, (_request, response) => response.sendFile(index));
}

function measure({ telemetry }: Dependencies): RequestHandler {
  const total = telemetry.counter('haven_http_requests_total', 'HTTP requests by method and status');
  const duration = telemetry.histogram(
    'haven_http_request_duration_seconds',
    'Time to answer an HTTP request',
    's',
  );
  return (request, response, next) => {
    const startedAt = performance.now();
    response.once('finish', () => {
      const attributes = { method: request.method, status: response.statusCode };
      total.add(1, attributes);
      duration.record((performance.now() - startedAt) / 1000, attributes);
    });
    void telemetry.trace(`http ${request.method}`, () => {
      next();
      return Promise.resolve();
    });
  };
}

/** Every error leaves with a code; what is none of ours is logged and hidden. */
function answerError({ telemetry }: Dependencies): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const known = asHavenError(error);
    if (known.code === 'INTERNAL') {
      telemetry.logger.error(
        { err: error, method: request.method, address: address(request) },
        'a request failed',
      );
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (known.retryAfterMs !== undefined)
      response.setHeader('Retry-After', Math.ceil(known.retryAfterMs / 1000));
    response.status(known.status).json({ error: known.toWire(telemetry.traceId()) });
  };
}

function asHavenError(error: unknown): HavenError {
  if (error instanceof HavenError) return error;
  // Express's own errors (a body that is too large or no JSON, a malformed path) carry a status.
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (status === 413) return new HavenError('MESSAGE_TOO_LARGE');
  if (status === 404) return new HavenError('NOT_FOUND');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new HavenError('INVALID_REQUEST', 'The body is no JSON of the documented form.');
  }
  return new HavenError('INTERNAL');
}
