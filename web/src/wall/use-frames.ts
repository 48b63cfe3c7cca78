import { useEffect, useState, type RefObject } from 'react';
import type { Clock } from '../core/clock.ts';
import { useStore } from '../core/use-store.ts';
import { FrameWatch, type Frames } from './frame-watch.ts';

/**
 * Plays a track in a video element and reports its frames.
 * @param now clock of the frames' times
 * @param moment any value that changes when the frames are to be looked at again
 * @param onShown the track is attached: its packets may flow
 */
export function useFrames(
  video: RefObject<HTMLVideoElement | null>,
  track: MediaStreamTrack | null,
  now: Clock,
  moment: number,
  onShown: () => void,
): Frames {
  const [watch] = useState(() => new FrameWatch(now));
  useEffect(() => (video.current === null ? undefined : watch.attach(video.current)), [video, watch]);
  useEffect(() => {
    if (track === null) return;
    watch.show(track);
    onShown();
  }, [watch, track, onShown]);
  useEffect(() => watch.sample(), [watch, moment]);
  return useStore(watch.frames);
}
