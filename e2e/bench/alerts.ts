/**
 * `npm run bench:alerts`: how long a crossing takes to the screens of two browsers beyond the rule's delay, for rates
 * (whose delay is 15 s) and for falls (which have none). A rate's time begins when its delay has run out, a fall's
 * when its observation is posted; both end when the alert's row is in the page. Prints figures and conditions.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_ALERT_LIMITS, type AlertRule } from '@haven/protocol';
import type { Page } from 'playwright-core';
import { testIds } from '../../web/src/test-ids.ts';
import { launchChromium, signInOnPage } from '../support/browser.ts';
import { startDevice } from '../support/device-agent.ts';
import { HavenServer } from '../support/haven-server.ts';
import { MonitorClient } from '../support/monitor-client.ts';
import { until } from '../support/process.ts';
import { happened, measured, ScriptedCvWorker } from '../support/scripted-cv-worker.ts';
import { machineConditions, quantile } from './figures.ts';

const CROSSINGS = Number(process.env.HAVEN_BENCH_CROSSINGS ?? 40);
const PATIENTS = ['P-101', 'P-102', 'P-103', 'P-104'];
const RATES: AlertRule[] = ['pulse-high', 'breathing-high'];
const DELAY_MS = 1000 * DEFAULT_ALERT_LIMITS.delaySeconds;
const SECOND_MS = 1000;
/** Far longer than anything here should take, ms. */
const PATIENCE_MS = 60_000;

/** In the page: notes when each alert's row came, for as long as it is there. */
function noteRows(testId: string): void {
  const rows: Record<string, number> = {};
  Object.assign(globalThis, { alertRows: rows });
  new MutationObserver(() => {
    const now = Date.now();
    const present = [...document.querySelectorAll<HTMLElement>(`[data-testid="${testId}"]`)].map(
      ({ dataset }) => `${dataset.patient} ${dataset.rule}`,
    );
    for (const key of present) rows[key] ??= now;
    for (const key of Object.keys(rows)) if (!present.includes(key)) Reflect.deleteProperty(rows, key);
  }).observe(document, { subtree: true, childList: true });
}

const rowOn = (page: Page, key: string) =>
  page.evaluate((k) => (Reflect.get(globalThis, 'alertRows') as Record<string, number | undefined>)[k], key);

const server = await HavenServer.start({ HAVEN_CV_WORKERS: '0' });
const browsers = await Promise.all([launchChromium(), launchChromium()]);
const devices = await Promise.all(
  PATIENTS.map((patientId) =>
    startDevice(server, patientId, '--synthetic', 'hr=72', '--size', '320x240', '--fps', '10'),
  ),
);
const monitor = await MonitorClient.join(server.url, (await server.signIn()).accessToken);
const worker = new ScriptedCvWorker(server.url, server.cvKey);
const pages: Page[] = [];

async function openWall(browser: (typeof browsers)[number]): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  await page.addInitScript(noteRows, testIds.alertRow);
  await signInOnPage(page, server.url, server.user);
  for (const patientId of PATIENTS) await page.getByTestId(testIds.tile(patientId)).waitFor();
  return page;
}

/** @returns when the row was on each page, ms since the epoch */
function rowsOf(patientId: string, rule: AlertRule): Promise<number[]> {
  return until(`${rule} of ${patientId} on both screens`, PATIENCE_MS, async () => {
    const times = await Promise.all(pages.map((page) => rowOn(page, `${patientId} ${rule}`)));
    return times.every((time) => time !== undefined) && times;
  });
}

async function acknowledge(patientId: string): Promise<void> {
  for (const { id, acknowledgement, patientId: whose } of monitor.alerts.values()) {
    if (whose !== patientId || acknowledgement !== null) continue;
    await monitor.request('alert:acknowledge', { requestId: randomUUID(), alertId: id });
  }
}

async function gone(patientId: string, rule: AlertRule): Promise<void> {
  await until(`the end of ${rule} of ${patientId}`, PATIENCE_MS, async () => {
    const times = await Promise.all(pages.map((page) => rowOn(page, `${patientId} ${rule}`)));
    return times.every((time) => time === undefined);
  });
}

/** Posts the patient's rates once a second, on the second counted from the start, until it is told to end. */
async function postRates(patientId: string, beyond: () => boolean, startAt: number, end: AbortSignal) {
  for (let at = startAt; !end.aborted; at += SECOND_MS) {
    await sleep(Math.max(0, at - Date.now()));
    const held = worker.of(patientId);
    if (held === undefined) throw new Error(`the stream of ${patientId} was lost`);
    const [pulse, breathing] = beyond() ? [150, 30] : [80, 15];
    await worker.post([measured(held, 'pulse', pulse), measured(held, 'breathing', breathing)]);
  }
}

/** One patient's rates cross, are shown, acknowledged, and come back. @returns times to each screen, ms */
async function crossRates(patientId: string): Promise<number[]> {
  const ended = new AbortController();
  let beyond = true;
  const startAt = Date.now() + Math.round(2 * SECOND_MS * Math.random());
  const posting = postRates(patientId, () => beyond, startAt, ended.signal);
  const watching = async () => {
    try {
      const rows = await Promise.all(RATES.map((rule) => rowsOf(patientId, rule)));
      await acknowledge(patientId);
      beyond = false;
      for (const rule of RATES) await gone(patientId, rule);
      return rows;
    } finally {
      ended.abort();
    }
  };
  const [seen] = await Promise.all([watching(), posting]);
  return seen.flat().map((time) => time - (startAt + DELAY_MS));
}

async function fall(patientId: string): Promise<number[]> {
  const held = worker.of(patientId);
  if (held === undefined) throw new Error(`the stream of ${patientId} was lost`);
  await sleep(SECOND_MS * Math.random());
  const postedAt = Date.now();
  await worker.post([happened(held, 'fall', postedAt)]);
  const seen = await rowsOf(patientId, 'fall');
  await acknowledge(patientId);
  await gone(patientId, 'fall');
  return seen.map((time) => time - postedAt);
}

function report(what: string, times: readonly number[]): void {
  const figures = [0.5, 0.95, 0.99, 1].map((share) => quantile(times, share).toFixed(0).padStart(5));
  const [p50, p95, p99, max] = figures;
  console.log(
    `${what.padEnd(34)} n ${String(times.length).padStart(4)}   p50 ${p50}   p95 ${p95}   p99 ${p99}   max ${max}   ms`,
  );
}

try {
  pages.push(...(await Promise.all(browsers.map(openWall))));
  await until('the streams', PATIENCE_MS, () => worker.assignments.size === PATIENTS.length);
  console.log(`${machineConditions()}; ${PATIENTS.length} streams at 10 pictures a second, two browsers`);
  const rates: number[] = [];
  const cycles = Math.ceil(CROSSINGS / (PATIENTS.length * RATES.length));
  for (let cycle = 0; cycle < cycles; cycle++)
    rates.push(...(await Promise.all(PATIENTS.map(crossRates))).flat());
  report('a rate beyond its limit and delay', rates);
  const falls: number[] = [];
  for (let crossing = 0; crossing < CROSSINGS; crossing++)
    falls.push(...(await fall(PATIENTS[crossing % PATIENTS.length] ?? 'P-101')));
  report('a fall', falls);
  report('all', [...rates, ...falls]);
} catch (error) {
  console.error(error, server.program.output);
  process.exitCode = 1;
} finally {
  worker.close();
  monitor.close();
  await Promise.all(browsers.map((browser) => browser.close()));
  await Promise.all(devices.map((device) => device.stop()));
  await server.stop();
}
