/**
 * `npm run bench:join`: how long a clinician waits for the first picture after joining a room, and how old a picture is
 * when it is seen, for a browser publisher and for the device agent. Prints its figures and their conditions.
 */
import { availableParallelism, cpus, loadavg } from 'node:os';
import type { Browser, Page } from 'playwright-core';
import {
  CLOCK_CELLS,
  CLOCK_HEIGHT_SHARE,
  CLOCK_PERIOD_MS,
  CLOCK_TIME_BITS,
  readClockCells,
} from '../../device/src/synthetic/picture-clock.ts';
import { testIds } from '../../web/src/test-ids.ts';
import { launchChromium, signInOnPage } from '../support/browser.ts';
import { startDevice } from '../support/device-agent.ts';
import { HavenServer } from '../support/haven-server.ts';
import { until } from '../support/process.ts';
import { quantile } from './figures.ts';

const JOINS = Number(process.env.HAVEN_BENCH_JOINS ?? 20);
const GLASS_SECONDS = 10;
const DEVICE_PATIENT = 'P-101';
const BROWSER_PATIENT = 'P-102';

const layout = {
  cells: CLOCK_CELLS,
  timeBits: CLOCK_TIME_BITS,
  share: CLOCK_HEIGHT_SHARE,
  period: CLOCK_PERIOD_MS,
};
type Layout = typeof layout;

/** In the publisher's page: the camera is a canvas on which the clock is drawn for each picture. */
function drawnCamera({ cells, timeBits, share, period }: Layout): void {
  navigator.mediaDevices.getUserMedia = () => {
    const canvas = document.createElement('canvas');
    canvas.width = 640;
    canvas.height = 480;
    const context = canvas.getContext('2d');
    const draw = () => {
      if (context === null) return;
      const time = Date.now() % period;
      const bits = Array.from({ length: timeBits }, (_, i) => (time >> (timeBits - 1 - i)) & 1);
      const sum = bits.reduce((total, bit) => total + bit, 0);
      context.fillStyle = `hsl(${(time / 20) % 360} 40% 50%)`;
      context.fillRect(0, 0, canvas.width, canvas.height);
      [...bits, (sum >> 1) & 1, sum & 1].forEach((bit, i) => {
        context.fillStyle = bit === 1 ? 'white' : 'black';
        context.fillRect(
          (i * canvas.width) / cells,
          0,
          canvas.width / cells,
          Math.round(canvas.height * share),
        );
      });
    };
    setInterval(draw, 33);
    return Promise.resolve(canvas.captureStream(30));
  };
}

/** In the viewer's page: reads the clock's cells from each presented picture for a while. */
async function readPictures([testId, seconds, { cells, share }]: [string, number, Layout]) {
  const video = document.querySelector<HTMLVideoElement>(`[data-testid="${testId}"] video`);
  if (video === null) throw new Error('the tile has no video');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no canvas');
  const readings: { seenAt: number; cells: boolean[]; width: number }[] = [];
  const end = performance.now() + 1000 * seconds;
  await new Promise<void>((done) => {
    const read = () => {
      const seenAt = Date.now();
      const { videoWidth: width, videoHeight: height } = video;
      canvas.width = width;
      canvas.height = Math.ceil(height * share);
      context.drawImage(video, 0, 0);
      const row = context.getImageData(0, Math.floor((height * share) / 2), width, 1).data;
      const seen = Array.from(
        { length: cells },
        (_, i) => (row[4 * Math.floor(((i + 0.5) * width) / cells)] ?? 0) > 128,
      );
      readings.push({ seenAt, cells: seen, width });
      if (performance.now() < end) video.requestVideoFrameCallback(read);
      else done();
    };
    video.requestVideoFrameCallback(read);
  });
  return readings;
}

function report(what: string, values: readonly number[]): void {
  const [p50, p95, max] = [0.5, 0.95, 1].map((share) => quantile(values, share).toFixed(0).padStart(6));
  console.log(
    `${what.padEnd(44)} n ${String(values.length).padStart(4)}   p50 ${p50}   p95 ${p95}   max ${max}   ms`,
  );
}

