import type { Locator } from 'playwright-core';

/** Below this sum of red, green and blue a pixel in the middle of a face counts as black. */
const BLACK_BELOW = 30;

/** Looks at the middle of a tile's picture before every repaint from now on, at what lies on top. */
export async function watchForBlack(tile: Locator): Promise<void> {
  await tile.evaluate((element, blackBelow) => {
    const seen = new Set<string>();
    Object.assign(element, { seen });
    const eye = document.createElement('canvas');
    eye.width = 1;
    eye.height = 1;
    const context = eye.getContext('2d', { willReadFrequently: true });
    const look = () => {
      const video = element.querySelector('video');
      const still = element.querySelector<HTMLCanvasElement>('video + canvas');
      if (video === null || still === null || context === null) return;
      context.clearRect(0, 0, 1, 1);
      if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) context.drawImage(video, 0, 0, 1, 1);
      if (!still.hidden) context.drawImage(still, 0, 0, 1, 1);
      const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
      seen.add(red + green + blue < blackBelow ? 'black' : 'picture');
      requestAnimationFrame(look);
    };
    look();
  }, BLACK_BELOW);
}

/** What was seen since {@link watchForBlack}: `picture`, `black`. */
export function seenSince(tile: Locator): Promise<string[]> {
  return tile.evaluate((element) => [...(Reflect.get(element, 'seen') as Set<string>)]);
}
