/**
 * An alert's life on two stations, by the keyboard: a limit is changed, the alert arises, is silenced, the room is
 * paused and resumed, the alert is acknowledged with a reason, and its history says all of it.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { testIds } from '../web/src/test-ids.ts';
import { seriousViolations } from './support/accessibility.ts';
import { launchChromium, signInOnPage } from './support/browser.ts';
import { startDevice } from './support/device-agent.ts';
import { HavenServer } from './support/haven-server.ts';
import { pressOn, tabTo } from './support/keyboard.ts';
import { until, type Program } from './support/process.ts';
import { pulseOnScreen } from './support/screen.ts';

const PATIENT = 'P-101';
/** Well within the limits that hold at first, and above the one that is set. */
const PULSE = 105;
const NEW_LIMIT = '95';
const ROW = `[data-testid=${testIds.alertRow}][data-rule=pulse-high]`;

describe('the life of an alert on two stations', () => {
  let server: HavenServer;
  let device: Program;
  let browser: Browser;
  let large: Page;
  let small: Page;

  beforeAll(async () => {
    server = await HavenServer.start();
    device = await startDevice(server, PATIENT, '--synthetic', `hr=${PULSE},rr=15`, '--fps', '15');
    browser = await launchChromium();
    const station = async (width: number, height: number) => {
      const page = await (await browser.newContext({ viewport: { width, height } })).newPage();
      await signInOnPage(page, server.url, server.user);
      await page.getByTestId(testIds.tile(PATIENT)).waitFor({ timeout: 15_000 });
      return page;
    };
    large = await station(1920, 1080);
    small = await station(1024, 768);
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    await device.stop();
    await server.stop();
  }, 30_000);

  test("a patient's panel opens by the keyboard, with trends, limits and alerts, and the wall goes on", async () => {
    await until('a pulse', 120_000, () => pulseOnScreen(large.getByTestId(testIds.tile(PATIENT))));
    await pressOn(large, testIds.tileDetails);
    const panel = large.getByTestId(testIds.patientPanel);
    await panel.getByTestId(testIds.limitsOrigin).waitFor();
    expect(await panel.getByTestId(testIds.limitsOrigin).textContent()).toContain('Haven’s own');
    expect(await panel.getByTestId(testIds.scoreSection).textContent()).toContain('pulse and breathing only');
    await panel.getByTestId(testIds.trends).locator('canvas').first().waitFor({ timeout: 90_000 });
    expect(await large.getByTestId(testIds.wall).getAttribute('data-alarms')).toBe('on');
    expect(await seriousViolations(large)).toEqual([]);
  }, 240_000);

  test('the limits editor refuses what is wrong, and then changes a limit with its reason', async () => {
    await pressOn(large, testIds.limitsChange);
    const editor = large.getByTestId(testIds.limitsEditor);
    await editor.waitFor();
    await editor.getByLabel('Pulse, highest').focus();
    await large.keyboard.press('Control+A');
    await large.keyboard.type('40');
    await large.keyboard.press('Enter');
    await editor.getByText(/at least 20 above/).waitFor();
    expect(await seriousViolations(large)).toEqual([]);
    await editor.getByLabel('Pulse, highest').focus();
    await large.keyboard.press('Control+A');
    await large.keyboard.type(NEW_LIMIT);
    await editor.getByLabel('Reason for the change').focus();
    await large.keyboard.type('Closer watch after surgery');
    await large.keyboard.press('Enter');
    await editor.waitFor({ state: 'detached' });
    const origin = large.getByTestId(testIds.limitsOrigin);
    await origin.getByText(/limits of this patient .*Closer watch after surgery/).waitFor({ timeout: 5000 });
  }, 60_000);

  test('the alert arises on both stations, the patient’s panel still open', async () => {
    await large.locator(ROW).waitFor({ timeout: 120_000 });
    await small.locator(ROW).waitFor({ timeout: 5000 });
    expect(await large.locator(ROW).textContent()).toContain(`limit ${NEW_LIMIT}`);
    expect(await large.getByTestId(testIds.patientPanel).isVisible()).toBe(true);
  }, 150_000);

  test('silenced on one station, it is silenced on the other, with who and how long', async () => {
    await large.locator(ROW).getByTestId(testIds.silence).focus();
    await large.keyboard.press('Enter');
    const silenced = small.locator(ROW).getByTestId(testIds.silencedBy);
    await silenced.waitFor({ timeout: 5000 });
    expect(await silenced.textContent()).toMatch(/Silenced by .+, sounds again in [12]:\d\d/);
    expect(await small.locator(ROW).getAttribute('data-acknowledged')).toBe('false');
  }, 30_000);

  test('the room is paused on one station and resumed on the other', async () => {
    await pressOn(large, testIds.pauseSound);
    const paused = small.getByTestId(testIds.soundPaused);
    await paused.waitFor({ timeout: 5000 });
    expect(await paused.textContent()).toMatch(/SOUND PAUSED by .+/);
    expect(await seriousViolations(small)).toEqual([]);
    const left = () => small.getByTestId(testIds.soundPausedLeft).textContent();
    const first = await left();
    await until('the countdown', 5000, async () => (await left()) !== first);
    await pressOn(small, testIds.resumeSound);
    await large.getByTestId(testIds.soundPaused).waitFor({ state: 'detached', timeout: 5000 });
    await paused.waitFor({ state: 'detached', timeout: 5000 });
  }, 60_000);

  test('acknowledged with a reason, it is solid on both stations, with who and why', async () => {
    await small.locator(ROW).getByTestId(testIds.alertMore).focus();
    await small.keyboard.press('Enter');
    await tabTo(small, testIds.reason);
    await small.keyboard.type('Seen at the bedside');
    await small.keyboard.press('Enter');
    for (const page of [small, large]) {
      const words = page.locator(ROW).getByTestId(testIds.acknowledgedBy);
      await words.getByText(/Acknowledged by .+: Seen at the bedside/).waitFor({ timeout: 5000 });
    }
  }, 30_000);

  test('the history tells all of it, on the small station as well', async () => {
    await pressOn(small, testIds.tileDetails);
    const row = small.locator(`[data-testid=${testIds.historyRow}]`).filter({ hasText: 'Pulse high' });
    await row.first().waitFor({ timeout: 10_000 });
    await row.first().focus();
    await small.keyboard.press('Enter');
    const life = small.getByTestId(testIds.alertLife);
    await life.getByText(/Acknowledged by .+: Seen at the bedside/).waitFor({ timeout: 10_000 });
    const steps = await life.getByRole('listitem').allTextContents();
    expect(steps[0]).toMatch(new RegExp(`Began, \\d+ \\(limit ${NEW_LIMIT}\\)`));
    expect(steps.some((step) => step.includes('Silenced by '))).toBe(true);
    expect(await seriousViolations(small)).toEqual([]);
    await small.keyboard.press('Escape');
    await small.getByTestId(testIds.patientPanel).waitFor({ state: 'detached' });
  }, 60_000);
});
