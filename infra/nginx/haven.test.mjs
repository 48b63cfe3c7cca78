/** nginx as Haven comes with it, in front of two servers that answer as nodes do. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Balancer, hasNginx } from '../../e2e/support/balancer.ts';

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */

const SESSION = /^\/wh[ie]p\/sessions\//;
const OFFER = 'v=0\r\n';

/** A server that opens sessions and knows its own. */
class FakeNode {
  /** @type {'open' | 'draining' | 'breaking'} */
  state = 'open';
  /** What was asked of it, but for its health. @type {string[]} */
  asked = [];
  #sessions = 0;
  #name;
  #http = createServer((request, response) => void this.#answer(request, response));

  /** @param {string} name */
  constructor(name) {
    this.#name = name;
  }

  /** @returns {Promise<string>} its address */
  async start() {
    this.#http.listen(0, '127.0.0.1');
    await once(this.#http, 'listening');
    const address = this.#http.address();
    if (address === null || typeof address === 'string') throw new Error('It has no port.');
    return `http://127.0.0.1:${address.port}`;
  }

  async stop() {
    if (!this.#http.listening) return;
    this.#http.close();
    this.#http.closeAllConnections();
    await once(this.#http, 'close');
  }

  /** @param {IncomingMessage} request @param {ServerResponse} response */
  async #answer(request, response) {
    const { method, url = '' } = request;
    if (url === '/health') {
      response.end();
      return;
    }
    this.asked.push(`${method} ${url}`);
    const body = (await request.setEncoding('utf8').toArray()).join('');
    if (url.startsWith('/api/')) {
      response.end();
      return;
    }
    if (SESSION.test(url)) {
      const isOwn = url.includes(`/${this.#name}-`);
      response.writeHead(isOwn ? 200 : 404).end();
      return;
    }
    if (this.state === 'breaking') {
      request.socket.destroy();
      return;
    }
    if (this.state === 'draining') {
      response.writeHead(503, { 'Retry-After': '5' }).end('{"error":{"code":"DRAINING"}}');
      return;
    }
    this.#sessions += 1;
    response.writeHead(201, { Location: `/whip/sessions/${this.#name}-${this.#sessions}` }).end(body);
  }
}

const whereItIs = hasNginx() ? describe : describe.skip;

whereItIs('nginx in front of two nodes', () => {
  /** @type {FakeNode[]} */
  let nodes;
  /** @type {Balancer} */
  let balancer;

  beforeEach(async () => {
    nodes = [new FakeNode('a'), new FakeNode('b')];
    const [first, second] = await Promise.all(nodes.map((node) => node.start()));
    balancer = await Balancer.start([first, second]);
  });

  afterEach(async () => {
    await balancer.stop();
    await Promise.all(nodes.map((node) => node.stop()));
  });

  /** @param {string} method @param {string} path */
  const ask = (method, path) =>
    fetch(`${balancer.url}${path}`, method === 'GET' ? {} : { method, body: OFFER });
  const offer = () => ask('POST', '/whip/P-101');
  const timesAsked = () => nodes.map(({ asked }) => asked.length);

  /** @returns {Promise<[FakeNode, FakeNode]>} the node that this machine's address leads to first */
  async function ownAndOther() {
    await offer();
    const own = nodes.findIndex(({ asked }) => asked.length > 0);
    nodes[own].asked = [];
    return [nodes[own], nodes[1 - own]];
  }

  test('begins a session where another takes it when the node of the address does not, with the same offer', async () => {
    const [own] = await ownAndOther();
    own.state = 'draining';
    for (let attempt = 0; attempt < 10; attempt++) {
      const response = await offer();
      expect([response.status, await response.text()]).toEqual([201, OFFER]);
    }
  });

  test('leads to a session wherever it began, also when the node of the address takes newcomers again', async () => {
    const [own] = await ownAndOther();
    own.state = 'draining';
    const location = (await offer()).headers.get('location') ?? '';
    own.state = 'open';
    for (const method of ['PATCH', 'PATCH', 'DELETE']) {
      expect((await ask(method, location)).status).toBe(200);
    }
    expect((await ask('PATCH', '/whip/sessions/nobody')).status).toBe(404);
  });

  test('passes on what the nodes say when none of them takes newcomers', async () => {
    for (const node of nodes) node.state = 'draining';
    const response = await offer();
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await response.text()).toContain('DRAINING');
  });

  test('passes over a node that is gone', async () => {
    const [own] = await ownAndOther();
    await own.stop();
    const response = await offer();
    expect(response.status).toBe(201);
    expect((await ask('PATCH', response.headers.get('location') ?? '')).status).toBe(200);
  });

  test('repeats no offer whose answer never came: its session may have begun', async () => {
    const [own, other] = await ownAndOther();
    own.state = 'breaking';
    expect((await offer()).status).toBe(502);
    expect([own.asked.length, other.asked.length]).toEqual([1, 0]);
    [own.state, other.state] = ['draining', 'breaking'];
    expect((await offer()).status).toBe(502);
    expect(other.asked).toHaveLength(1);
  });

  test.each([
    ['GET', '/metrics'],
    ['GET', '/api/v1/operations'],
    ['POST', '/api/v1/operations/drain'],
    ['POST', '/API/v1/Operations/drain/'],
    ['POST', '/api/v1//%6fperations/drain'],
    ['POST', '/api/v1/operations/overload/reset'],
  ])('keeps %s %s, which is of one node, from them', async (method, path) => {
    expect((await ask(method, path)).status).toBe(404);
    expect(timesAsked()).toEqual([0, 0]);
  });

  test('lets the page of the streams be read', async () => {
    expect((await ask('GET', '/api/v1/operations/streams')).status).toBe(200);
  });
});
