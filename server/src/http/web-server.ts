import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
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
  const server: Server =
    tls === undefined
      ? createServer(options, app)
      : createSecureServer({ ...options, cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.3' }, app);
  server.maxConnections = maxConnections;
  return server;
}

/**
 * @returns the address at which this machine reaches it
 * @throws ConfigError when the port is taken, or may not be used
 */
export async function listen(
  server: Server,
  config: Pick<Config, 'port' | 'listenAddress'>,
  tls: TlsFiles | undefined,
): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        reject(
          new ConfigError(`Port ${config.port} is in use: stop what uses it, or set PORT to another one.`),
        );
      } else if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL') {
        reject(
          new ConfigError(
            `Haven may not listen on ${config.listenAddress}, port ${config.port} (${error.code}).`,
          ),
        );
      } else {
        reject(error);
      }
    });
    server.listen(config.port, config.listenAddress, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
}

export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
