import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from './process.ts';

const run = promisify(execFile);
const LARGEST_SCRIPT_BYTES = 8 * 1024 * 1024;

const PAGE =
  '<!doctype html><meta charset="utf-8"><video muted autoplay></video><script src="/clients.js"></script>';

/** A page of another origin than Haven's with those clients. */
export class StandardsPage {
  readonly origin: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async serve(): Promise<StandardsPage> {
    const script = await bundle();
    const server = createServer((request, response) => {
      const isScript = request.url === '/clients.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? script : PAGE);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new StandardsPage(server);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** In a process of its own: the bundler takes no objects of a test's own realm. */
async function bundle(): Promise<string> {
  const files = ['bundle-page.ts', 'standards-clients.ts'].map((name) => join(import.meta.dirname, name));
  const { stdout } = await run(process.execPath, files, {
    cwd: repositoryRoot,
    maxBuffer: LARGEST_SCRIPT_BYTES,
  });
  return stdout;
}
