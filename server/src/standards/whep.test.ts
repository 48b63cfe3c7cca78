import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { types } from 'mediasoup';
import { eventually } from '../testing/eventually.ts';
import { WITHOUT_PATH_MS } from '../sfu/player.ts';
import { FRAGMENT, SDP, serveMedia, type MediaApi } from '../testing/media-api.ts';
import { publish, publishRtp, watch } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';
import { offer, H264 } from './testing/offers.ts';
import { WebRtcPeer } from './testing/web-rtc-peer.ts';

const RESTART = 'a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n';
const RECEIVE = offer({ direction: 'recvonly', layers: [] }, true);

let server: TestServer;
let api: MediaApi;
let userId: string;
let token: string;

beforeEach(async () => {
  server = await TestServer.start();
  api = await serveMedia(server);
  ({ userId, token } = server.access.addUser({ roles: ['observer'], rooms: ['ward-a'] }));
});

afterEach(() => server.close());

const post = (body = RECEIVE, given = token, patientId = 'P-101') =>
  api.request('POST', `/whep/${patientId}`, { token: given, type: SDP, body });

const codeOf = async (response: Response): Promise<string> => {
  const { error } = (await response.json()) as { error: { code: string } };
  return error.code;
};

async function playing(): Promise<string> {
  const response = await post();
  expect(response.status).toBe(201);
  return response.headers.get('location') ?? '';
}

const isThere = async (location: string): Promise<boolean> => {
  const fresh = server.access.addToken(userId);
  const response = await api.request('PATCH', location, { token: fresh, type: FRAGMENT, body: RESTART });
  return response.status !== 404;
};

describe('playing over WHEP', () => {
  test("carries the patient's packets by the player's own numbers, until it deletes its session", async () => {
    await publishRtp(server, 'P-101');
    const peer = new WebRtcPeer('recvonly', 121);
    server.atClose(() => peer.close());
    const response = await post(await peer.offer());
    const answer = await response.text();
    expect(answer).toMatch(/^m=video \d+ UDP\/TLS\/RTP\/SAVPF 121\r$/m);
    await peer.accept(answer);
    await eventually(() => peer.received > 10, 'packets to be received');
    expect(server.sfu.stats()).toMatchObject({ viewers: 1, consumers: 1 });
    expect(server.signalling.stats().viewers).toBe(1);

    const location = response.headers.get('location') ?? '';
    expect((await api.request('DELETE', location, { token })).status).toBe(200);
    expect(server.sfu.stats()).toMatchObject({ viewers: 0, consumers: 0 });
    expect(server.signalling.stats().viewers).toBe(0);
    expect(server.records.audited.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['stream:watch', 'stream:leave']),
    );
  });

  test('is observed like every other viewer', async () => {
    const { streamId } = await publishRtp(server, 'P-101');
    const { mediaWorker } = server.sfu.streams.get(streamId)!;
    const { census } = server.sfu.observation;
    const before = { totals: census.totals, carried: mediaWorker.carried };
    const peer = new WebRtcPeer('recvonly');
    server.atClose(() => peer.close());
    const response = await post(await peer.offer());
    await peer.accept(await response.text());
    expect(census.totals).toEqual({ transports: 2, producers: 1, consumers: 1, taps: 0, pipes: 0 });
    // Its transport and consumer, and both ends of the pipe that leads to its router.
    expect(mediaWorker.carried).toBe(before.carried + 6);
    expect(server.signalling.figures().streams).toMatchObject([{ streamId, viewers: 1 }]);
    expect(server.gauge('haven_sfu_transports')).toBe(2);
    await eventually(() => server.gauge('haven_sfu_outgoing_bits_per_second')! > 0, 'the bitrate sent');

    await api.request('DELETE', response.headers.get('location') ?? '', { token });
    expect(census.totals).toEqual(before.totals);
    expect(mediaWorker.carried).toBe(before.carried);
  });

  test('gets the lowest layer when the server is too busy, unless the patient is in alert', async () => {
    await publish(server, 'P-101');
    const consumers: types.Consumer[] = [];
    server.sfu.observation.census.on('newconsumer', (consumer) => consumers.push(consumer));
    await playing();
    const layer = () => consumers[0]?.preferredLayers?.spatialLayer;
    expect(layer()).toBe(1);
    server.sfu.relieve('layers');
    await eventually(() => layer() === 0, 'the lowest layer');
    server.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    await eventually(() => layer() === 1, 'all layers');
    server.sfu.relieve('refusing');
    await consumers[0]?.getStats();
    expect(layer()).toBe(1);
  });

  test('keeps its layers when the patient is in alert before the media worker has lowered them', async () => {
    const { streamId } = await publish(server, 'P-101');
    const consumers: types.Consumer[] = [];
    server.sfu.observation.census.on('newconsumer', (consumer) => consumers.push(consumer));
    await playing();
    server.sfu.relieve('layers');
    server.sfu.streams.get(streamId)?.setPriority('high');
    // Requests to a media worker are answered in their order.
    await consumers[0]?.getStats();
    expect(consumers[0]?.preferredLayers).toMatchObject({ spatialLayer: 1 });
  });

  test('leaves nothing behind in the media worker', async () => {
    const { streamId } = await publish(server, 'P-101');
    const { mediaWorker } = server.sfu.streams.get(streamId)!;
    const before = await mediaWorker.router.dump();
    const location = await playing();
    await api.request('DELETE', location, { token });
    expect(await mediaWorker.router.dump()).toEqual(before);
  });

  test('counts among those for whom the device sends its layers', async () => {
    const { device, streamId } = await publishRtp(server, 'P-101');
    await eventually(() => {
      server.advance(1_000);
      return device.heard('stream:layers').length > 0;
    }, 'the layers that nobody watches to be given up');
    const before = device.heard('stream:layers').length;
    await playing();
    expect(await eventually(() => device.heard('stream:layers')[before], 'the layers')).toEqual({
      streamId,
      maxSpatialLayer: 1,
    });
  });

  test('goes on beside walls', async () => {
    await publish(server, 'P-101');
    await watch(server);
    await playing();
    expect(server.signalling.stats().viewers).toBe(2);
  });
});

