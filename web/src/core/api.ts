import { errorBodySchema, HavenError } from '@haven/protocol';
import type { z } from 'zod';
import { UnreachableError } from './sentences.ts';

/** Longest wait for an answer over HTTP, ms. */
const TIMEOUT_MS = 10_000;

export type ApiRequest = { method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'; body?: unknown; token?: string };
export type Api = <S extends z.ZodType>(
  path: string,
  schema: S,
  request?: ApiRequest,
) => Promise<z.output<S>>;

/**
 * A request to Haven's HTTP API on this page's own origin.
 * @param path below `/api/v1`
 * @throws HavenError the server's code; UnreachableError without an answer
 */
export const callApi: Api = async (path, schema, request = {}) => {
  const response = await send(path, request);
  const body = await readJson(response);
  if (!response.ok) {
    const refusal = errorBodySchema.safeParse(body);
    throw refusal.success ? HavenError.fromWire(refusal.data.error) : new HavenError('INTERNAL');
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new HavenError('PROTOCOL_VERSION');
  return parsed.data;
};

async function send(path: string, request: ApiRequest): Promise<Response> {
  const headers = new Headers({ accept: 'application/json' });
  if (request.body !== undefined) headers.set('content-type', 'application/json');
  if (request.token !== undefined) headers.set('authorization', `Bearer ${request.token}`);
  try {
    return await fetch(`/api/v1${path}`, {
      method: request.method ?? 'GET',
      headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
  } catch (cause) {
    throw new UnreachableError({ cause });
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return response.status === 204 ? {} : await response.json();
  } catch {
    return undefined;
  }
}
