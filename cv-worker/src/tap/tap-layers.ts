import type { TapLayers } from '@haven/protocol';
import type { Logger } from 'pino';
import type { FrameRate, NormalFrameRate } from '../pace/frame-rate.ts';
import { TemporalLayer } from '../pace/temporal-layer.ts';
import type { CvRequester } from '../signalling/requester.ts';

const MEASURE_INTERVAL_MS = 1000;
/** After a request that failed, ms. */
const RETRY_AFTER_MS = 2000;

/** Brings an open tap to the layers that are wanted of it: what is wanted and what is are compared again and again. */
export class TapLayerControl {
  readonly #request: CvRequester;
  readonly #assignmentId: string;
  readonly #logger: Logger;
  readonly #temporal: TemporalLayer;
  #spatialLayer = 0;
  #rate: FrameRate;
  /** What was last asked for, and what the stream has of it; null before the first answer of an open tap. */
  #asked: TapLayers | null = null;
  #granted: TapLayers | null = null;
  #asking = false;
  #notBefore = -Infinity;
  #measuredAt = -Infinity;

  constructor(options: {
    request: CvRequester;
    assignmentId: string;
    logger: Logger;
    normalRate: NormalFrameRate;
  }) {
    this.#request = options.request;
    this.#assignmentId = options.assignmentId;
    this.#logger = options.logger;
    this.#rate = options.normalRate;
    this.#temporal = new TemporalLayer(options.normalRate);
  }

  aim(spatialLayer: number, rate: FrameRate): void {
    if (spatialLayer !== this.#spatialLayer || rate !== this.#rate) this.#temporal.changed();
    this.#spatialLayer = spatialLayer;
    this.#rate = rate;
  }

  get wanted(): TapLayers {
    return { spatialLayer: this.#spatialLayer, temporalLayer: this.#temporal.for(this.#rate) };
  }

  /** What the open tap sends; null while it is not known. */
  get granted(): TapLayers | null {
    return this.#granted;
  }

  /** The tap is opened anew, with {@link wanted}. */
  opened(): void {
    this.#asked = null;
    this.#granted = null;
    this.#notBefore = -Infinity;
    this.#temporal.changed();
  }

  /** To be called several times a second while packets flow. @param frames decoded so far */
  reconcile(now: number, frames: number): void {
    if (now - this.#measuredAt >= MEASURE_INTERVAL_MS) {
      this.#measuredAt = now;
      this.#temporal.measure(now, frames, this.#rate);
    }
    const { wanted } = this;
    const settled =
      this.#asked?.spatialLayer === wanted.spatialLayer && this.#asked.temporalLayer === wanted.temporalLayer;
    if (settled || this.#asking || now < this.#notBefore) return;
    this.#asking = true;
    this.#ask(wanted)
      .catch((error: unknown) => {
        this.#notBefore = now + RETRY_AFTER_MS;
        this.#logger.debug({ err: error }, 'layers could not be chosen');
      })
      .finally(() => (this.#asking = false));
  }

  async #ask(layers: TapLayers): Promise<void> {
    const granted = await this.#request('tap:layers', { assignmentId: this.#assignmentId, layers });
    this.#asked = layers;
    this.#granted = granted;
    this.#temporal.answered(layers.temporalLayer, granted.temporalLayer);
    this.#temporal.changed();
  }
}
