import type { Alert } from '@haven/protocol';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { testIds } from '../../web/src/test-ids.ts';
import { launchChromium, signInOnPage } from './browser.ts';
import type { HavenServer } from './haven-server.ts';
import { until } from './process.ts';

/** How long a wall may take to its first pictures on a busy machine, ms. */
const PATIENCE_MS = 60_000;
/** Pictures after an interruption that show that it is over. */
const MOVING_PICTURES = 3;

const picturesSchema = z.record(z.string(), z.array(z.number()));
const alarmsSchema = z.array(z.object({ at: z.number(), alarms: z.string() }));

/** In the page: notes when each tile presented a picture, whichever element shows it, and when alarms went on and off. */
function notePictures({
  tilePrefix,
  videoId,
  wallId,
}: Record<'tilePrefix' | 'videoId' | 'wallId', string>): void {
  const pictures: Record<string, number[]> = {};
  const alarms: { at: number; alarms: string }[] = [];
  Object.assign(globalThis, { havenPictures: pictures, havenAlarms: alarms });
  const watched = new WeakSet<Element>();
  const watch = (video: HTMLVideoElement, times: number[]) => {
    const note = () => {
      times.push(Date.now());
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
  };
  const look = () => {
    for (const tile of document.querySelectorAll<HTMLElement>(`[data-testid^="${tilePrefix}"]`)) {
      const video = tile.querySelector(`[data-testid="${videoId}"]`);
      const patientId = tile.dataset.testid?.slice(tilePrefix.length);
      if (!(video instanceof HTMLVideoElement) || patientId === undefined || watched.has(video)) continue;
      watched.add(video);
      watch(video, (pictures[patientId] ??= []));
    }
    const state = document.querySelector<HTMLElement>(`[data-testid="${wallId}"]`)?.dataset.alarms ?? 'none';
    if (alarms.at(-1)?.alarms !== state) alarms.push({ at: Date.now(), alarms: state });
  };
  setInterval(look, 50);
}

/** A clinician's browser of which is known when each tile moved and whether its alarms were on. */
export class WatchedWall {
  readonly page: Page;
  readonly patientIds: readonly string[];
  readonly #browser: Browser;

  private constructor(browser: Browser, page: Page, patientIds: readonly string[]) {
    this.#browser = browser;
    this.page = page;
    this.patientIds = patientIds;
  }

  /**
   * Resolves when every tile moves.
   * @param prepare before the page is opened
   */
  static async open(
    server: Pick<HavenServer, 'url' | 'user'>,
    patientIds: readonly string[],
    prepare: (page: Page) => Promise<void> = () => Promise.resolve(),
  ): Promise<WatchedWall> {
    const browser = await launchChromium();
    try {
      const page = await (await browser.newContext({ viewport: { width: 1440, height: 1200 } })).newPage();
      await page.addInitScript(notePictures, {
        tilePrefix: testIds.tile(''),
        videoId: testIds.video,
        wallId: testIds.wall,
      });
      await prepare(page);
      await signInOnPage(page, server.url, server.user);
      const wall = new WatchedWall(browser, page, patientIds);
      await wall.moving(Date.now(), PATIENCE_MS);
      return wall;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** When each patient's tile presented pictures since then, ms since the epoch. */
  async pictures(since: number): Promise<Map<string, number[]>> {
    const seen = picturesSchema.parse(await this.page.evaluate('globalThis.havenPictures'));
    return new Map(
      this.patientIds.map((patientId) => [
        patientId,
        (seen[patientId] ?? []).filter((time) => time >= since),
      ]),
    );
  }

  /** Waits until each tile has presented pictures since then. */
  async moving(since: number, withinMs: number): Promise<void> {
    const moves = (pictures: readonly number[]) => pictures.length >= MOVING_PICTURES;
    await until('every tile to move', withinMs, async () =>
      [...(await this.pictures(since)).values()].every(moves),
    ).catch(async (cause: unknown) => {
      const still = [...(await this.pictures(since))].filter(([, pictures]) => !moves(pictures));
      const tiles = still.map(([patientId]) => this.#describe(patientId));
      throw new Error(`tiles that do not move: ${(await Promise.all(tiles)).join('; ')}`, { cause });
    });
  }

  async #describe(patientId: string): Promise<string> {
    const tile = this.page.getByTestId(testIds.tile(patientId));
    const names = ['data-picture', 'data-sending'] as const;
    const values = await Promise.all(names.map((name) => tile.getAttribute(name)));
    return `${patientId} (${names.map((name, index) => `${name} ${values[index]}`).join(', ')})`;
  }

  /** The longest time without a new picture in any tile, ms. */
  async longestGap(since: number, until = Date.now()): Promise<number> {
    const pictures = await this.pictures(since);
    return Math.max(...[...pictures.values()].map((times) => gapOf(times, since, until).ms));
  }

  /** When the tile that stood still longest moved again, ms since the epoch. */
  async movedAgainAt(since: number, until = Date.now()): Promise<number> {
    const pictures = await this.pictures(since);
    return Math.max(...[...pictures.values()].map((times) => gapOf(times, since, until).endedAt));
  }

  /** When alarms last went on; undefined while they are off. */
  async alarmsOnSince(): Promise<number | undefined> {
    const last = alarmsSchema.parse(await this.page.evaluate('globalThis.havenAlarms')).at(-1);
    return last?.alarms === 'on' ? last.at : undefined;
  }

  /** Patients whose tile says that the server sends this. */
  async sending(kind: 'live' | 'still'): Promise<string[]> {
    const sent = await Promise.all(
      this.patientIds.map((patientId) =>
        this.page.getByTestId(testIds.tile(patientId)).getAttribute('data-sending'),
      ),
    );
    return this.patientIds.filter((_, index) => sent[index] === kind);
  }

  /** How many alerts of a rule the wall shows. */
  async alerts(rule: Alert['rule']): Promise<number> {
    return await this.page.locator(`[data-testid=${testIds.alertRow}][data-rule=${rule}]`).count();
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

/** The longest time between two of these moments, its beginning and end included. */
export function gapOf(
  times: readonly number[],
  since: number,
  until: number,
): { ms: number; endedAt: number } {
  let longest = { ms: 0, endedAt: since };
  let last = since;
  for (const time of [...times.filter((moment) => moment > since && moment < until), until]) {
    if (time - last > longest.ms) longest = { ms: time - last, endedAt: time };
    last = time;
  }
  return longest;
}
