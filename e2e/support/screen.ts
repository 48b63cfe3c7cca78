import type { Locator, Page } from 'playwright-core';
import { testIds } from '../../web/src/test-ids.ts';
import { until } from './process.ts';

/** How far a video has played, s. */
export function videoTime(video: Locator): Promise<number> {
  return video.evaluate((element) =>
    element instanceof HTMLVideoElement ? element.currentTime : Number.NaN,
  );
}

/** Waits until a patient's picture on a wall plays for a second without being opened anew. */
export async function pictureMoves(wall: Page, patientId: string, withinMs: number): Promise<void> {
  const video = wall.getByTestId(testIds.tile(patientId)).getByTestId(testIds.video);
  let [from, last] = [Infinity, Infinity];
  await until('the picture to move', withinMs, async () => {
    const time = await videoTime(video).catch(() => Number.NaN);
    // Without a picture there is no time: what comes after it begins anew.
    const now = Number.isNaN(time) ? Infinity : time;
    if (now < last || now === Infinity) from = now;
    last = now;
    return now > from + 1;
  });
}

/** The pulse that a tile shows as live; undefined while there is none. */
export async function pulseOnScreen(tile: Locator): Promise<number | undefined> {
  const value = tile.getByTestId(testIds.pulseValue);
  if ((await value.getAttribute('data-state')) !== 'live') return undefined;
  const pulse = Number.parseInt((await value.textContent()) ?? '', 10);
  return Number.isFinite(pulse) ? pulse : undefined;
}
