/**
 * Two real servers on one PostgreSQL and one Redis: what happens at one is seen, heard and answered at the other; the
 * loss of Redis is not noticed, and the loss of a server costs nothing but a moment.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Alert, DetectedEvent } from '@haven/protocol';
import type { Browser, Page } from 'playwright-core';
import { hasRedis } from '../server/src/records/testing/redis.ts';
import { testIds } from '../web/src/test-ids.ts';
import { readMetrics } from './support/metrics.ts';
import { launchChromium, signInOnPage } from './support/browser.ts';
import { Cluster } from './support/cluster.ts';
import { startDevice } from './support/device-agent.ts';
import type { HavenServer } from './support/haven-server.ts';
import { until, type Program } from './support/process.ts';
import { pictureMoves } from './support/screen.ts';
import { happened, ScriptedCvWorker } from './support/scripted-cv-worker.ts';

const PATIENT = 'P-101';
const SOURCE = ['--synthetic', 'hr=72', '--size', '320x240', '--fps', '10'];
/** A session waits 30 s for its viewer, then the pipe lingers for 10 s. */
const LEFT_BEHIND_MS = 60_000;
/** A link without a word for three seconds is down; it is made anew within one. */
const MARKED_WITHIN_MS = 10_000;
/** What a node carries that a viewer could leave behind. */
const CARRIED = [
  'haven_sfu_transports',
  'haven_sfu_producers',
  'haven_sfu_consumers',
  'haven_sfu_pipes',
  'haven_cluster_pipes',
];
const whereRedisIs = hasRedis() ? describe : describe.skip;

