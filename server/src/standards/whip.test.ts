import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { MAX_SDP_BYTES } from './sdp/offer.ts';
import { Stream } from '../sfu/stream.ts';
import { eventually } from '../testing/eventually.ts';
import { FRAGMENT, SDP, serveMedia, type MediaApi } from '../testing/media-api.ts';
import { publish, watch } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';
import { offer } from './testing/offers.ts';
import { WebRtcPeer } from './testing/web-rtc-peer.ts';
import { GONE_AFTER_MS } from './whip-session.ts';

const TURN = {
  HAVEN_TURN_URLS: 'stun:turn.example,turn:turn.example?transport=udp',
  HAVEN_TURN_SECRET: 'a secret of the turn server',
};
const RESTART =
  'a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=video 9 RTP/AVP 0\r\na=mid:0\r\n';

let server: TestServer;
let api: MediaApi;
let token: string;

beforeEach(async () => {
  server = await TestServer.start(TURN);
  api = await serveMedia(server, { ...TURN, HAVEN_ALLOWED_ORIGINS: 'https://encoder.example' });
  token = server.access.addDevice('P-101').token;
});

afterEach(() => server.close());

const post = (body = offer(), given: string | undefined = token, patientId = 'P-101') =>
  api.request('POST', `/whip/${patientId}`, {
    ...(given === '' ? {} : { token: given }),
    type: SDP,
    body,
  });

async function opened(body = offer()): Promise<{ location: string; entityTag: string; answer: string }> {
  const response = await post(body);
  expect(response.status).toBe(201);
  return {
    location: response.headers.get('location') ?? '',
    entityTag: response.headers.get('etag') ?? '',
    answer: await response.text(),
  };
}

const patch = (location: string, body: string, headers: Record<string, string> = {}, given = token) =>
  api.request('PATCH', location, { token: given, type: FRAGMENT, body, headers });

const codeOf = async (response: Response): Promise<string> => {
  const { error } = (await response.json()) as { error: { code: string } };
  return error.code;
};

const liveStream = () => server.sfu.streams.ofPatient('P-101');

