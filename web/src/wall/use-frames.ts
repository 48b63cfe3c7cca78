import { useEffect, useLayoutEffect, useState, type RefObject } from 'react';
import type { Clock } from '../core/clock.ts';
import { useStore } from '../core/use-store.ts';
import { FrameWatch, type Frames } from './frame-watch.ts';

/**
 * Plays a track in a video element and reports its frames. Whenever the element cannot show one, the last is on the
 * canvas.
 * @param now clock of the frames' times
 * @param moment any value that changes when the frames are to be looked at again
 * @param onShown the track is attached: its packets may flow
 * @param hidden nothing is to be seen, not even the last picture
 */
export function useFrames(
  video: RefObject<HTMLVideoElement | null>,
  still: RefObject<HTMLCanvasElement | null>,
  track: MediaStreamTrack | null,
  now: Clock,
  moment: number,
  onShown: () => void,
  hidden = false,
): Frames {
  const [watch] = useState(() => new FrameWatch(now));
  useLayoutEffect(() => {
    if (video.current === null || still.current === null) return undefined;
    return watch.attach(video.current, still.current);
  }, [video, still, watch]);
  // Before the track that is left ends, which it does right after this was drawn.
  useLayoutEffect(() => {
    if (hidden) {
      watch.clear();
      return;
    }
    watch.show(track);
    if (track !== null) onShown();
  }, [watch, track, onShown, hidden]);
  useEffect(() => watch.sample(), [watch, moment]);
  return useStore(watch.frames);
}