whereRedisIs('two servers', () => {
  let cluster: Cluster;
  let browser: Browser;
  let device: Program;
  let wallA: Page;
  let wallB: Page;
  const workers = new Map<HavenServer, ScriptedCvWorker>();

  beforeAll(async () => {
    cluster = await Cluster.start({ HAVEN_CV_WORKERS: '0' });
    for (const node of [cluster.a, cluster.b]) workers.set(node, new ScriptedCvWorker(node.url, node.cvKey));
    device = await startDevice(cluster.a, PATIENT, ...SOURCE);
    browser = await launchChromium();
    [wallA, wallB] = [await openWall(cluster.a), await openWall(cluster.b)];
  }, 180_000);

  afterAll(async () => {
    for (const worker of workers.values()) worker.close();
    await browser.close();
    await device.stop();
    await cluster.stop();
  }, 40_000);

  const openWall = async (node: HavenServer) => {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
    await signInOnPage(page, node.url, cluster.user);
    return page;
  };
  const moves = (wall: Page, withinMs: number) => pictureMoves(wall, PATIENT, withinMs);
  const rows = (wall: Page, rule: string) =>
    wall.locator(`[data-testid=${testIds.alertRow}][data-rule=${rule}]`);
  const appears = (wall: Page, rule: string) =>
    until(`the alert ${rule}`, 10_000, async () => (await rows(wall, rule).count()) === 1);
  const happens = async (node: HavenServer, event: DetectedEvent) => {
    const held = await until('the assignment', 20_000, () => workers.get(node)?.of(PATIENT));
    await workers.get(node)?.post([happened(held, event)]);
  };
  const carried = async (node: HavenServer) => {
    const metrics = await readMetrics(node);
    return CARRIED.map((name) => [name, metrics.get(name) ?? 0]);
  };
  /** What is stored of a rule. */
  const stored = async (node: HavenServer, rule: Alert['rule']) => {
    const { accessToken } = await node.signIn(cluster.user);
    const answer = await node.get(`/api/v1/patients/${PATIENT}/alerts`, accessToken);
    const { alerts } = (await answer.json()) as { alerts: Alert[] };
    return alerts.filter((alert) => alert.rule === rule);
  };

  test('show the same patient', async () => {
    await Promise.all([moves(wallA, 60_000), moves(wallB, 60_000)]);
    expect((await readMetrics(cluster.a)).get('haven_cluster_pipes')).toBe(1);
  }, 90_000);

  test('show an alert once each, and it is acknowledged at either', async () => {
    await happens(cluster.a, 'bed-exit');
    await Promise.all([appears(wallA, 'bed-exit'), appears(wallB, 'bed-exit')]);
    await rows(wallB, 'bed-exit').getByTestId(testIds.acknowledge).click();
    for (const wall of [wallA, wallB])
      await rows(wall, 'bed-exit').getByTestId(testIds.acknowledgedBy).waitFor({ timeout: 5_000 });
    const [alert, ...others] = await until('the acknowledgement to be stored', 10_000, async () => {
      const alerts = await stored(cluster.b, 'bed-exit');
      return alerts.some(({ acknowledgement }) => acknowledgement !== null) && alerts;
    });
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ patientId: PATIENT, active: true });
  }, 60_000);

  test('keep nothing of viewers who left', async () => {
    const before = await Promise.all([carried(cluster.a), carried(cluster.b)]);
    const third = await openWall(cluster.b);
    await moves(third, 30_000);
    await Promise.all([third, wallB].map((wall) => wall.context().close()));
    await until('the pipe to be closed', LEFT_BEHIND_MS, async () => {
      const [a, b] = await Promise.all([readMetrics(cluster.a), readMetrics(cluster.b)]);
      return a.get('haven_cluster_pipes') === 0 && b.get('haven_sfu_transports') === 0;
    });
    wallB = await openWall(cluster.b);
    await moves(wallB, 30_000);
    // The third one's is not among what is carried again.
    await until('as much as before', 10_000, async () => {
      const after = await Promise.all([carried(cluster.a), carried(cluster.b)]);
      return JSON.stringify(after) === JSON.stringify(before);
    });
  }, 240_000);

  test('go on without Redis: pictures, alerts, viewers', async () => {
    await cluster.killRedis();
    await happens(cluster.a, 'fall');
    await Promise.all([appears(wallA, 'fall'), appears(wallB, 'fall')]);
    // Longer than a lease is good for.
    for (let second = 0; second < 10; second += 1) await moves(wallB, 3_000);
    const arrived = await openWall(cluster.b);
    await moves(arrived, 20_000);
    await arrived.context().close();
    await cluster.restartRedis();
    await until('Redis to be reached', 10_000, async () => {
      const [a, b] = await Promise.all([readMetrics(cluster.a), readMetrics(cluster.b)]);
      return [a, b].every((metrics) => metrics.get('haven_cluster_redis_reachable') === 1);
    });
    await cluster.linked();
    await Promise.all([moves(wallA, 5_000), moves(wallB, 5_000)]);
    expect(await rows(wallA, 'fall').count()).toBe(1);
    expect(await rows(wallB, 'fall').count()).toBe(1);
  }, 120_000);

  test('say on the wall whose values and alarms do not arrive while the other is not reached', async () => {
    const alarmsOff = (wall: Page) =>
      wall.getByTestId(testIds.tile(PATIENT)).getByTestId(testIds.tileAlarmsOff);
    cluster.wayToA?.takeAway();
    await alarmsOff(wallB).waitFor({ timeout: MARKED_WITHIN_MS });
    await wallB.getByTestId(testIds.bedsOff).waitFor({ timeout: 1_000 });
    await moves(wallB, 5_000);
    expect(await alarmsOff(wallA).count()).toBe(0);
    cluster.wayToA?.restore();
    await alarmsOff(wallB).waitFor({ state: 'detached', timeout: MARKED_WITHIN_MS });
    expect(await rows(wallB, 'fall').count()).toBe(1);
  }, 60_000);

  test('when one dies, the other has its patient and alerts; none is lost or doubled', async () => {
    await cluster.a.program.kill();
    await device.stop();
    device = await startDevice(
      { url: cluster.b.url, deviceToken: (patientId) => cluster.a.deviceToken(patientId) },
      PATIENT,
      ...SOURCE,
    );
    await until('the device to publish', 30_000, () => device.output.includes('"publishing"'));
    await moves(wallB, 20_000);
    for (const rule of ['bed-exit', 'fall'] as const) {
      expect(await rows(wallB, rule).count()).toBe(1);
      expect(await stored(cluster.b, rule)).toHaveLength(1);
    }
    await rows(wallB, 'fall').getByTestId(testIds.acknowledge).click();
    await rows(wallB, 'fall').waitFor({ state: 'detached', timeout: 5_000 });
    expect(await stored(cluster.b, 'signal-lost')).toEqual([]);
  }, 120_000);

  test('the one that comes back shows what the other has', async () => {
    await cluster.a.run();
    await cluster.linked();
    await moves(wallA, 40_000);
    // Until it is told anew, the wall shows what it knew.
    await until('the wall to be told', 10_000, async () => (await rows(wallA, 'fall').count()) === 0);
    await appears(wallA, 'bed-exit');
    await happens(cluster.b, 'fall');
    await Promise.all([appears(wallA, 'fall'), appears(wallB, 'fall')]);
    await until(
      'the new alert to be stored',
      10_000,
      async () => (await stored(cluster.a, 'fall')).length === 2,
    );
    expect(await stored(cluster.a, 'bed-exit')).toHaveLength(1);
  }, 120_000);
});
