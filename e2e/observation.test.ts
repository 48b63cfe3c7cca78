/** What is seen of a running system: traces that really arrive at a collector, figures on the page of streams. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { OtlpReceiver, type ReceivedSpan } from '../server/src/testing/otlp-receiver.ts';
import { testIds } from '../web/src/test-ids.ts';
import { seriousViolations } from './support/accessibility.ts';
import { launchChromium, signInOnPage } from './support/browser.ts';
import { startDevice } from './support/device-agent.ts';
import { HavenServer } from './support/haven-server.ts';
import { until, type Program } from './support/process.ts';
import { happened, ScriptedCvWorker } from './support/scripted-cv-worker.ts';

const PATIENT = 'P-101';

describe('a system that is observed', () => {
  let collector: OtlpReceiver;
  let server: HavenServer;
  let device: Program;
  let cvWorker: ScriptedCvWorker;
  let browser: Browser;
  let wall: Page;

  const span = (name: string, matches: (span: ReceivedSpan) => boolean = () => true) =>
    until(`a span ${name}`, 40_000, () =>
      collector.spans.find((candidate) => candidate.name === name && matches(candidate)),
    );

  beforeAll(async () => {
    collector = await OtlpReceiver.start();
    server = await HavenServer.start({
      HAVEN_CV_WORKERS: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '200',
    });
    cvWorker = new ScriptedCvWorker(server.url, server.cvKey);
    device = await startDevice(server, PATIENT, '--synthetic', 'hr=72,rr=15', '--fps', '15');
    browser = await launchChromium();
    await until('an assignment', 60_000, () => cvWorker.of(PATIENT));
    wall = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    await signInOnPage(wall, server.url, server.user);
    await wall.getByTestId(testIds.tile(PATIENT)).waitFor({ timeout: 15_000 });
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    cvWorker.close();
    await device.stop();
    await server.stop();
    collector.close();
  }, 40_000);

  test('one trace leads from joining to the first packet, over the browser and the SFU', async () => {
    const join = await span('wall join');
    const within = ({ traceId }: ReceivedSpan) => traceId === join.traceId;
    expect(join.parentSpanId ?? '').toBe('');
    for (const request of ['transport:open', 'transport:connect', 'consumer:create', 'consumer:resume']) {
      expect((await span(`/monitor ${request}`, within)).parentSpanId).toBe(join.spanId);
    }
    const resume = await span('/monitor consumer:resume', within);
    const picture = await span('sfu first picture', within);
    expect(picture.parentSpanId).toBe(resume.spanId);
  }, 60_000);

  test('one trace leads from the picture to the alert on the screen, without a word of the patient', async () => {
    const assignment = await until('an assignment', 20_000, () => cvWorker.of(PATIENT));
    await cvWorker.post([happened(assignment, 'fall')]);
    const shown = await span('wall alert-shown');
    const within = ({ traceId }: ReceivedSpan) => traceId === shown.traceId;
    const [batch, raised] = [await span('/cv observations', within), await span('alert raised', within)];
    expect(raised.parentSpanId).toBe(batch.spanId);
    for (const name of ['picture to rule', 'alert kept', 'alert sent', 'wall alert-shown']) {
      expect((await span(name, within)).parentSpanId).toBe(raised.spanId);
    }
    const attributes = collector.spans.flatMap(({ attributes: each }) => each);
    expect(attributes.map(({ key }) => key).filter((key) => !['rule', 'priority'].includes(key))).toEqual([]);
    expect(JSON.stringify(collector.spans)).not.toContain(PATIENT);
  }, 60_000);

  test('the page of streams shows what arrives from the bed, and is usable without seeing it', async () => {
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    await signInOnPage(page, server.url, server.administrator);
    await page.getByRole('link', { name: 'Streams' }).click();
    const row = page.getByRole('region', { name: 'Streams' }).locator('tbody tr');
    await until('a bitrate', 20_000, async () =>
      /kbit\/s|Mbit\/s/.test((await row.first().textContent()) ?? ''),
    );
    const words = (await row.first().textContent()) ?? '';
    expect(words).toContain('SIMULATED');
    expect(words).not.toContain(PATIENT);
    expect(await seriousViolations(page)).toEqual([]);
  }, 60_000);

  test('browsers tell how pictures arrive', async () => {
    const token = readFileSync(join(server.dataDirectory, 'metrics-token'), 'utf8').trim();
    const decoded = async () => {
      const answer = await server.get('/metrics', token);
      return Number(/^haven_client_frames_decoded_total (\d+)/m.exec(await answer.text())?.[1] ?? 0);
    };
    await until('decoded frames', 40_000, async () => (await decoded()) > 0);
  }, 60_000);
});
