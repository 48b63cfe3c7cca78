import type { Clock } from '../core/clock.ts';
import { Store, type Readable } from '../core/store.ts';

/** What is known of the frames that a video element shows; times in ms, sizes in px. */
export type Frames = { lastFrameAt: number | null; width: number; height: number };

/** Watches when a video element last showed a new frame. */
export class FrameWatch {
  readonly #now: Clock;
  readonly #frames = new Store<Frames>({ lastFrameAt: null, width: 0, height: 0 });
  #video: HTMLVideoElement | null = null;
  #callback: number | undefined;
  #lastFrameAt: number | null = null;
  #framesSeen = 0;

  constructor(now: Clock) {
    this.#now = now;
  }

  /** Renewed by {@link sample}, and at once by a first frame or another size. */
  get frames(): Readable<Frames> {
    return this.#frames;
  }

  attach(video: HTMLVideoElement): () => void {
    this.#video = video;
    this.#awaitFrame(video);
    video.addEventListener('resize', this.sample);
    return () => {
      video.removeEventListener('resize', this.sample);
      if (this.#callback !== undefined) video.cancelVideoFrameCallback(this.#callback);
      this.#video = null;
    };
  }

  /** Plays a track. The last picture of the track before stays until then, to be shown with its age. */
  show(track: MediaStreamTrack): void {
    if (this.#video === null) return;
    this.#video.srcObject = new MediaStream([track]);
    // Refused only when the element is taken away meanwhile: a muted video may always play.
    void this.#video.play().catch(() => undefined);
  }

  readonly sample = (): void => {
    const video = this.#video;
    if (video === null) return;
    // Frames that were decoded without being shown (a tile scrolled out of view) arrived all the same.
    const seen = video.getVideoPlaybackQuality().totalVideoFrames;
    if (seen > this.#framesSeen) this.#lastFrameAt = this.#now();
    this.#framesSeen = seen;
    this.#frames.set({ lastFrameAt: this.#lastFrameAt, width: video.videoWidth, height: video.videoHeight });
  };

  #awaitFrame(video: HTMLVideoElement): void {
    // Without it (Firefox before 132) the samples alone tell, twice a second.
    if (!('requestVideoFrameCallback' in video)) return;
    this.#callback = video.requestVideoFrameCallback(() => {
      const first = this.#lastFrameAt === null;
      this.#lastFrameAt = this.#now();
      if (first) this.sample();
      this.#awaitFrame(video);
    });
  }
}
