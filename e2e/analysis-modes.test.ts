/** What is measured of a patient, changed while everything runs, with the real CV worker and its decoders. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AnalysisMode } from '@haven/protocol';
import type { Browser } from 'playwright-core';
import { testIds } from '../web/src/test-ids.ts';
import { seriousViolations } from './support/accessibility.ts';
import { launchChromium, signInOnPage } from './support/browser.ts';
import { startDevice } from './support/device-agent.ts';
import { HavenServer } from './support/haven-server.ts';
import { pressOn } from './support/keyboard.ts';
import { MonitorClient } from './support/monitor-client.ts';
import { descendants } from './support/process-tree.ts';
import { until, type Program } from './support/process.ts';

const PATIENT = 'P-101';
/** A change takes effect within this time, ms. */
const IN_FORCE_WITHIN_MS = 5000;

describe('what is measured of a patient', () => {
  let server: HavenServer;
  let monitor: MonitorClient;
  let device: Program;
  let accessToken: string;
  let browser: Browser;

  /** Decoders of the CV worker; the device has one of its own, elsewhere. */
  const decoders = () =>
    descendants(server.program.pid)
      .filter(({ command }) => command.includes('cv-worker/src/main.ts'))
      .flatMap(({ pid }) => descendants(pid))
      .filter(({ command }) => command.includes('ffmpeg'));
  const setMode = async (mode: AnalysisMode): Promise<number> => {
    const response = await fetch(`${server.url}/api/v1/patients/${PATIENT}/analysis-mode`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ mode, reason: 'asked for by a test' }),
    });
    expect(response.status).toBe(200);
    return Date.now();
  };

  beforeAll(async () => {
    server = await HavenServer.start();
    ({ accessToken } = await server.signIn());
    monitor = await MonitorClient.join(server.url, accessToken);
    device = await startDevice(server, PATIENT, '--synthetic', 'hr=72,rr=15', '--fps', '15');
    browser = await launchChromium();
    await until('a pulse', 60_000, () => monitor.latest(PATIENT)?.state === 'measured');
  }, 150_000);
  afterAll(async () => {
    await browser.close();
    monitor.close();
    await device.stop();
    await server.stop();
  }, 40_000);

  test('is nothing when it is off: within 5 s no decoder runs and no value comes, and the picture goes on', async () => {
    expect(decoders()).toHaveLength(1);
    await setMode('off');
    await until('no decoder', IN_FORCE_WITHIN_MS, () => decoders().length === 0);
    const quietSince = Date.now();
    // Twice the second in which values come otherwise.
    await until('two seconds', 5000, () => Date.now() - quietSince > 2000);
    const { streams } = await monitor.request('room:join', { roomId: 'ward-a' });
    const stream = streams.find(({ patientId }) => patientId === PATIENT);
    expect(stream?.conditions).toEqual([]);
    expect(stream?.lastPacketAt).toBeGreaterThan(quietSince);
    expect(monitor.vitals.filter(({ receivedAt }) => receivedAt > quietSince)).toEqual([]);
    expect(monitor.activeAlert(PATIENT, 'analysis-stopped')).toBeUndefined();
  }, 40_000);

  test('is presence and movement, and no rate, when only presence is watched', async () => {
    const changedAt = await setMode('presence');
    await until('a decoder', IN_FORCE_WITHIN_MS, () => decoders().length === 1);
    const motion = () => monitor.latest(PATIENT, 'motion', changedAt)?.state === 'measured';
    await until('movement', 15_000, motion);
    expect(monitor.latest(PATIENT, 'pulse', changedAt)?.reason ?? 'presence-only').toBe('presence-only');
  }, 40_000);

  test('is changed in the panel by the keyboard, with a reason; the tile says so, and is readable to everybody', async () => {
    const page = await (await browser.newContext({ viewport: { width: 1024, height: 768 } })).newPage();
    await signInOnPage(page, server.url, server.user);
    const tile = page.getByTestId(testIds.tile(PATIENT));
    const mark = tile.getByTestId(testIds.analysisMode);
    await mark.waitFor({ timeout: 15_000 });
    expect(await mark.textContent()).toBe('Presence only');
    await pressOn(page, testIds.tileDetails);
    await pressOn(page, testIds.analysisChange);
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Measure from now on').selectOption('off');
    await dialog.getByLabel('Reason for the change').fill('Privacy during care');
    expect(await seriousViolations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached', timeout: 10_000 });
    const heading = page.getByTestId(testIds.analysis).getByRole('heading');
    await until('the panel says so', IN_FORCE_WITHIN_MS, async () =>
      (await heading.textContent())?.includes('Analysis off'),
    );
    await pressOn(page, testIds.patientPanelClose);
    await until('the tile says so', IN_FORCE_WITHIN_MS, async () =>
      (await mark.textContent())?.includes('Analysis off'),
    );
    expect(await tile.getByTestId(testIds.pulseNote).textContent()).toBe('Analysis off');
    expect(await seriousViolations(page)).toEqual([]);
    await page.context().close();
  }, 90_000);

  test('is everything again', async () => {
    const changedAt = await setMode('both');
    await until('a pulse', 60_000, () => monitor.latest(PATIENT, 'pulse', changedAt)?.state === 'measured');
  }, 80_000);
});
