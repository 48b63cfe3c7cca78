import { useEffect, useState, type RefObject } from 'react';
import { adviseOnPicture, toLuma } from './picture-advice.ts';

const CHECK_INTERVAL_MS = 1000;
/** The light is judged on a small copy of the picture, px. */
const WIDTH = 64;
const HEIGHT = 48;

/** Advice on the picture that a video element shows, renewed each second. */
export function usePictureAdvice(
  video: RefObject<HTMLVideoElement | null>,
  running: boolean,
): readonly string[] {
  const [advice, setAdvice] = useState<readonly string[]>([]);
  useEffect(() => {
    if (!running) return;
    const context = new OffscreenCanvas(WIDTH, HEIGHT).getContext('2d', { willReadFrequently: true });
    const timer = setInterval(() => {
      const element = video.current;
      if (context === null || element === null || element.readyState < HTMLMediaElement.HAVE_CURRENT_DATA)
        return;
      context.drawImage(element, 0, 0, WIDTH, HEIGHT);
      setAdvice(adviseOnPicture(toLuma(context.getImageData(0, 0, WIDTH, HEIGHT).data, WIDTH, HEIGHT)));
    }, CHECK_INTERVAL_MS);
    return () => clearInterval(timer);
  }, [video, running]);
  return running ? advice : [];
}
