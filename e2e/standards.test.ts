/** WHIP, WHEP and TURN with clients and a relay that others wrote. */
import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { readConfig } from '../server/src/config/config.ts';
import { iceServersFor } from '../server/src/turn/ice-servers.ts';
import { launchChromium } from './support/browser.ts';
import { startDevice } from './support/device-agent.ts';
import { HavenServer } from './support/haven-server.ts';
import { MonitorClient } from './support/monitor-client.ts';
import { until } from './support/process.ts';
import type { PublishOptions } from './support/standards-clients.ts';
import { StandardsPage } from './support/standards-page.ts';
import { hasCoturn, hasIpv6, TurnServer } from './support/turn-server.ts';

const PATIENT = 'P-101';
const HOUR_MS = 3_600_000;
const withCoturn = hasCoturn() ? describe : describe.skip;
const overIpv6 = hasIpv6() ? test : test.skip;

let site: StandardsPage;
let turn: TurnServer | undefined;
let server: HavenServer;
let monitor: MonitorClient;
let browser: Browser;
let accessToken: string;
let page: Page;
let publishedAt = 0;

beforeAll(async () => {
  site = await StandardsPage.serve();
  turn = hasCoturn() ? await TurnServer.start() : undefined;
  server = await HavenServer.start({ HAVEN_ALLOWED_ORIGINS: site.origin, ...turn?.settings });
  ({ accessToken } = await server.signIn());
  monitor = await MonitorClient.join(server.url, accessToken);
  browser = await launchChromium();
}, 90_000);

afterEach(async () => {
  for (const open of browser.contexts().flatMap((context) => context.pages())) await open.close();
  // A page that is gone deletes no session.
  await until('the stream to be over', 45_000, () => !monitor.streams.has(PATIENT));
}, 50_000);

afterAll(async () => {
  await browser.close();
  monitor.close();
  await server.stop();
  await turn?.stop();
  site.close();
}, 30_000);

const openPage = async (): Promise<Page> => {
  const opened = await browser.newPage();
  await opened.goto(site.origin);
  return opened;
};

/** Publishes by the WHIP client until its packets arrive. */
async function publish(options: Partial<PublishOptions> = {}): Promise<void> {
  publishedAt = Date.now();
  page = await openPage();
  const given = {
    endpoint: `${server.url}/whip/${PATIENT}`,
    token: await server.deviceToken(PATIENT),
    ...options,
  };
  await page.evaluate((publishing) => standards.publish(publishing), given);
  await until('the stream on the wall', 15_000, () => monitor.streams.has(PATIENT));
  await until('pictures to be sent', 15_000, async () => {
    const { state, frames } = await page.evaluate(() => standards.sent());
    return state === 'connected' && frames > 10;
  });
}

/** What the wall hears of the patient, when the analysis has looked at pictures and found no face in them. */
const analysed = () =>
  until('the pictures to be analysed', 40_000, () => {
    const reason = monitor.latest(PATIENT, 'pulse', publishedAt)?.reason;
    return reason != null && !['starting', 'no-picture'].includes(reason);
  });

describe('a WHIP client of somebody else', () => {
  test('publishes a picture that is shown and analysed, and leaves', async () => {
    await publish();
    expect(monitor.streams.get(PATIENT)).toMatchObject({ source: 'camera', maxSpatialLayer: 0 });
    expect((await page.evaluate(() => standards.sent())).codec).toBe('video/VP8');
    await analysed();
    await page.evaluate(() => standards.unpublish());
    await until('the stream to end', 5_000, () => !monitor.streams.has(PATIENT));
  });

  test('publishes H.264, which is analysed too', async () => {
    await publish({ mimeType: 'video/H264' });
    expect((await page.evaluate(() => standards.sent())).codec).toBe('video/H264');
    await analysed();
    await page.evaluate(() => standards.unpublish());
  });

  test('publishes simulcast', async () => {
    await publish({ simulcast: true });
    expect(monitor.streams.get(PATIENT)).toMatchObject({ maxSpatialLayer: 1 });
    await analysed();
    await page.evaluate(() => standards.unpublish());
  });
});

