/**
 * A wall is sent what its screen shows: pictures out of sight cost nothing and are back when they are scrolled to, the
 * enlarged one gets its best layer, a tab in the background gets none at all.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { testIds } from '../web/src/test-ids.ts';
import { seriousViolations } from './support/accessibility.ts';
import { launchChromium, signInOnPage } from './support/browser.ts';
import { HavenServer } from './support/haven-server.ts';
import { publishLoops, type LoopedStreams } from './support/looped-streams.ts';
import {
  bytesReceived,
  failPeerConnections,
  keepPeerConnections,
  packetsReceived,
  peerConnections,
} from './support/received-media.ts';
import { seenSince, watchForBlack } from './support/seen-pictures.ts';
import { until } from './support/process.ts';

const ROOM = 'ward-a';
const PATIENTS = 12;
/** On a busy machine; on an idle one each takes about a second. */
const PATIENCE_MS = 20_000;
/** So long nothing arrives, ms, where a stream pauses; what is under way when it does may still come before. */
const QUIET_MS = 1000;

describe('a wall of twelve patients in a small window', () => {
  let server: HavenServer;
  let streams: LoopedStreams;
  let browser: Browser;
  let wall: Page;

  beforeAll(async () => {
    server = await HavenServer.start({ HAVEN_CV_WORKERS: '0' });
    streams = await publishLoops(server, ROOM, PATIENTS);
    browser = await launchChromium();
    wall = await (await browser.newContext({ viewport: { width: 1000, height: 560 } })).newPage();
    await keepPeerConnections(wall);
    await signInOnPage(wall, server.url, server.user);
    await tile(first()).waitFor({ timeout: PATIENCE_MS });
  }, 240_000);

  afterAll(async () => {
    await browser.close();
    streams.end();
    await server.stop();
  }, 30_000);

  const first = () => streams.patientIds[0];
  const last = () => streams.patientIds.at(-1) ?? '';
  const tile = (patientId: string) => wall.getByTestId(testIds.tile(patientId));
  const video = (patientId: string) => tile(patientId).getByTestId(testIds.video);
  const height = async (patientId: string) => Number(await tile(patientId).getAttribute('data-frame-height'));
  const becomes = (patientId: string, attribute: string, value: string) =>
    until(
      `${attribute} of ${patientId} to be ${value}`,
      PATIENCE_MS,
      async () => (await tile(patientId).getAttribute(attribute)) === value,
    );

  async function expectNothingFor(patientId: string): Promise<void> {
    await until('nothing more to arrive', 5_000, async () => {
      const packets = await packetsReceived(video(patientId));
      await sleep(QUIET_MS);
      return (await packetsReceived(video(patientId))) === packets;
    });
  }

  test('plays what is in sight, and is sent nothing of what is not', async () => {
    await wall.getByTestId(testIds.tile(first())).scrollIntoViewIfNeeded();
    await becomes(first(), 'data-picture', 'live');
    await becomes(last(), 'data-sending', 'hidden');
    await expectNothingFor(last());
  }, 60_000);

  test('plays what is scrolled to, and pauses what it leaves', async () => {
    await tile(last()).scrollIntoViewIfNeeded();
    await becomes(last(), 'data-picture', 'live');
    await becomes(first(), 'data-sending', 'hidden');
    await expectNothingFor(first());
    await tile(first()).scrollIntoViewIfNeeded();
    await becomes(first(), 'data-picture', 'live');
  }, 90_000);

  test('gets the high layer of the patient that is enlarged, and the low one again afterwards', async () => {
    await until('the low layer', PATIENCE_MS, async () => (await height(first())) === 240);
    await tile(first()).getByTestId(testIds.tileFocus).click();
    await until('the high layer', PATIENCE_MS, async () => (await height(first())) === 480);
    await wall.keyboard.press('Escape');
    await until('the low layer again', PATIENCE_MS, async () => (await height(first())) === 240);
  }, 90_000);

  test('is sent nothing while a panel stands in the place of its tiles, from the first moment on', async () => {
    await tile(first()).getByTestId(testIds.tileDetails).click();
    await becomes(first(), 'data-sending', 'hidden');
    await wall.reload();
    await wall.getByTestId(testIds.patientPanel).waitFor();
    await becomes(first(), 'data-sending', 'hidden');
    await wall.getByTestId(testIds.patientPanelClose).click();
    await tile(first()).scrollIntoViewIfNeeded();
    await becomes(first(), 'data-picture', 'live');
  }, 90_000);

  test('shows the last picture, never a black one, while a failed transport is opened anew', async () => {
    await becomes(first(), 'data-picture', 'live');
    const before = await peerConnections(wall);
    await watchForBlack(tile(first()));
    await failPeerConnections(wall);
    await until('another transport', PATIENCE_MS, async () => (await peerConnections(wall)) > before);
    const packets = () => packetsReceived(video(first()));
    await until('its packets', PATIENCE_MS, async () => (await packets()) > 0);
    await becomes(first(), 'data-picture', 'live');
    expect(await seenSince(tile(first()))).toEqual(['picture']);
  }, 90_000);

  test('has nothing serious that axe finds', async () => {
    expect(await seriousViolations(wall)).toEqual([]);
  }, 60_000);

  test('gets nothing while it is in the background, and plays again in front', async () => {
    await showPage(wall, false);
    await becomes(first(), 'data-sending', 'hidden');
    await until('nothing more to arrive', 15_000, async () => {
      const bytes = await bytesReceived(wall);
      await sleep(QUIET_MS);
      return (await bytesReceived(wall)) === bytes;
    });
    await showPage(wall, true);
    await becomes(first(), 'data-picture', 'live');
  }, 60_000);
});

/** Headless Chromium takes every page for one in front, whatever lies over it: the page is told otherwise. */
async function showPage(page: Page, visible: boolean): Promise<void> {
  await page.evaluate(
    (state) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    },
    visible ? 'visible' : 'hidden',
  );
}
