import type { types } from 'mediasoup';

/** A key frame that was asked for comes within this time, ms, or not in this turn: the device may encode slowly. */
const KEY_FRAME_WITHIN_MS = 2_000;
/** From a key frame's first packet to its last, ms, with those that are sent again. */
const KEY_FRAME_LASTS_MS = 400;

/** Gives a still a new picture: its consumer, otherwise paused, runs for one key frame. */
export class StillRefresh {
  readonly #consumer: types.Consumer;
  #running: Promise<void> | undefined;
  #stopping: AbortController | undefined;

  constructor(consumer: types.Consumer) {
    this.#consumer = consumer;
  }

  get running(): boolean {
    return this.#running !== undefined;
  }

  /**
   * Resolves when the consumer is paused again, or when {@link stop} was called and leaves that to the caller.
   * @throws Error of mediasoup when the consumer or its worker is gone
   */
  async run(): Promise<void> {
    if (this.#running !== undefined) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#running = this.#refresh(stopping.signal).finally(() => (this.#running = undefined));
    await this.#running;
  }

  /** Resolves when nothing of a running refresh is on its way to mediasoup any more; never rejects. */
  async stop(): Promise<void> {
    this.#stopping?.abort();
    // Of its failure whoever runs it hears.
    await this.#running?.catch(() => undefined);
  }

  async #refresh(stopping: AbortSignal): Promise<void> {
    const consumer = this.#consumer;
    await consumer.enableTraceEvent(['keyframe']);
    if (!stopping.aborted) {
      const keyFrame = keyFrameOf(consumer, stopping);
      await consumer.resume();
      await keyFrame;
      await passed(KEY_FRAME_LASTS_MS, stopping);
    }
    if (!stopping.aborted) await consumer.pause();
    await consumer.enableTraceEvent([]);
  }
}

async function keyFrameOf(consumer: types.Consumer, signal: AbortSignal): Promise<void> {
  const came = new AbortController();
  const onTrace = (): void => came.abort();
  consumer.once('trace', onTrace);
  await passed(KEY_FRAME_WITHIN_MS, AbortSignal.any([signal, came.signal]));
  consumer.off('trace', onTrace);
}

/** Resolves after this time, ms, or when the signal is given. */
function passed(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    timer.unref();
    signal.addEventListener('abort', end);
  });
}
