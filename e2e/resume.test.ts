/**
 * Signalling is lost and comes back: media never stop, alarms are said to be off meanwhile, nothing is missed or
 * doubled; and after too long an absence wall and device begin anew by themselves.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { testIds } from '../web/src/test-ids.ts';
import { launchChromium, signInOnPage } from './support/browser.ts';
import { startDevice } from './support/device-agent.ts';
import { HavenServer } from './support/haven-server.ts';
import { until, type Program } from './support/process.ts';
import { videoTime } from './support/screen.ts';
import { happened, ScriptedCvWorker } from './support/scripted-cv-worker.ts';
import { TcpPath } from './support/tcp-path.ts';

const PATIENT = 'P-101';
const FALLS = `[data-testid=${testIds.alertRow}][data-rule=fall]`;
/** Shorter and longer than a session waits. */
const SHORT_MS = 10_000;
const LONG_MS = 40_000;

describe('signalling that is lost and returns', () => {
  let server: HavenServer;
  let worker: ScriptedCvWorker;
  let device: Program;
  let browser: Browser;
  let wall: Page;
  let wallPath: TcpPath;
  let devicePath: TcpPath;

  beforeAll(async () => {
    server = await HavenServer.start({ HAVEN_CV_WORKERS: '0' });
    wallPath = await TcpPath.open(server.url);
    devicePath = await TcpPath.open(server.url);
    worker = new ScriptedCvWorker(server.url, server.cvKey);
    device = await startDevice(
      { url: devicePath.url, deviceToken: (patientId) => server.deviceToken(patientId) },
      PATIENT,
      ...['--synthetic', 'hr=72', '--size', '320x240', '--fps', '10'],
    );
    browser = await launchChromium();
    wall = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
    await wall.addInitScript(() => {
      const counted = { peers: 0 };
      Object.assign(window, { counted });
      window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(configuration?: RTCConfiguration) {
          super(configuration);
          counted.peers += 1;
        }
      };
    });
    await signInOnPage(wall, wallPath.url, server.user);
    await until('the picture to move', 60_000, async () => (await shownFor()) > 1);
  }, 180_000);

  afterAll(async () => {
    worker.close();
    await browser.close();
    await device.stop();
    await Promise.all([wallPath.close(), devicePath.close()]);
    await server.stop();
  }, 30_000);

  const shownFor = () => videoTime(wall.getByTestId(testIds.tile(PATIENT)).getByTestId(testIds.video));
  const peers = () => wall.evaluate<number>('counted.peers');
  const alarms = () => wall.getByTestId(testIds.wall).getAttribute('data-alarms');
  const alarmsOn = () => until('the alarms to be on again', 20_000, async () => (await alarms()) === 'on');
  const streams = () => device.output.match(/"publishing"/g)?.length ?? 0;
  const fall = async () => {
    const held = await until('the assignment', 20_000, () => worker.of(PATIENT));
    await worker.post([happened(held, 'fall')]);
  };

  const lose = () => {
    wallPath.takeAway();
    devicePath.takeAway();
  };
  const restore = () => {
    wallPath.restore();
    devicePath.restore();
  };

  test('for seconds: the same stream goes on, ALARMS OFF is said, and what was missed comes once', async () => {
    const [before, connections, lostAt] = [await shownFor(), await peers(), performance.now()];
    lose();
    await until('ALARMS OFF', 5_000, async () => (await alarms()) === 'off');
    await fall();
    await sleep(Math.max(0, SHORT_MS - (performance.now() - lostAt)));
    expect(await wall.locator(FALLS).count()).toBe(0);
    expect((await shownFor()) - before).toBeGreaterThan(SHORT_MS / 2000);
    restore();
    await alarmsOn();
    await until('the alert', 5_000, async () => (await wall.locator(FALLS).count()) === 1);
    await until('the device to be back', 15_000, () => device.output.includes('"resumed":true'));
    const after = await shownFor();
    await until('the picture to move on', 5_000, async () => (await shownFor()) > after + 1);
    expect(await wall.locator(FALLS).count()).toBe(1);
    expect(await peers()).toBe(connections);
    expect(streams()).toBe(1);
  }, 90_000);

  test('for long: wall and device begin anew by themselves', async () => {
    const connections = await peers();
    lose();
    await sleep(LONG_MS);
    restore();
    await alarmsOn();
    await until('another stream', 20_000, () => streams() === 2);
    await until('another peer connection', 10_000, async () => (await peers()) > connections);
    const after = await shownFor();
    await until('the picture to move on', 20_000, async () => (await shownFor()) > after + 1);
    expect(await wall.locator(FALLS).count()).toBe(1);
  }, 120_000);
});