/** In the viewer's page: notes when it asks to join the room, and when a tile first shows a frame. */
function watchJoin(): void {
  const times: Record<string, number> = {};
  Object.assign(globalThis, { havenBench: times });
  const socket = WebSocket.prototype;
  const send = Object.getOwnPropertyDescriptor(socket, 'send')?.value as WebSocket['send'];
  socket.send = function (this: WebSocket, data: Parameters<WebSocket['send']>[0]) {
    if (typeof data === 'string' && data.includes('room:join')) times.join = performance.now();
    send.call(this, data);
  };
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      if (!(target instanceof HTMLElement)) continue;
      const { testid, frameWidth } = target.dataset;
      if (testid !== undefined && Number(frameWidth) > 0) times[testid] ??= performance.now();
    }
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-frame-width'] });
}

async function joinTime(page: Page, patientId: string): Promise<number> {
  return until(`the first picture of ${patientId}`, 15_000, () =>
    page.evaluate((testId) => {
      const times = Reflect.get(globalThis, 'havenBench') as Record<string, number | undefined>;
      const first = times[testId];
      return times.join === undefined || first === undefined ? undefined : first - times.join;
    }, testIds.tile(patientId)),
  );
}

async function glassToGlass(
  page: Page,
  patientId: string,
): Promise<{ delays: number[]; widths: Set<number> }> {
  const readings = await page.evaluate(readPictures, [testIds.tile(patientId), GLASS_SECONDS, layout] as [
    string,
    number,
    Layout,
  ]);
  const delays = readings.flatMap(({ seenAt, cells }) => {
    const drawn = readClockCells(cells);
    return drawn === undefined ? [] : [(seenAt - drawn + CLOCK_PERIOD_MS) % CLOCK_PERIOD_MS];
  });
  return {
    delays: delays.map((d) => d % CLOCK_PERIOD_MS),
    widths: new Set(readings.map(({ width }) => width)),
  };
}

async function publishFromPage(browser: Browser, server: HavenServer): Promise<void> {
  const page = await browser.newPage();
  await page.addInitScript(drawnCamera, layout);
  await page.goto(`${server.url}/publish`);
  await page.getByTestId(testIds.publishToken).fill(await server.deviceToken(BROWSER_PATIENT));
  await page.getByTestId(testIds.publishPatient).fill(BROWSER_PATIENT);
  await page.getByTestId(testIds.publishStart).click();
  const state = page.getByTestId(testIds.publishState);
  await until(
    'the page to publish',
    20_000,
    async () => (await state.getAttribute('data-state')) === 'publishing',
  );
}

const server = await HavenServer.start();
const publisher = await launchChromium();
const viewer = await launchChromium();
const device = await startDevice(server, DEVICE_PATIENT, '--synthetic', 'hr=72,clock=1', '--fps', '30');
try {
  await publishFromPage(publisher, server);
  const page = await viewer.newPage({ viewport: { width: 1280, height: 720 } });
  await page.addInitScript(watchJoin);
  await signInOnPage(page, server.url, server.user);
  await joinTime(page, DEVICE_PATIENT);
  await joinTime(page, BROWSER_PATIENT);

  console.log(
    `conditions: ${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown'}, load ${loadavg()[0]?.toFixed(1)}`,
  );
  console.log(
    `            Chromium ${viewer.version()}, Node ${process.version}; publishers, server, CV worker and viewer`,
  );
  console.log('            share the machine; 640×480 in two layers, 30 pictures a second\n');
  const joins = { device: [] as number[], browser: [] as number[] };
  for (let join = 0; join < JOINS; join++) {
    await page.goto(server.url);
    joins.device.push(await joinTime(page, DEVICE_PATIENT));
    joins.browser.push(await joinTime(page, BROWSER_PATIENT));
  }
  report('join to first picture, device publisher', joins.device);
  report('join to first picture, browser publisher', joins.browser);
  for (const [what, patientId] of [
    ['device', DEVICE_PATIENT],
    ['browser', BROWSER_PATIENT],
  ] as const) {
    const { delays, widths } = await glassToGlass(page, patientId);
    report(`glass to glass, ${what} publisher (${[...widths].join('/')} px)`, delays);
  }
} finally {
  await device.stop();
  await publisher.close();
  await viewer.close();
  await server.stop();
}
