import { errorBodySchema, HavenError } from '@haven/protocol';
import type { z } from 'zod';
import { UnreachableError } from './sentences.ts';

/** Longest wait for an answer over HTTP, ms. */
const TIMEOUT_MS = 10_000;
/** Longest wait for what the server reads much for, such as days of the audit trail, ms. */
export const LONG_TIMEOUT_MS = 120_000;

export type ApiRequest = {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  token?: string;
  /** Longest wait for the answer, ms. */
  timeoutMs?: number;
};
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
  if (!response.ok) throw await refusalOf(response);
  const parsed = schema.safeParse(await readJson(response));
  if (!parsed.success) throw new HavenError('PROTOCOL_VERSION');
  return parsed.data;
};

/**
 * A file of the HTTP API, of whatever type.
 * @param path below `/api/v1`
 * @throws HavenError the server's code; UnreachableError without an answer, or when it breaks off
 */
export async function download(path: string, token: string): Promise<Blob> {
  const response = await send(path, { token, timeoutMs: LONG_TIMEOUT_MS });
  if (!response.ok) throw await refusalOf(response);
  try {
    return await response.blob();
  } catch (cause) {
    throw new UnreachableError({ cause });
  }
}

async function send(path: string, request: ApiRequest): Promise<Response> {
  const headers = new Headers({ accept: 'application/json' });
  if (request.body !== undefined) headers.set('content-type', 'application/json');
  if (request.token !== undefined) headers.set('authorization', `Bearer ${request.token}`);
  try {
    return await fetch(`/api/v1${path}`, {
      method: request.method ?? 'GET',
      headers,
      signal: AbortSignal.timeout(request.timeoutMs ?? TIMEOUT_MS),
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
  } catch (cause) {
    throw new UnreachableError({ cause });
  }
}

async function refusalOf(response: Response): Promise<HavenError> {
  const refusal = errorBodySchema.safeParse(await readJson(response));
  return refusal.success ? HavenError.fromWire(refusal.data.error) : new HavenError('INTERNAL');
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return response.status === 204 ? {} : await response.json();
  } catch {
    return undefined;
  }
}
