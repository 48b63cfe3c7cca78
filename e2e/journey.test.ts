/**
 * The main journey, each step asserted by what is on screen: a phone's page publishes a patient, a clinician signs
 * in, sees the patient move, looks closer, reads the pulse, sees the alert and acknowledges it.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { writeClip } from '../device/src/synthetic/write-clip.ts';
import { testIds } from '../web/src/test-ids.ts';
import { launchChromium, signInOnPage } from './support/browser.ts';
import { HavenServer } from './support/haven-server.ts';
import { pulseOnScreen, videoTime } from './support/screen.ts';
import { temporaryDirectory, until } from './support/process.ts';

/** Above the limit of 130, so that the same clip brings the alert; 20 s hold whole beats and breaths: no seam. */
const PULSE = 138;
const PATIENT = 'P-101';

describe('from a publisher page to an acknowledged alert', () => {
  let server: HavenServer;
  let publisherBrowser: Browser;
  let clinicianBrowser: Browser;
  let publisher: Page;
  let wall: Page;

  beforeAll(async () => {
    const clip = join(temporaryDirectory('clip'), 'patient.mjpeg');
    const synthetic = `hr=${PULSE},rr=15,tone=light,motion=none`;
    // Chromium plays an MJPEG file at 30 pictures a second, whatever it was made with.
    await writeClip({ path: clip, synthetic, seconds: 20, fps: 30 });
    server = await HavenServer.start();
    const token = await server.deviceToken(PATIENT);
    publisherBrowser = await launchChromium(clip);
    clinicianBrowser = await launchChromium();
    publisher = await (await publisherBrowser.newContext()).newPage();
    await publisher.goto(`${server.url}/publish`);
    await publisher.getByTestId(testIds.publishToken).fill(token);
    await publisher.getByTestId(testIds.publishPatient).fill(PATIENT);
    wall = await (await clinicianBrowser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
  }, 180_000);

  afterAll(async () => {
    await publisherBrowser.close();
    await clinicianBrowser.close();
    await server.stop();
  }, 30_000);

  const tile = () => wall.getByTestId(testIds.tile(PATIENT));

  test('the publisher page says that it is sending', async () => {
    await publisher.getByTestId(testIds.publishStart).click();
    const state = publisher.getByTestId(testIds.publishState);
    await until(
      'the page to publish',
      15_000,
      async () => (await state.getAttribute('data-state')) === 'publishing',
    );
  }, 30_000);

  test('the clinician signs in and sees the patient move', async () => {
    await signInOnPage(wall, server.url, server.user);
    await tile().waitFor({ timeout: 15_000 });
    await until('a picture', 15_000, async () => Number(await tile().getAttribute('data-frame-width')) > 0);
    const video = tile().getByTestId(testIds.video);
    const first = await videoTime(video);
    await until('the picture to move', 10_000, async () => (await videoTime(video)) > first + 1);
  }, 60_000);

  test('focusing the tile brings the higher layer, and Escape the lower one again', async () => {
    const width = async () => Number(await tile().getAttribute('data-frame-width'));
    await until('the low layer on the wall', 15_000, async () => (await width()) === 320);
    await tile().getByTestId(testIds.tileFocus).click();
    await until('the high layer in focus', 20_000, async () => (await width()) === 640);
    await wall.keyboard.press('Escape');
    await until('the low layer again', 20_000, async () => (await width()) === 320);
  }, 90_000);

  test("the pulse on screen is within 3 of the clip's", async () => {
    const pulse = await until('a pulse', 40_000, () => pulseOnScreen(tile()));
    expect(Math.abs(pulse - PULSE)).toBeLessThanOrEqual(3);
  }, 60_000);

  test('the alert appears with its words, and goes still when it is acknowledged', async () => {
    const banner = wall.getByTestId(testIds.alertBanner);
    await banner.getByText(/pulse high/i).waitFor({ timeout: 40_000 });
    await until(
      'the tile to show it',
      5000,
      async () => (await tile().getAttribute('data-alert')) === 'high',
    );
    await banner.getByTestId(testIds.acknowledge).first().click();
    await wall.getByTestId(testIds.acknowledgedBy).first().waitFor({ timeout: 5000 });

    const { accessToken } = await server.signIn();
    const { alerts } = (await (await server.get('/api/v1/alerts', accessToken)).json()) as {
      alerts: { rule: string; acknowledgement: { userName: string } | null }[];
    };
    expect(alerts.find(({ rule }) => rule === 'pulse-high')?.acknowledgement).not.toBeNull();
  }, 60_000);

  test('axe finds nothing serious on the wall, at both sizes, nor on the publisher page', async () => {
    const serious = async (page: Page) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id }) => id);
    };
    expect(await serious(wall)).toEqual([]);
    await wall.setViewportSize({ width: 390, height: 844 });
    expect(await serious(wall)).toEqual([]);
    expect(await serious(publisher)).toEqual([]);
  });
});