describe('a WHEP session', () => {
  beforeEach(async () => {
    await publish(server, 'P-101');
  });

  test('restarts ICE', async () => {
    const location = await playing();
    const restarted = await api.request('PATCH', location, {
      ...{ token, type: FRAGMENT, body: RESTART, headers: { 'if-match': '*' } },
    });
    expect(restarted.status).toBe(200);
    expect(await restarted.text()).toMatch(/^a=ice-pwd:/m);
  });

  test.each<[string, () => void]>([
    ['the room is taken away', () => server.access.takeRoom(userId, 'ward-a')],
    ['the roles are taken away', () => server.access.takeRoles(userId)],
    ['the session is locked', () => server.access.lock(userId)],
    ['the stream ends', () => server.sfu.streams.ofPatient('P-101')?.end('device-stopped')],
  ])('ends when %s', async (_when, happen) => {
    await playing();
    happen();
    expect(server.sfu.stats().viewers).toBe(0);
    expect(server.signalling.stats().viewers).toBe(0);
  });

  test('ends with its token, unless a newer one was shown', async () => {
    token = server.access.addToken(userId, 20_000);
    const [ending, prolonged] = [await playing(), await playing()];
    await api.request('PATCH', prolonged, {
      ...{ token: server.access.addToken(userId), type: FRAGMENT, body: RESTART },
      headers: { 'if-match': '*' },
    });
    server.advance(21_000);
    await eventually(() => server.sfu.stats().viewers === 1, 'one of two players to end');
    expect([await isThere(ending), await isThere(prolonged)]).toEqual([false, true]);
  });

  test('is returned to under the newest token that was shown, also at a server that is drained', async () => {
    const location = await playing();
    const newer = server.access.addToken(userId, 7_200_000);
    await api.request('PATCH', location, {
      ...{ token: newer, type: FRAGMENT, body: RESTART, headers: { 'if-match': '*' } },
    });
    await api.request('DELETE', location, { token: newer });
    server.signalling.operations.drain(60_000);
    expect((await post(RECEIVE, newer)).status).toBe(201);
    const unknown = await post(RECEIVE, server.access.addToken(userId));
    expect([unknown.status, await codeOf(unknown)]).toEqual([503, 'DRAINING']);
  });

  test('ends when its player has had no path for long', async () => {
    const location = await playing();
    server.advance(WITHOUT_PATH_MS + 1_000);
    await eventually(() => server.sfu.stats().viewers === 0, 'the player to be given up');
    expect(await isThere(location)).toBe(false);
  });

  test('ends when its transport is closed, whoever closes it', async () => {
    await playing();
    const [player] = server.sfu.observation.census.peers.filter(({ consumers }) => consumers.size > 0);
    player?.transport.close();
    expect(server.sfu.stats().viewers).toBe(0);
    expect(server.signalling.stats().viewers).toBe(0);
  });

  test("is nobody's but its user's", async () => {
    const location = await playing();
    const other = server.access.addUser({ roles: ['clinician'], rooms: ['ward-a'] }).token;
    expect((await api.request('DELETE', location, { token: other })).status).toBe(403);
    expect(await isThere(location)).toBe(true);
  });
});

