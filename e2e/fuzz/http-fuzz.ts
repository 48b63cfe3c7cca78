import { errorBodySchema } from '@haven/protocol';
import { casesOf, type Choice } from './cases-of.ts';
import type { Findings } from './findings.ts';
import { httpCases, type HttpCase } from './http-cases.ts';
import { closedWithin, openTcp } from './tcp.ts';

const ANSWER_WITHIN_MS = 15_000;
const AT_ONCE = 8;
/** What is no HTTP is answered at once, or never. */
const BREAK_OFF_MS = 500;

/** Whole requests through an HTTP client. @returns how many answers there were of each status */
export async function fuzzHttp(options: {
  url: string;
  token: string;
  choice: Choice;
  findings: Findings;
}): Promise<Map<string, number>> {
  const { url, token, choice, findings } = options;
  const statuses = new Map<string, number>();
  const cases = casesOf(httpCases, choice).values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const [index, one] of cases) {
        const status = await ask(
          one,
          `HTTP seed ${choice.seed} case ${index} (${one.method} ${one.path.slice(0, 80)})`,
        );
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }),
  );
  return statuses;

  async function ask({ method, path, headers, body }: HttpCase, replay: string): Promise<string> {
    const given = Object.entries(headers)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name, value.replace('TOKEN', `Bearer ${token}`)] as const);
    const bodyless = method === 'GET' || method === 'HEAD';
    let answer: Response;
    try {
      answer = await fetch(`${url}${path}`, {
        method,
        headers: Object.fromEntries(given),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
        redirect: 'manual',
        ...(bodyless || body === undefined ? {} : { body }),
      });
    } catch (error) {
      findings.add('no answer', `${replay}: ${String(error)}`);
      return 'none';
    }
    const text = await answer.text();
    if (answer.status === 500) findings.add('internal error', `${replay}: ${text.slice(0, 200)}`);
    if (answer.status >= 400 && path.startsWith('/api/v1') && method !== 'HEAD') {
      if (!errorBodySchema.safeParse(parse(text)).success)
        findings.add('malformed answer', `${replay}: ${text.slice(0, 200)}`);
    }
    return String(answer.status);
  }
}

/** What is no HTTP at all, or breaks off in the middle: the connection may be closed, and nothing else. */
export async function fuzzRawHttp(url: string, texts: readonly string[]): Promise<void> {
  const { hostname, port } = new URL(url);
  await Promise.all(
    texts.map(async (text) => {
      const socket = await openTcp(hostname, Number(port));
      socket.end(text);
      await closedWithin(socket, BREAK_OFF_MS);
      socket.destroy();
    }),
  );
}

export const RAW_HTTP = [
  '\r\n\r\n\r\n',
  'GET\r\n\r\n',
  'GET / HTTP/9.9\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
  'POST /api/v1/auth/sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX',
  'POST /api/v1/auth/sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n{',
  'POST /api/v1/auth/sign-in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\n',
  `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  `GET / HTTP/1.1\r\nHost: a\r\n${Array.from({ length: 3_000 }, (_, n) => `X-${n}: y\r\n`).join('')}\r\n`,
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 99\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
] as const;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
