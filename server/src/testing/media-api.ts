import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readConfig } from '../config/config.ts';
import { HttpApp } from '../http/app.ts';
import { OpenTelemetry } from '../telemetry/open-telemetry.ts';
import { memoryLimits } from './memory-limits.ts';
import { NO_AUDIT_READS } from './no-audit-reads.ts';
import type { TestServer } from './test-server.ts';

export const SDP = 'application/sdp';
export const FRAGMENT = 'application/trickle-ice-sdpfrag';

export type Sent = { token?: string; type?: string; body?: string; headers?: Record<string, string> };
export type MediaApi = {
  request(method: string, path: string, sent?: Sent): Promise<Response>;
};

/** WHIP and WHEP of a test server, over HTTP as in the whole server; closed with it. */
export async function serveMedia(
  server: TestServer,
  environment: Record<string, string> = {},
): Promise<MediaApi> {
  const config = readConfig({ HAVEN_TRUSTED_NETWORKS: '127.0.0.0/8', ...environment });
  const telemetry = new OpenTelemetry({ service: 'haven-test', logLevel: 'silent' });
  const app = new HttpApp({ config, telemetry, clock: Date.now, readiness: () => 'ready' });
  const { access, records, signalling } = server;
  app.serve({
    ...{
      access,
      records,
      audit: NO_AUDIT_READS,
      limits: await memoryLimits(),
      metricsToken: 'm',
      probes: {},
    },
    media: { '/whip': signalling.whip, '/whep': signalling.whep },
  });
  const http = createServer(app.express).listen(0, '127.0.0.1');
  await once(http, 'listening');
  server.atClose(async () => {
    http.closeAllConnections();
    http.close();
    await telemetry.close();
  });
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    request: (method, path, { token, type, body, headers } = {}) =>
      fetch(url + path, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(type === undefined ? {} : { 'content-type': type }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      }),
  };
}
