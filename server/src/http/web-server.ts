import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createDoor, type AddressInfo, type Server as Door } from 'node:net';
import { ConfigError, type Config } from '../config/config.ts';
import type { TlsFiles } from './tls.ts';

/** What one connection may take of the server before anything of it is understood. */
export type ConnectionBounds = Required<
  Pick<ServerOptions, 'maxHeaderSize' | 'headersTimeout' | 'requestTimeout' | 'connectionsCheckingInterval'>
> & { maxConnections: number };

const BOUNDS: ConnectionBounds = {
  /** A token is about 1 KiB; a browser's other headers are less. */
  maxHeaderSize: 16 * 1024,
  /** Whoever sends byte by byte holds a connection no longer than this, ms. */
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  /** Six to a browser beside its WebSocket, for the most viewers and devices that a node is made for; 64 KiB each. */
  maxConnections: 4096,
};

/** Haven's one HTTP server, over TLS 1.3 when there is a certificate: older versions are refused. */
export function createWebServer(
  app: RequestListener,
  tls: TlsFiles | undefined,
  { maxConnections, ...options }: ConnectionBounds = BOUNDS,
): Server {
  const server: Server = tls === undefined ? createServer(options, app) : createTlsServer(app, tls, options);
  server.maxConnections = maxConnections;
  return server;
}

function createTlsServer(app: RequestListener, tls: TlsFiles, options: ServerOptions): Server {
  const server = createSecureServer({ ...options, ...contextOf(tls) }, app);
  if (tls.local !== undefined) server.addContext('localhost', contextOf(tls.local));
  return server;
}

function contextOf({ certificate, key }: Pick<TlsFiles, 'certificate' | 'key'>) {
  return { cert: certificate, key, minVersion: 'TLSv1.3' as const };
}

/** Addresses by which a server is reached over 127.0.0.1 too. */
const REACHED_LOCALLY: ReadonlySet<string> = new Set(['127.0.0.1', '0.0.0.0', '::']);

/**
 * Listens for others, and always for what runs on this machine.
 * @returns the address at which this machine reaches it
 * @throws ConfigError when the port is taken, or may not be used
 */
export async function listen(
  server: Server,
  config: Pick<Config, 'port' | 'listenAddress'>,
  tls: TlsFiles | undefined,
): Promise<string> {
  await bind(server, config.port, config.listenAddress);
  const { address, port } = server.address() as AddressInfo;
  if (!REACHED_LOCALLY.has(address)) {
    const door = createDoor((socket) => server.emit('connection', socket));
    await bind(door, port, '127.0.0.1');
    server.once('close', () => door.close());
  }
  if (tls === undefined) return `http://127.0.0.1:${port}`;
  return `https://${tls.local === undefined ? '127.0.0.1' : 'localhost'}:${port}`;
}

function bind(server: Door, port: number, address: string): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        reject(new ConfigError(`Port ${port} is in use: stop what uses it, or set PORT to another one.`));
      } else if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL') {
        reject(new ConfigError(`Haven may not listen on ${address}, port ${port} (${error.code}).`));
      } else {
        reject(error);
      }
    });
    server.listen(port, address, resolve);
  });
}

export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
