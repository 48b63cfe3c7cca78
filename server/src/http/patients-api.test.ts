import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { alertHistorySchema, alertListSchema, HavenError, trendsSchema } from '@haven/protocol';
import express, { Router, type ErrorRequestHandler } from 'express';
import { readConfig } from '../config/config.ts';
import { pulseAlert } from '../records/testing/fixtures.ts';
import { MemoryAccess } from '../testing/memory-access.ts';
import { MemoryRecords } from '../testing/memory-records.ts';
import { Gate } from './gate.ts';
import { addAlertRoutes } from './alerts-api.ts';
import { addPatientRoutes } from './patients-api.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const now = Date.UTC(2026, 10, 22, 12, 0, 30);

const access = new MemoryAccess(() => now);
const observer = access.addUser({ roles: ['observer'], rooms: ['ward-a'] });
const stranger = access.addUser({ roles: ['clinician'], rooms: ['ward-b'] });
const technician = access.addUser({ roles: ['device-technician'], rooms: ['ward-a'] });
const records = new MemoryRecords(
  [{ id: 'ward-a', name: 'A' }],
  [{ id: 'P-101', roomId: 'ward-a', name: 'Ada Example', bed: '1', analysisMode: 'both' }],
);
const alert = pulseAlert('P-101', { startedAt: now - HOUR, clearedAt: now - 50 * MINUTE });

let server: Server;
let url: string;

const asJson: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (!(error instanceof HavenError)) next(error);
  else response.status(error.status).json({ error: error.toWire() });
};

beforeAll(async () => {
  const gate = new Gate({ access, records, clock: () => now });
  const api = Router();
  addPatientRoutes(api, { config: readConfig({}), gate, access, records, clock: () => now });
  addAlertRoutes(api, { gate, records, clock: () => now });
  server = createServer(express().use(api, gate.auditRefusals, asJson));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await records.keepAlert(alert);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  records.audited.length = 0;
  records.away = false;
});

async function ask(path: string, token = observer.token) {
  const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: await response.json() };
}
const refusal = (status: number, code: string) => ({
  status,
  body: { error: expect.objectContaining({ code }) },
});

describe('GET /patients/:id/trends', () => {
  test('gives the last eight hours by the minute when nothing is asked for, and is audited', async () => {
    const { status, body } = await ask('/patients/P-101/trends');
    expect(status).toBe(200);
    const trends = trendsSchema.parse(body);
    expect(trends.until - trends.since).toBe(8 * HOUR);
    expect(trends.until - now).toBe(30_000);
    expect(trends.trends.map(({ points }) => points.length)).toEqual([480, 480, 480]);
    expect(records.audited).toEqual([
      expect.objectContaining({
        actor: `user:${observer.userId}`,
        action: 'vitals:read',
        subject: 'patient:P-101',
        result: 'done',
      }),
    ]);
  });

  test('ends when it is told to, but never in the future', async () => {
    const past = trendsSchema.parse(
      (await ask(`/patients/P-101/trends?hours=720&until=${now - 24 * HOUR}`)).body,
    );
    expect(past.until).toBe(Date.UTC(2026, 10, 21, 13));
    expect(past.trends[0]).toMatchObject({ stepMs: HOUR });
    const future = trendsSchema.parse((await ask(`/patients/P-101/trends?until=${now + 24 * HOUR}`)).body);
    expect(future.until - now).toBe(30_000);
  });

  test.each([
    ['a span that is not offered', '?hours=9'],
    ['a time that is none', '?until=noon'],
    ['a time before all times', '?until=-1'],
  ])('refuses %s', async (_what, query) => {
    expect(await ask(`/patients/P-101/trends${query}`)).toEqual(refusal(400, 'INVALID_REQUEST'));
  });

  test('refuses a patient of another room, an unknown one, an id of another form, a role that may not', async () => {
    const path = '/patients/P-101/trends';
    expect(await ask(path, stranger.token)).toEqual(refusal(403, 'ROOM_NOT_ASSIGNED'));
    expect(await ask(path, technician.token)).toEqual(refusal(403, 'FORBIDDEN'));
    expect(await ask(path, 'no token')).toEqual(refusal(401, 'UNAUTHENTICATED'));
    expect(await ask('/patients/P-999/trends')).toEqual(refusal(404, 'PATIENT_UNKNOWN'));
    expect(records.audited.map(({ result, code }) => [result, code])).toEqual([
      ['refused', 'ROOM_NOT_ASSIGNED'],
      ['refused', 'FORBIDDEN'],
      ['refused', 'UNAUTHENTICATED'],
      ['refused', 'PATIENT_UNKNOWN'],
    ]);
    expect(await ask('/patients/everybody/trends')).toEqual(refusal(400, 'INVALID_REQUEST'));
  });

  test('says when to come again while the store is away', async () => {
    records.away = true;
    const { status, body } = await ask('/patients/P-101/trends');
    expect(status).toBe(503);
    expect(body).toMatchObject({ error: { code: 'STORAGE_UNAVAILABLE', retryAfterMs: 20_000 } });
  });
});

describe('GET /patients/:id/alerts', () => {
  test("gives the patient's alerts, newest first, and is audited", async () => {
    const { status, body } = await ask('/patients/P-101/alerts');
    expect(status).toBe(200);
    expect(alertListSchema.parse(body).alerts).toEqual([alert]);
    expect((await ask(`/patients/P-101/alerts?before=${alert.startedAt}`)).body).toEqual({ alerts: [] });
    expect(records.audited[0]).toMatchObject({
      action: 'alert:read',
      subject: 'patient:P-101',
      result: 'done',
    });
  });

  test('refuses a patient of another room and an unknown one', async () => {
    expect(await ask('/patients/P-101/alerts', stranger.token)).toEqual(refusal(403, 'ROOM_NOT_ASSIGNED'));
    expect(await ask('/patients/P-999/alerts')).toEqual(refusal(404, 'PATIENT_UNKNOWN'));
    expect(await ask('/patients/P-101/alerts?limit=0')).toEqual(refusal(400, 'INVALID_REQUEST'));
  });
});

describe('GET /alerts/:id', () => {
  test('gives the alert with the vitals around it, and is audited', async () => {
    const { status, body } = await ask(`/alerts/${alert.id}`);
    expect(status).toBe(200);
    const history = alertHistorySchema.parse(body);
    expect(history.alert).toEqual(alert);
    // A quarter before, ten minutes, a quarter after, and the minute that was cut.
    expect(history.trends[0]?.points).toHaveLength(41);
    expect(records.audited).toEqual([
      expect.objectContaining({ action: 'alert:read', subject: `alert:${alert.id}`, result: 'done' }),
    ]);
  });

  test('refuses an alert of another room, an unknown one, and what is no id', async () => {
    expect(await ask(`/alerts/${alert.id}`, stranger.token)).toEqual(refusal(403, 'ROOM_NOT_ASSIGNED'));
    const unknown = randomUUID();
    expect(await ask(`/alerts/${unknown}`)).toEqual(refusal(404, 'ALERT_UNKNOWN'));
    expect(records.audited.map(({ subject, code }) => [subject, code])).toEqual([
      [`alert:${alert.id}`, 'ROOM_NOT_ASSIGNED'],
      [`alert:${unknown}`, 'ALERT_UNKNOWN'],
    ]);
    expect(await ask('/alerts/all')).toEqual(refusal(400, 'INVALID_REQUEST'));
  });
});
