/** Who may not, is refused: over REST and over Socket.IO, with a code and a line in the audit trail. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  CV_NAMESPACE,
  DEVICE_NAMESPACE,
  MONITOR_NAMESPACE,
  PROTOCOL_VERSION,
  wireErrorSchema,
  type ErrorCode,
} from '@haven/protocol';
import { io } from 'socket.io-client';
import { startDevice } from './support/device-agent.ts';
import { HavenServer, type User } from './support/haven-server.ts';
import { MonitorClient } from './support/monitor-client.ts';
import { until, type Program } from './support/process.ts';

const FOREIGN = 'https://elsewhere.example';

describe('access', () => {
  let server: HavenServer;
  let accessToken: string;
  let deviceToken: string;
  let cvKey: string;

  beforeAll(async () => {
    server = await HavenServer.start();
    ({ accessToken } = await server.signIn());
    deviceToken = await server.deviceToken('P-101');
    cvKey = server.cvKey;
  }, 90_000);
  afterAll(() => server.stop(), 30_000);

  /** Waits until the audit trail has a refusal with the code. */
  const audited = (code: ErrorCode) =>
    until(`an audited ${code}`, 10_000, async () =>
      (await server.admin('audit', 'list', '--result', 'refused')).includes(code),
    );

  async function newUser(email: string, ...args: string[]): Promise<User> {
    const output = await server.admin('user', 'add', email, '--role', 'clinician', ...args);
    const password = /password, shown only now:\s+(\S+)/.exec(output)?.[1];
    if (password === undefined) throw new Error(`no password in: ${output}`);
    return { email, password };
  }

  async function handshake(
    namespace: string,
    auth: Record<string, unknown>,
    headers: Record<string, string> = {},
  ): Promise<ErrorCode | 'connected' | 'refused'> {
    const socket = io(`${server.url}${namespace}`, {
      auth: { protocol: PROTOCOL_VERSION, ...auth },
      extraHeaders: headers,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    });
    try {
      return await new Promise((resolve) => {
        socket.once('connect', () => resolve('connected'));
        socket.once('connect_error', (error: Error & { data?: unknown }) => {
          const refusal = wireErrorSchema.safeParse(error.data);
          resolve(refusal.success ? refusal.data.code : 'refused');
        });
      });
    } finally {
      socket.disconnect();
    }
  }

  async function code(response: Response): Promise<{ status: number; code: string }> {
    const body = (await response.json()) as { error: { code: string } };
    return { status: response.status, code: body.error.code };
  }

  describe('over REST', () => {
    test('needs a token', async () => {
      expect(await code(await fetch(`${server.url}/api/v1/patients`))).toEqual({
        status: 401,
        code: 'UNAUTHENTICATED',
      });
      await audited('UNAUTHENTICATED');
    });

    test("refuses a device's token", async () => {
      expect(await code(await server.get('/api/v1/patients', deviceToken))).toMatchObject({ status: 401 });
    });

    test('refuses a token that was changed by one character', async () => {
      // Not the last one: of its six bits the signature uses only four.
      const middle = accessToken.length - 20;
      const changed = accessToken[middle] === 'A' ? 'B' : 'A';
      const forged = accessToken.slice(0, middle) + changed + accessToken.slice(middle + 1);
      expect(await code(await server.get('/api/v1/patients', forged))).toMatchObject({ status: 401 });
    });

    test('refuses a foreign web page', async () => {
      const headers = { authorization: `Bearer ${accessToken}`, origin: FOREIGN };
      const answer = await fetch(`${server.url}/api/v1/patients`, { headers });
      expect(await code(answer)).toEqual({ status: 403, code: 'ORIGIN_REFUSED' });
      await audited('ORIGIN_REFUSED');
    });

    test('shows nobody a patient of a room that is not theirs', async () => {
      const stranger = await server.signIn(await newUser('stranger@haven.local'));
      const answer = await server.get('/api/v1/patients/P-101/vitals', stranger.accessToken);
      expect(await code(answer)).toEqual({ status: 403, code: 'ROOM_NOT_ASSIGNED' });
      const list = (await (await server.get('/api/v1/patients', stranger.accessToken)).json()) as {
        patients: unknown[];
      };
      expect(list.patients).toEqual([]);
      await audited('ROOM_NOT_ASSIGNED');
    });

    test('shows metrics and the details of health only with their own token', async () => {
      expect((await server.get('/metrics', accessToken)).status).toBe(403);
      const health = (await (await fetch(`${server.url}/health`)).json()) as Record<string, unknown>;
      expect(health).not.toHaveProperty('subsystems');
    });
  });

  describe('over Socket.IO', () => {
    test.each([MONITOR_NAMESPACE, DEVICE_NAMESPACE, CV_NAMESPACE])(
      '%s needs a valid token',
      async (namespace) => {
        const worker = { name: 'w', capacity: 1 };
        expect(await handshake(namespace, { token: 'nonsense', worker })).toBe('UNAUTHENTICATED');
        expect(await handshake(namespace, { worker })).not.toBe('connected');
      },
    );

    test('lets no clinician act as a device or a CV worker, and no device or worker watch', async () => {
      const worker = { name: 'w', capacity: 1 };
      expect(await handshake(DEVICE_NAMESPACE, { token: accessToken })).toBe('UNAUTHENTICATED');
      expect(await handshake(CV_NAMESPACE, { token: accessToken, worker })).toBe('UNAUTHENTICATED');
      expect(await handshake(MONITOR_NAMESPACE, { token: deviceToken })).toBe('UNAUTHENTICATED');
      expect(await handshake(MONITOR_NAMESPACE, { token: cvKey })).toBe('UNAUTHENTICATED');
      expect(await handshake(DEVICE_NAMESPACE, { token: deviceToken })).toBe('connected');
    });

    test('refuses a foreign web page although its token is right', async () => {
      expect(await handshake(MONITOR_NAMESPACE, { token: accessToken }, { origin: FOREIGN })).not.toBe(
        'connected',
      );
    });

    test('refuses a client that speaks another version', async () => {
      expect(await handshake(MONITOR_NAMESPACE, { token: accessToken, protocol: 999 })).toBe(
        'PROTOCOL_VERSION',
      );
    });

    test('refuses a room that is not assigned', async () => {
      const { accessToken: token } = await server.signIn(await newUser('visitor@haven.local'));
      await expect(MonitorClient.join(server.url, token)).rejects.toMatchObject({
        code: 'ROOM_NOT_ASSIGNED',
      });
    });
  });

  describe('that is taken away', () => {
    let device: Program;
    let monitor: MonitorClient | undefined;
    beforeAll(async () => {
      device = await startDevice(server, 'P-102', '--synthetic', 'hr=70', '--fps', '15');
    }, 30_000);
    afterAll(async () => {
      await device.stop();
      monitor?.close();
    });

    test('closes the running video within 5 s', async () => {
      const leaver = await newUser('leaver@haven.local', '--room', 'ward-a');
      const viewer = await MonitorClient.join(server.url, (await server.signIn(leaver)).accessToken);
      monitor = viewer;
      const stream = await until('the stream', 30_000, () => viewer.streams.get('P-102'));
      const { routerRtpCapabilities, transport } = await viewer.request('transport:open', {
        requestId: randomUUID(),
      });
      const { consumerId } = await viewer.request('consumer:create', {
        requestId: randomUUID(),
        transportId: transport.id,
        streamId: stream.streamId,
        rtpCapabilities: routerRtpCapabilities,
      });
      await viewer.request('consumer:resume', { consumerId });

      let closed = false;
      viewer.socket.once('room:closed', () => (closed = true));
      viewer.socket.once('session:ended', () => (closed = true));
      viewer.socket.once('disconnect', () => (closed = true));
      await server.admin('user', 'role', 'remove', leaver.email, 'clinician');
      const takenAt = Date.now();
      await until('the end of the video', 5000, () => closed);
      expect(Date.now() - takenAt).toBeLessThan(5000);
      await expect(viewer.request('consumer:resume', { consumerId })).rejects.toThrow();
    }, 60_000);

    test("ends a device's session when its token is revoked", async () => {
      const listed = await server.admin('device', 'list');
      const id = new RegExp(`(${'[0-9a-f]'.repeat(8)}-[0-9a-f-]{27}).*P-102`).exec(listed)?.[1];
      expect(id).toBeDefined();
      await server.admin('device', 'revoke', id ?? '');
      const { code: exitCode } = await device.ended;
      expect(exitCode).not.toBe(0);
      expect(device.output).toContain('TOKEN_REVOKED');
    }, 30_000);
  });
});
