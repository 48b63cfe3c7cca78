import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { testIds } from '../../web/src/test-ids.ts';
import { launchChromium, signInOnPage } from '../support/browser.ts';
import type { HavenServer } from '../support/haven-server.ts';
import { until } from '../support/process.ts';

const seenSchema = z.object({
  frames: z.number(),
  longestGapMs: z.number(),
  alarmsOff: z.boolean(),
  last: z.number(),
  now: z.number(),
});
/** What a clinician saw since {@link Witness.begin}. */
export type Seen = Pick<z.infer<typeof seenSchema>, 'frames' | 'longestGapMs' | 'alarmsOff'>;

/** A clinician's browser that counts the pictures of one tile, and looks whether the wall says ALARMS OFF. */
export class Witness {
  readonly #browser: Browser;
  readonly #page: Page;
  readonly #tile: string;

  private constructor(browser: Browser, page: Page, tile: string) {
    this.#browser = browser;
    this.#page = page;
    this.#tile = tile;
  }

  static async open(server: HavenServer, tile: string): Promise<Witness> {
    const browser = await launchChromium();
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
    await signInOnPage(page, server.url, server.user);
    const picture = page.getByTestId(tile);
    await picture.waitFor({ timeout: 30_000 });
    await until(
      'a picture on the wall',
      30_000,
      async () => Number(await picture.getAttribute('data-frame-width')) > 0,
    );
    return new Witness(browser, page, tile);
  }

  /** Counts from now on. */
  async begin(): Promise<void> {
    await this.#page.evaluate(
      ([tile, video, off]) => {
        const element = document.querySelector(`[data-testid="${tile}"] [data-testid="${video}"]`);
        if (!(element instanceof HTMLVideoElement)) throw new Error('there is no video');
        const seen = { frames: 0, longestGapMs: 0, alarmsOff: false, last: performance.now() };
        Object.assign(globalThis, { havenSeen: seen });
        const count = () => {
          const now = performance.now();
          seen.frames += 1;
          seen.longestGapMs = Math.max(seen.longestGapMs, now - seen.last);
          seen.last = now;
          element.requestVideoFrameCallback(count);
        };
        element.requestVideoFrameCallback(count);
        setInterval(() => {
          if (document.querySelector(`[data-testid="${off}"]`) !== null) seen.alarmsOff = true;
        }, 200);
      },
      [this.#tile, testIds.video, testIds.alarmsOff] as const,
    );
  }

  async seen(): Promise<Seen> {
    const seen = await this.#page.evaluate('({ ...havenSeen, now: performance.now() })');
    const { frames, alarmsOff, longestGapMs, last, now } = seenSchema.parse(seen);
    return { frames, alarmsOff, longestGapMs: Math.max(longestGapMs, now - last) };
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}
