import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readConfig } from '../config/config.ts';
import { HttpApp } from '../http/app.ts';
import { OpenTelemetry } from '../telemetry/open-telemetry.ts';
import type { MemoryAccess } from './memory-access.ts';
import { memoryLimits, type MemoryLimitsStore } from './memory-limits.ts';
import { MemoryRecords } from './memory-records.ts';
import { NO_AUDIT_READS } from './no-audit-reads.ts';

/** The HTTP API over one ward with one patient, P-101, in memory. */
export async function servePatientApi(access: MemoryAccess, store?: MemoryLimitsStore) {
  const records = new MemoryRecords(
    [{ id: 'ward-a', name: 'A' }],
    [{ id: 'P-101', roomId: 'ward-a', name: 'N', bed: '1', analysisMode: 'both' }],
  );
  // The limit of requests by address is not what is tested here.
  const config = readConfig({ HAVEN_TRUSTED_NETWORKS: '127.0.0.0/8' });
  const telemetry = new OpenTelemetry({ service: 'haven-test', logLevel: 'silent' });
  const app = new HttpApp({ config, telemetry, clock: Date.now, readiness: () => 'ready' });
  const limits = await memoryLimits(store);
  app.serve({ access, audit: NO_AUDIT_READS, records, limits, metricsToken: 'm', probes: {} });
  const server = createServer(app.express).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { records, url, close };
}