describe('a WHEP client of somebody else', () => {
  test('plays what a WHIP client publishes, until it leaves', async () => {
    await publish();
    const other = await openPage();
    await other.evaluate(({ endpoint, token }) => standards.play(endpoint, token), {
      endpoint: `${server.url}/whep/${PATIENT}`,
      token: accessToken,
    });
    const time = () => other.evaluate(() => standards.played().time);
    await until('the picture to move', 15_000, async () => (await time()) > 1);
    await other.evaluate(() => standards.stop());
    await page.evaluate(() => standards.unpublish());
  });
});

withCoturn('a TURN server', () => {
  const config = () => readConfig(turn?.settings ?? {});

  test('relays media with the credentials that Haven gives', async () => {
    const asked = await fetch(`${server.url}/whip/${PATIENT}`, {
      method: 'OPTIONS',
      headers: { authorization: `Bearer ${await server.deviceToken(PATIENT)}` },
    });
    const link = /^<(turn:[^>]+)>; rel="ice-server"; username="([^"]+)"; credential="([^"]+)"/.exec(
      asked.headers.get('link') ?? '',
    );
    const [, url = '', username = '', credential = ''] = link ?? [];
    expect(url).toBe(turn?.url);
    await publish({ relays: [{ urls: [url], username, credential }] });
    const { relayed, bytes } = await page.evaluate(() => standards.sent());
    expect(relayed).toBe(true);
    expect(bytes).toBeGreaterThan(0);
    await page.evaluate(() => standards.unpublish());
  });

  test('holds a relay at hand for the device agent', async () => {
    const device = await startDevice(server, PATIENT, '--synthetic', 'hr=72', '--fps', '15');
    try {
      await until('the stream on the wall', 30_000, () => monitor.streams.has(PATIENT));
      expect(turn?.log).toMatch(/username=<\d+:device-[\w-]+>.*allocat|ALLOCATE processed, success/i);
    } finally {
      await device.stop();
    }
  });

  test.each<[string, () => ReturnType<typeof iceServersFor>]>([
    ['that have ended', () => iceServersFor(config(), 'device:1', Date.now() - 24 * HOUR_MS)],
    [
      'that somebody else made',
      () =>
        iceServersFor(
          readConfig({ ...turn?.settings, HAVEN_TURN_SECRET: 'a secret that nobody shares' }),
          'device:1',
          Date.now(),
        ),
    ],
  ])('refuses credentials %s', async (_which, servers) => {
    page = await openPage();
    const found = await page.evaluate((relays) => standards.candidates(relays), servers());
    expect(found.types).toEqual([]);
    expect(found.errors).toContain(401);
  });

  /** What the client of coturn itself is told. Where it may send, it waits for an echo that nobody gives. */
  function askToRelay(peer: string, ...flags: string[]): { bound: boolean; forbidden: boolean } {
    // Somebody else each time: allocations of one name are bounded.
    const [{ username = '', credential = '' } = {}] = iceServersFor(config(), `device:${peer}`, Date.now());
    const { port } = new URL((turn?.url ?? '').replace('turn:', 'udp://'));
    const who = ['-u', username, '-w', credential, '-p', port];
    const what = ['-e', peer, '-n', '1', '-m', '1', '-c', '-v', ...flags];
    const { stdout } = spawnSync('turnutils_uclient', [...who, ...what, '127.0.0.1'], {
      encoding: 'utf8',
      timeout: 3_000,
    });
    return {
      bound: /cb response received: \n.*success: 0x/.test(stdout),
      forbidden: stdout.includes('403 (Forbidden IP)'),
    };
  }

  test.each([
    ['the SFU', '127.0.0.1', true],
    ["the hospital's network", '10.0.0.1', false],
    ['another address of its own machine', '127.0.0.2', false],
    ["the cloud's metadata", '169.254.169.254', false],
    ['somebody on the internet', '8.8.8.8', false],
  ])('asked to relay to %s (%s) does so: %s', (_what, peer, allowed) => {
    expect(askToRelay(peer)).toEqual({ bound: allowed, forbidden: !allowed });
  });

  overIpv6.each(['2001:4860:4860::8888', '::ffff:8.8.8.8', '::1'])(
    'relays nothing to %s, of IPv6, where the SFU has none',
    (peer) => {
      expect(askToRelay(peer, '-x')).toEqual({ bound: false, forbidden: true });
    },
  );
});