describe('publishing over WHIP', () => {
  test("carries a client's packets to the patient's room, until it deletes its session", async () => {
    const { monitor } = await watch(server);
    const peer = new WebRtcPeer('sendonly');
    server.atClose(() => peer.close());
    const { location, answer } = await opened(await peer.offer());
    await peer.accept(answer);
    await monitor.hears('stream:started');
    peer.start();
    await eventually(() => peer.connected, 'the client to be connected');
    await eventually(() => liveStream()?.state.lastPacketAt !== null, 'its packets to arrive');
    expect(server.signalling.connectedDevices()).toEqual(new Set([token.replace('device-', '')]));
    expect(liveStream()?.state).toMatchObject({ patientId: 'P-101', source: 'camera', maxSpatialLayer: 0 });

    const deleted = await api.request('DELETE', location, { token });
    expect(deleted.status).toBe(200);
    expect(await monitor.hears('stream:ended')).toMatchObject({ reason: 'device-stopped' });
    expect((await api.request('DELETE', location, { token })).status).toBe(404);
    expect(server.records.audited.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['publish:start', 'stream:device-stopped']),
    );
  });

  test("is answered with the session's address, its entity tag and the servers for its way", async () => {
    const response = await post();
    expect(response.headers.get('content-type')).toMatch(/^application\/sdp/);
    expect(response.headers.get('location')).toMatch(/^\/whip\/sessions\/[\w-]{36}$/);
    expect(response.headers.get('accept-patch')).toBe(FRAGMENT);
    expect(response.headers.get('link')).toMatch(
      /^<stun:turn\.example>; rel="ice-server", <turn:turn\.example\?transport=udp>; rel="ice-server"; username="\d+:device-[\w-]+"; credential="[\w+/=]+"; credential-type="password"$/,
    );
  });

  test('again by the same device takes its stream over; by another it is refused', async () => {
    const first = await opened();
    const { streamId } = liveStream()!;
    await opened();
    expect(liveStream()?.streamId).not.toBe(streamId);
    expect((await api.request('DELETE', first.location, { token })).status).toBe(404);
    const other = await post(offer(), server.access.addDevice('P-101').token);
    expect([other.status, await codeOf(other)]).toEqual([409, 'PATIENT_HAS_DEVICE']);
    expect(Number(other.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('and over signalling are the same to the server', async () => {
    await opened();
    const { streamId } = liveStream()!;
    const { device } = await publish(server, 'P-101', token);
    expect(server.sfu.streams.get(streamId)).toBeUndefined();
    await opened();
    await device.hears('session:ended');
  });

  test('with an offer that comes to nothing leaves a running stream alone', async () => {
    await opened();
    const { streamId, mediaWorker } = liveStream()!;
    const before = await mediaWorker.router.dump();
    const oneSsrc = offer({ layers: ['a=ssrc-group:FID 1111 1111', 'a=ssrc:1111 cname:c'] });
    const noFingerprint = offer().replace(/a=fingerprint.*\r\n/g, '');
    for (const bad of ['v=0\r\n', offer({ payloads: '98' }), noFingerprint, oneSsrc]) {
      const { status } = await post(bad);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
    expect(liveStream()?.streamId).toBe(streamId);
    expect(await mediaWorker.router.dump()).toEqual(before);
  });
});

test.each([
  ['who was watched until then is missed', 'device-lost', true],
  ['who was not is not', 'device-stopped', false],
])('where the SFU refuses a stream that it has begun, a patient %s', async (_what, reason, isWatched) => {
  const { monitor } = await watch(server);
  if (isWatched) await opened();
  const produce = jest.spyOn(Stream.prototype, 'produce').mockRejectedValueOnce(new Error('refused'));
  expect((await post()).status).toBe(500);
  produce.mockRestore();
  await eventually(
    () => server.records.audited.some(({ action }) => action === `stream:${reason}`),
    'its end',
  );
  const { reports } = server.alerts;
  const isMissed = reports.some(({ condition, present }) => condition === 'signal-lost' && present);
  expect(isMissed).toBe(isWatched);
  expect(monitor.heard('stream:ended')).toHaveLength(isWatched ? 1 : 0);
});

describe('a WHIP session', () => {
  test('restarts ICE, and is told apart from the one before by its entity tag', async () => {
    const { location, entityTag } = await opened();
    const restarted = await patch(location, RESTART, { 'if-match': '*' });
    expect(restarted.status).toBe(200);
    expect(restarted.headers.get('content-type')).toMatch(FRAGMENT);
    const newTag = restarted.headers.get('etag') ?? '';
    expect(newTag).not.toBe(entityTag);
    const fragment = await restarted.text();
    expect(fragment).toContain(`a=ice-ufrag:${newTag.slice(1, -1)}`);
    expect(fragment).toMatch(/^a=candidate:\S+ 1 udp /m);
    expect(fragment).not.toMatch(/^[^am]=/m);
    expect((await patch(location, RESTART, { 'if-match': entityTag })).status).toBe(412);
    expect((await patch(location, RESTART, { 'if-match': newTag })).status).toBe(204);
  });

  test.each([
    [428, 'without an entity tag', RESTART, {}],
    [400, 'for a restart without credentials', 'a=end-of-candidates\r\n', { 'if-match': '*' }],
    [400, 'with something else', 'hello', { 'if-match': '*' }],
  ])('answers %i to a fragment %s', async (status, _what, body, headers) => {
    const { location } = await opened();
    expect((await patch(location, body, headers)).status).toBe(status);
  });

  test("is nobody's but its device's", async () => {
    const { location } = await opened();
    const other = server.access.addDevice('P-102').token;
    expect((await patch(location, RESTART, { 'if-match': '*' }, other)).status).toBe(403);
    expect((await api.request('DELETE', location, { token: other })).status).toBe(403);
    expect((await api.request('DELETE', location)).status).toBe(401);
    expect(liveStream()?.live).toBe(true);
  });

  test('ends when its token is revoked', async () => {
    await opened();
    const stream = liveStream()!;
    server.access.revoke(token);
    expect(stream.endReason).toBe('revoked');
  });

  test('ends when the patient is moved to another room', async () => {
    const device = server.access.addDevice('P-102');
    token = device.token;
    expect((await post(offer(), token, 'P-102')).status).toBe(201);
    const stream = server.sfu.streams.ofPatient('P-102')!;
    server.access.movePatientOf(device.deviceId, 'ward-b');
    expect(stream.endReason).toBe('patient-moved');
  });

  test('ends when no packets have come for long', async () => {
    await opened();
    const stream = liveStream()!;
    server.advance(GONE_AFTER_MS + 1_000);
    await eventually(() => stream.endReason === 'device-lost', 'the silent session to end');
  });

  test('ends with the server', async () => {
    await opened();
    const stream = liveStream()!;
    await server.signalling.close();
    expect(stream.endReason).toBe('server-stopping');
  });
});

describe('WHIP refuses', () => {
  test.each([
    ['no token', 401, 'UNAUTHENTICATED', () => post(offer(), '')],
    ['a wrong token', 401, 'UNAUTHENTICATED', () => post(offer(), 'hvd_wrong')],
    [
      "a user's token",
      401,
      'UNAUTHENTICATED',
      () => post(offer(), server.access.addUser({ roles: ['clinician'], rooms: ['ward-a'] }).token),
    ],
    ['another patient', 403, 'FORBIDDEN', () => post(offer(), token, 'P-102')],
    ['a patient who is not there', 404, 'PATIENT_UNKNOWN', () => post(offer(), token, 'P-999')],
    ['a malformed patient id', 400, 'INVALID_REQUEST', () => post(offer(), token, 'nobody')],
    ['no offer', 400, 'INVALID_REQUEST', () => post('')],
    [
      'an offer in a codec that it does not know',
      422,
      'OFFER_UNACCEPTABLE',
      () => post(offer({ payloads: '98' })),
    ],
    [
      'an offer that is too large',
      413,
      'MESSAGE_TOO_LARGE',
      () => post(`v=0\r\n${'a'.repeat(MAX_SDP_BYTES)}`),
    ],
    [
      'another media type',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      () => api.request('POST', '/whip/P-101', { token, type: 'application/json', body: '{}' }),
    ],
    ['another method', 405, 'METHOD_NOT_ALLOWED', () => api.request('GET', '/whip/P-101', { token })],
    [
      'a session that is not there',
      404,
      'STREAM_UNKNOWN',
      () => api.request('DELETE', '/whip/sessions/none', { token }),
    ],
    [
      'a page of a foreign origin',
      403,
      'ORIGIN_REFUSED',
      () =>
        api.request('POST', '/whip/P-101', {
          ...{ token, type: SDP, body: offer(), headers: { origin: 'https://evil.example' } },
        }),
    ],
  ])('%s with %i %s', async (_what, status, code, ask) => {
    const response = await ask();
    expect([response.status, await codeOf(response)]).toEqual([status, code]);
    expect(liveStream()).toBeUndefined();
  });

  test('more devices than there are places for, with a time to come back', async () => {
    await server.close();
    server = await TestServer.start({ HAVEN_MAX_DEVICES: '1' });
    api = await serveMedia(server);
    await publish(server, 'P-102');
    token = server.access.addDevice('P-101').token;
    const refused = await post();
    expect([refused.status, await codeOf(refused)]).toEqual([503, 'CAPACITY_EXCEEDED']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('pages of an allowed origin', () => {
  const headers = { origin: 'https://encoder.example' };

  test('are told what they may do', async () => {
    const preflight = await api.request('OPTIONS', '/whip/P-101', {
      headers: { ...headers, 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(headers.origin);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(preflight.headers.get('accept-post')).toBe(SDP);
  });

  test('may learn the servers for their way before they make an offer', async () => {
    const asked = await api.request('OPTIONS', '/whip/P-101', { token, headers });
    expect(asked.headers.get('link')).toContain('turn:turn.example?transport=udp');
    expect((await api.request('OPTIONS', '/whip/P-101', { token: 'wrong', headers })).status).toBe(401);
  });
});
