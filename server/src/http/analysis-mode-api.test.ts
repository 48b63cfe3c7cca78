import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readConfig } from '../config/config.ts';
import { OpenTelemetry } from '../telemetry/open-telemetry.ts';
import { MemoryAccess } from '../testing/memory-access.ts';
import { memoryLimits } from '../testing/memory-limits.ts';
import { MemoryRecords } from '../testing/memory-records.ts';
import { NO_AUDIT_READS } from '../testing/no-audit-reads.ts';
import { HttpApp } from './app.ts';

const access = new MemoryAccess();
const clinician = access.addUser({ roles: ['clinician'], rooms: ['ward-a'] });
const observer = access.addUser({ roles: ['observer'], rooms: ['ward-a'] });
const stranger = access.addUser({ roles: ['clinician'], rooms: ['ward-b'] });

let records: MemoryRecords;
let server: Server;

beforeEach(async () => {
  records = new MemoryRecords(
    [{ id: 'ward-a', name: 'A' }],
    [{ id: 'P-101', roomId: 'ward-a', name: 'N', bed: '1', analysisMode: 'both' }],
  );
  // The limit of requests by address is not what is tested here.
  const config = readConfig({ HAVEN_TRUSTED_NETWORKS: '127.0.0.0/8' });
  const telemetry = new OpenTelemetry({ service: 'haven-test', logLevel: 'silent' });
  const app = new HttpApp({ config, telemetry, clock: Date.now, readiness: () => 'ready' });
  const limits = await memoryLimits();
  app.serve({ access, audit: NO_AUDIT_READS, records, limits, metricsToken: 'm', probes: {} });
  server = createServer(app.express).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function change(body: object, token = clinician.token, patientId = 'P-101') {
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/patients/${patientId}/analysis-mode`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}
const mode = async () => (await records.patient('P-101')).analysisMode;

describe('what is measured of a patient', () => {
  test('is changed by a clinician of the room, with the reason, which is audited', async () => {
    const wanted = { mode: 'presence', reason: 'asked for privacy' };
    const answer = { status: 200, body: { patientId: 'P-101', mode: 'presence' } };
    expect(await change(wanted)).toEqual(answer);
    expect(await change(wanted)).toEqual(answer);
    expect(await mode()).toBe('presence');
    expect(records.audited).toContainEqual(
      expect.objectContaining({
        actor: `user:${clinician.userId}`,
        action: 'analysis:change:presence',
        subject: 'patient:P-101',
        result: 'done',
        reason: 'asked for privacy',
      }),
    );
  });

  test.each([
    ['an observer', observer.token, 'FORBIDDEN'],
    ['a clinician of another room', stranger.token, 'ROOM_NOT_ASSIGNED'],
  ])('is not changed by %s, and the attempt is audited', async (_who, token, code) => {
    const refused = await change({ mode: 'off', reason: 'no reason' }, token);
    expect(refused.body).toMatchObject({ error: { code } });
    expect(await mode()).toBe('both');
    expect(records.audited).toContainEqual(
      expect.objectContaining({ action: 'analysis:change', result: 'refused', code }),
    );
  });

  test.each([[{ mode: 'off' }], [{ mode: 'off', reason: ' ' }], [{ mode: 'some', reason: 'a reason' }]])(
    'is not changed by %j',
    async (body) => {
      expect((await change(body)).body).toMatchObject({ error: { code: 'INVALID_REQUEST' } });
      expect(await mode()).toBe('both');
    },
  );

  test('of nobody cannot be changed', async () => {
    const { status, body } = await change({ mode: 'off', reason: 'a reason' }, clinician.token, 'P-999');
    expect(status).toBe(404);
    expect(body).toMatchObject({ error: { code: 'PATIENT_UNKNOWN' } });
  });
});
