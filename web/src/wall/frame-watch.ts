import type { Clock } from '../core/clock.ts';
import { Store, type Readable } from '../core/store.ts';

/** What is known of the frames that a video element shows; times in ms, sizes in px. */
export type Frames = {
  lastFrameAt: number | null;
  width: number;
  height: number;
  /** The element has no frame of its track yet, or any more: the last one before is on the canvas. */
  held: boolean;
};

/** A still is dimmed: it needs no more pixels, px. */
const MAX_STILL_WIDTH = 640;

/** Watches when a video element last showed a new frame. */
export class FrameWatch {
  readonly #now: Clock;
  readonly #frames = new Store<Frames>({ lastFrameAt: null, width: 0, height: 0, held: false });
  #video: HTMLVideoElement | null = null;
  #still: HTMLCanvasElement | null = null;
  #callback: number | undefined;
  #lastFrameAt: number | null = null;
  #framesSeen = 0;
  #held = false;

  constructor(now: Clock) {
    this.#now = now;
  }

  /** Renewed by {@link sample}, and at once by a first frame or another size. */
  get frames(): Readable<Frames> {
    return this.#frames;
  }

  /** @param still keeps the last frame whenever the element itself cannot */
  attach(video: HTMLVideoElement, still: HTMLCanvasElement): () => void {
    this.#video = video;
    this.#still = still;
    this.#awaitFrame(video);
    video.addEventListener('resize', this.sample);
    return () => {
      video.removeEventListener('resize', this.sample);
      if (this.#callback !== undefined) video.cancelVideoFrameCallback(this.#callback);
      this.#video = null;
      this.#still = null;
    };
  }

  /** Plays a track, or none. The last frame of the one before stays until then, to be shown with its age. */
  show(track: MediaStreamTrack | null): void {
    const video = this.#video;
    if (video === null) return;
    this.#hold(video);
    video.srcObject = track === null ? null : new MediaStream([track]);
    // Refused only when the element is taken away meanwhile: a muted video may always play.
    if (track !== null) void video.play().catch(() => undefined);
  }

  /** Shows nothing any more, not even the last picture. */
  clear(): void {
    // Without a size it holds no pixels.
    if (this.#still !== null) this.#still.width = 0;
    if (this.#video !== null) this.#video.srcObject = null;
    this.#lastFrameAt = null;
    this.#framesSeen = 0;
    this.#held = false;
    this.sample();
  }

  /** Nothing of what was shown is to be seen again: not the last frame either. */
  forget(): void {
    if (this.#video !== null) this.#video.srcObject = null;
    if (this.#still !== null) this.#still.width = 0;
    this.#lastFrameAt = null;
    this.#framesSeen = 0;
    this.#held = false;
    this.#frames.set({ lastFrameAt: null, width: 0, height: 0, held: false });
  }

  readonly sample = (): void => {
    const video = this.#video;
    if (video === null) return;
    // Frames that were decoded without being shown (a tile scrolled out of view) arrived all the same.
    const seen = video.getVideoPlaybackQuality().totalVideoFrames;
    if (seen > this.#framesSeen) this.#framePresented();
    this.#framesSeen = seen;
    const { videoWidth: width, videoHeight: height } = video;
    this.#frames.set({ lastFrameAt: this.#lastFrameAt, width, height, held: this.#held });
  };

  #framePresented(): void {
    this.#lastFrameAt = this.#now();
    this.#held = false;
  }

  /** An element turns black when its track ends, and empty when it gets another. */
  #hold(video: HTMLVideoElement): void {
    const still = this.#still;
    if (still === null || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || this.#held) return;
    const shrink = Math.min(1, MAX_STILL_WIDTH / video.videoWidth);
    still.width = Math.round(video.videoWidth * shrink);
    still.height = Math.round(video.videoHeight * shrink);
    still.getContext('2d')?.drawImage(video, 0, 0, still.width, still.height);
    this.#held = true;
    this.#framesSeen = 0;
    this.#frames.update((frames) => ({ ...frames, held: true }));
  }

  #awaitFrame(video: HTMLVideoElement): void {
    // Without it (Firefox before 132) the samples alone tell, twice a second.
    if (!('requestVideoFrameCallback' in video)) return;
    this.#callback = video.requestVideoFrameCallback(() => {
      const first = this.#lastFrameAt === null || this.#held;
      this.#framePresented();
      if (first) this.sample();
      this.#awaitFrame(video);
    });
  }
}
