import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'vite';
import { repositoryRoot, temporaryDirectory } from './process.ts';

/** Clients of WHIP and WHEP as others wrote them, within reach of a page's scripts. */
const ENTRY = `
import { WHIPClient } from '@eyevinn/whip-web-client';
import { WebRTCPlayer } from '@eyevinn/webrtc-player';
Object.assign(globalThis, { WHIPClient, WebRTCPlayer });
`;
const PAGE = '<!doctype html><meta charset="utf-8"><video muted autoplay></video><script src="/clients.js"></script>';

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

async function bundle(): Promise<string> {
  const entry = join(temporaryDirectory('clients'), 'entry.js');
  writeFileSync(entry, ENTRY);
  const result = await build({
    configFile: false,
    root: repositoryRoot,
    logLevel: 'error',
    resolve: {
      alias: Object.fromEntries(
        ['@eyevinn/whip-web-client', '@eyevinn/webrtc-player'].map((name) => [
          name,
          join(repositoryRoot, 'node_modules', name),
        ]),
      ),
    },
    build: { write: false, minify: false, lib: { entry, formats: ['iife'], name: 'clients' } },
  });
  const output = [result].flat().flatMap((part) => ('output' in part ? part.output : []));
  const chunk = output.find((part) => part.type === 'chunk');
  if (chunk === undefined) throw new Error('the clients could not be bundled');
  return chunk.code;
}
