import { existsSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { StatusError } from './status.ts';

/** A server that is well answers within milliseconds. */
const ANSWER_WITHIN_MS = 5000;
/** Written by a running server into its data directory: where it is reached on this machine. */
export const ADDRESS_FILE = 'address';

/** Without a change it is read. */
type Change = { method: 'POST' | 'DELETE'; body?: object };
type Send = (path: string, change?: Change) => Promise<{ status: number; body: string }>;

export type ServerAt = { url: string; ask: Send };

type Options = {
  dataDirectory: string;
  /** Another server than the one of the data directory. */
  url: string | undefined;
  /** Of the environment; the data directory's own when left out. */
  token: string | undefined;
  /** In the data directory; the metrics token's when left out. */
  tokenFile?: string;
  /** Authority of a self-signed server elsewhere. */
  authorityFile: string | undefined;
};

/** @throws StatusError when no server or no token is known */
export function findServer({
  dataDirectory,
  url,
  token,
  tokenFile = 'metrics-token',
  authorityFile,
}: Options): ServerAt {
  const address = url ?? contentOf(join(dataDirectory, ADDRESS_FILE));
  if (address === undefined) {
    throw new StatusError(
      `No server has run in ${dataDirectory}. Start Haven (npm start), name its directory with HAVEN_DATA_DIR, or its address with --url.`,
    );
  }
  if (!URL.canParse('/', address))
    throw new StatusError(`${address} is no address like https://haven.example:3000.`);
  // A token of this machine is never shown to another one.
  const credential = token ?? (url === undefined ? contentOf(join(dataDirectory, tokenFile)) : undefined);
  if (credential === undefined) {
    throw new StatusError('There is no token: set HAVEN_METRICS_TOKEN to the one of that server.');
  }
  const ca = contentOf(authorityFile ?? join(dataDirectory, 'tls', 'haven-authority.pem'));
  return { url: address, ask: (path, change) => ask(new URL(path, address), credential, ca, change) };
}

async function ask(url: URL, token: string, ca: string | undefined, change?: Change): ReturnType<Send> {
  const options = {
    method: change?.method ?? 'GET',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  };
  try {
    return await new Promise((resolve, reject) => {
      const request =
        url.protocol === 'https:'
          ? httpsRequest(url, { ...options, ...(ca === undefined ? {} : { ca }) })
          : httpRequest(url, options);
      request.once('error', reject);
      request.once('response', (response) => {
        text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
      });
      request.end(change?.body === undefined ? undefined : JSON.stringify(change.body));
    });
  } catch (error) {
    const reason = error instanceof Error ? ` (${error.message})` : '';
    throw new StatusError(`Haven does not answer at ${url.origin}${reason}. Is it running?`, {
      cause: error,
    });
  }
}

function contentOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}
