/** Two real servers behind nginx as Haven comes with it: one is killed, and everybody is back without being touched. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { hasRedis } from '../server/src/records/testing/redis.ts';
import { testIds } from '../web/src/test-ids.ts';
import { readMetrics } from './support/metrics.ts';
import { Balancer, hasNginx } from './support/balancer.ts';
import { launchChromium, signInOnPage } from './support/browser.ts';
import { Cluster } from './support/cluster.ts';
import { startDevice } from './support/device-agent.ts';
import { until, type Program } from './support/process.ts';
import { pictureMoves } from './support/screen.ts';

const PATIENT = 'P-101';
/** A device waits up to 10 s before it tries again, a wall up to 5 s; both then begin anew. */
const BACK_WITHIN_MS = 30_000;
const whereBothAre = hasRedis() && hasNginx() ? describe : describe.skip;

whereBothAre('two servers behind a balancer', () => {
  let cluster: Cluster;
  let balancer: Balancer;
  let browser: Browser;
  let device: Program;
  let walls: Page[];

  beforeAll(async () => {
    cluster = await Cluster.start({ HAVEN_CV_WORKERS: '0', HAVEN_TRUSTED_PROXIES: '127.0.0.1' });
    balancer = await Balancer.start([cluster.a.url, cluster.b.url]);
    device = await startDevice(
      { url: balancer.url, deviceToken: (patientId) => cluster.a.deviceToken(patientId) },
      PATIENT,
      ...['--synthetic', 'hr=72', '--size', '320x240', '--fps', '10'],
    );
    await until('the device to publish', 30_000, () => device.output.includes('"publishing"'));
    browser = await launchChromium();
    // As many as put at least one connection on each node.
    walls = [await openWall(), await openWall()];
    for (const wall of walls) await moves(wall, 60_000);
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    await device.stop();
    await balancer.stop();
    await cluster.stop();
  }, 40_000);

  const openWall = async () => {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
    await signInOnPage(page, balancer.url, cluster.user);
    return page;
  };
  const moves = (wall: Page, withinMs: number) => pictureMoves(wall, PATIENT, withinMs);
  const carried = async (metric: string) => {
    const nodes = await Promise.all([readMetrics(cluster.a), readMetrics(cluster.b)]);
    return nodes.map((metrics) => metrics.get(metric) ?? 0);
  };

  test('share what comes', async () => {
    const transports = await carried('haven_sfu_transports');
    expect(Math.min(...transports)).toBeGreaterThan(0);
  });

  test('lose one of them, and device and walls come back by themselves', async () => {
    const [ofA] = await carried('haven_active_streamers');
    const [dies, stays] = ofA > 0 ? [cluster.a, cluster.b] : [cluster.b, cluster.a];
    await dies.program.kill();
    await until('the device to publish again', BACK_WITHIN_MS, async () => {
      return (await readMetrics(stays)).get('haven_sfu_producers') === 1;
    });
    for (const wall of walls) {
      await moves(wall, BACK_WITHIN_MS);
      const alarms = () => wall.getByTestId(testIds.wall).getAttribute('data-alarms');
      await until('the alarms to be on', 10_000, async () => (await alarms()) === 'on');
    }
    expect(device.running).toBe(true);
  }, 120_000);

  test('serve a newcomer, with one and with both', async () => {
    const newcomer = await openWall();
    await moves(newcomer, BACK_WITHIN_MS);
    const dead = cluster.a.program.running ? cluster.b : cluster.a;
    await dead.run();
    await cluster.linked();
    await Promise.all(walls.map((wall) => moves(wall, 10_000)));
    const { accessToken } = await cluster.a.signIn(cluster.user);
    const answers = await Promise.all(
      Array.from({ length: 4 }, () =>
        fetch(`${balancer.url}/api/v1/alerts`, { headers: { authorization: `Bearer ${accessToken}` } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await fetch(`${balancer.url}/metrics`)).status).toBe(404);
  }, 120_000);
});