describe('WHEP refuses', () => {
  test.each([
    ['a wrong token', 401, 'UNAUTHENTICATED', () => post(RECEIVE, 'wrong')],
    ["a device's token", 401, 'UNAUTHENTICATED', () => post(RECEIVE, server.access.addDevice('P-101').token)],
    ['a patient of another room', 403, 'ROOM_NOT_ASSIGNED', () => post(RECEIVE, token, 'P-201')],
    ['a patient without a picture', 404, 'STREAM_UNKNOWN', () => post(RECEIVE, token, 'P-102')],
    ['an offer to send', 422, 'OFFER_UNACCEPTABLE', () => post(offer())],
    [
      'an offer without the codec of the stream',
      422,
      'OFFER_UNACCEPTABLE',
      () => post(offer({ direction: 'recvonly', payloads: '106 107', codecs: H264 })),
    ],
    ['something else than an offer', 400, 'INVALID_REQUEST', () => post('hello')],
  ])('%s with %i %s', async (_what, status, code, ask) => {
    await publish(server, 'P-101');
    await publish(server, 'P-201');
    const response = await ask();
    expect([response.status, await codeOf(response)]).toEqual([status, code]);
    expect(server.sfu.stats().viewers).toBe(0);
    expect(server.signalling.stats().viewers).toBe(0);
  });

  test('more players of one user than one may have, and none of another', async () => {
    await server.close();
    server = await TestServer.start({ HAVEN_PLAYERS_PER_USER: '2' });
    api = await serveMedia(server);
    await publish(server, 'P-101');
    ({ userId, token } = server.access.addUser({ roles: ['observer'], rooms: ['ward-a'] }));
    const answers = await Promise.all([post(), post(), post()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 429]);
    const refused = await post();
    expect([refused.status, await codeOf(refused)]).toEqual([429, 'RATE_LIMITED']);
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(server.sfu.stats().viewers).toBe(2);
    expect(server.telemetry.counts.get('haven_refusals_total')).toBe(2);
    const other = server.access.addUser({ roles: ['observer'], rooms: ['ward-a'] });
    expect((await post(RECEIVE, other.token)).status).toBe(201);
    // What was left without a word is given up.
    server.advance(WITHOUT_PATH_MS + 1_000);
    await eventually(() => server.sfu.stats().viewers === 0, 'the players to be given up');
    expect((await post(RECEIVE, server.access.addToken(userId))).status).toBe(201);
  });

  test('more players and walls than there are places for', async () => {
    await server.close();
    server = await TestServer.start({ HAVEN_MAX_VIEWERS: '1' });
    api = await serveMedia(server);
    await publish(server, 'P-101');
    await watch(server);
    ({ token } = server.access.addUser({ roles: ['observer'], rooms: ['ward-a'] }));
    const refused = await post();
    expect([refused.status, await codeOf(refused)]).toEqual([503, 'CAPACITY_EXCEEDED']);
    expect(refused.headers.get('retry-after')).not.toBeNull();
  });
});
