import type { Locator } from 'playwright-core';
import { testIds } from '../../web/src/test-ids.ts';

/** How far a video has played, s. */
export function videoTime(video: Locator): Promise<number> {
  return video.evaluate((element) =>
    element instanceof HTMLVideoElement ? element.currentTime : Number.NaN,
  );
}

/** The pulse that a tile shows as live; undefined while there is none. */
export async function pulseOnScreen(tile: Locator): Promise<number | undefined> {
  const value = tile.getByTestId(testIds.pulseValue);
  if ((await value.getAttribute('data-state')) !== 'live') return undefined;
  const pulse = Number.parseInt((await value.textContent()) ?? '', 10);
  return Number.isFinite(pulse) ? pulse : undefined;
}
