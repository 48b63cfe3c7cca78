/** What somebody before a wall sees: a browser signs in, watches, and reports its WebRTC statistics. */
import { browser, type Page } from 'k6/browser';
import { check } from 'k6';
import { Counter, Trend } from 'k6/metrics';
import type { LoadOptions } from './lib/options.ts';
import { setInterval, clearInterval } from 'k6/timers';
import { testIds } from '../web/src/test-ids.ts';
import { TREND_STATISTICS } from './lib/scenarios.ts';
import { BASE_URL, seconds, USERS } from './lib/settings.ts';

const LENGTH = seconds(60);
const READ_INTERVAL_MS = 2_000;
const POLL_INTERVAL_MS = 50;
const WALL_TIMEOUT_MS = 30_000;
const ANY_TILE = `[data-testid^="${testIds.tile('')}"]`;

const pageLoad = new Trend('haven_page_load', true);
const wallTime = new Trend('haven_wall_ready', true);
const framesPerSecond = new Trend('haven_tile_frames_per_second');
const jitter = new Trend('haven_tile_jitter', true);
const freezes = new Counter('haven_tile_freezes');
const freezeTime = new Trend('haven_tile_freeze_time', true);
const lost = new Counter('haven_tile_packets_lost');

export const options: LoadOptions = {
  scenarios: {
    wall: {
      executor: 'per-vu-iterations',
      exec: 'wall',
      vus: 1,
      iterations: 1,
      maxDuration: `${LENGTH + 60}s`,
      options: { browser: { type: 'chromium' } },
    },
  },
  thresholds: {
    checks: ['rate==1'],
    // A page within 1 s (acceptance figures), and its pictures in another two.
    haven_page_load: ['max<1000'],
    haven_wall_ready: ['max<3000'],
    haven_tile_frames_per_second: ['p(50)>7'],
    haven_tile_freezes: ['count==0'],
  },
  summaryTrendStats: TREND_STATISTICS,
};

/** Of one tile, as `getStats` has it (webrtc-stats, RTCInboundRtpStreamStats). */
type TileStatistics = {
  id: string;
  /** ms since the epoch */
  timestamp: number;
  framesDecoded: number;
  jitter: number;
  freezeCount: number;
  totalFreezesDuration: number;
  packetsLost: number;
};

/** Keeps the page's connections where `evaluate` finds them. */
const KEEP_CONNECTIONS = `
  globalThis.havenConnections = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...parameters) {
      super(...parameters);
      globalThis.havenConnections.push(this);
    }
  };`;

async function readTiles(page: Page): Promise<TileStatistics[]> {
  return await page.evaluate(async () => {
    const { havenConnections } = globalThis as unknown as { havenConnections: RTCPeerConnection[] };
    const found: TileStatistics[] = [];
    for (const connection of havenConnections) {
      (await connection.getStats()).forEach((entry: RTCStats & Partial<TileStatistics>) => {
        if (entry.type !== 'inbound-rtp') return;
        found.push({
          id: entry.id,
          timestamp: entry.timestamp,
          framesDecoded: entry.framesDecoded ?? 0,
          jitter: entry.jitter ?? 0,
          freezeCount: entry.freezeCount ?? 0,
          totalFreezesDuration: entry.totalFreezesDuration ?? 0,
          packetsLost: entry.packetsLost ?? 0,
        });
      });
    }
    return found;
  });
}

/** Pictures a second between two readings; `framesPerSecond` of the browser is a whole number. */
function pictureRate(before: TileStatistics, after: TileStatistics): number {
  return (1000 * (after.framesDecoded - before.framesDecoded)) / (after.timestamp - before.timestamp);
}

export async function wall(): Promise<void> {
  const context = await browser.newContext();
  await context.addInitScript(KEEP_CONNECTIONS);
  const page = await context.newPage();
  let last: TileStatistics[] = [];
  try {
    const openedAt = Date.now();
    await page.goto(`${BASE_URL}/sign-in`);
    await page.getByTestId(testIds.signInSubmit).waitFor();
    pageLoad.add(Date.now() - openedAt, { page: 'sign-in' });
    await page.getByTestId(testIds.signInEmail).fill(USERS[0].email);
    await page.getByTestId(testIds.signInPassword).fill(USERS[0].password);
    const beganAt = Date.now();
    await page.getByTestId(testIds.signInSubmit).click();
    await page.waitForFunction(
      (selector: string) => document.querySelector(selector) !== null,
      { polling: POLL_INTERVAL_MS, timeout: WALL_TIMEOUT_MS },
      ANY_TILE,
    );
    pageLoad.add(Date.now() - beganAt, { page: 'wall' });
    await page.waitForFunction(
      () => [...document.querySelectorAll('video')].some(({ currentTime }) => currentTime > 0),
      {
        polling: POLL_INTERVAL_MS,
        timeout: WALL_TIMEOUT_MS,
      },
    );
    wallTime.add(Date.now() - beganAt);
    await new Promise<void>((resolve, reject) => {
      const endAt = Date.now() + 1000 * LENGTH;
      const timer = setInterval(() => {
        readTiles(page).then((tiles) => {
          for (const tile of tiles) {
            const before = last.find(({ id }) => id === tile.id);
            if (before !== undefined) framesPerSecond.add(pictureRate(before, tile));
            jitter.add(1000 * tile.jitter);
          }
          last = tiles;
          if (Date.now() < endAt) return;
          clearInterval(timer);
          resolve();
        }, reject);
      }, READ_INTERVAL_MS);
    });
    for (const tile of last) {
      freezes.add(tile.freezeCount);
      freezeTime.add(1000 * tile.totalFreezesDuration);
      lost.add(tile.packetsLost);
    }
  } finally {
    // Also where something failed on the way: then nothing moved.
    check(last, { 'pictures move': (tiles) => tiles.some((tile) => tile.framesDecoded > 0) });
    await page.close();
    await context.close();
  }
}
