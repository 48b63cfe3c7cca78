import type { types } from 'mediasoup';
import type { MediaWorker } from './media-worker.ts';

/** A pipe that nobody uses is kept so long, ms: walls that reload and focus changes would make it anew at once. */
export const PIPE_LINGER_MS = 10_000;

/** A producer to consume from, for as long as it is held. */
export type LentProducer = { producer: types.Producer; release: () => void };

type Pipe = {
  made: Promise<types.Producer>;
  holders: number;
  idleSince: number | undefined;
};

/**
 * A stream's producer on other workers: piped to each at most once, however many ask at a time, and closed when its
 * last consumer there has been gone for a while. mediasoup joins two routers by one pair of transports, which stays.
 */
export class StreamPipes {
  readonly #origin: MediaWorker;
  readonly #clock: () => number;
  readonly #pipes = new Map<MediaWorker, Pipe>();

  constructor(origin: MediaWorker, clock: () => number) {
    this.#origin = origin;
    this.#clock = clock;
  }

  get size(): number {
    return this.#pipes.size;
  }

  /** @throws Error of mediasoup when a worker or the producer is gone */
  async lend(producer: types.Producer, mediaWorker: MediaWorker): Promise<LentProducer> {
    if (mediaWorker === this.#origin) return { producer, release: () => undefined };
    const pipe = this.#pipes.get(mediaWorker) ?? this.#open(producer, mediaWorker);
    pipe.holders += 1;
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      pipe.holders -= 1;
      if (pipe.holders === 0) pipe.idleSince = this.#clock();
    };
    try {
      return { producer: await pipe.made, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Closes what has been idle for long enough. */
  settle(): void {
    const now = this.#clock();
    for (const [mediaWorker, { made, holders, idleSince }] of this.#pipes) {
      if (holders > 0 || idleSince === undefined || now - idleSince < PIPE_LINGER_MS) continue;
      this.#pipes.delete(mediaWorker);
      // Closing either end closes both; one that failed is closed already.
      made.then(
        (producer) => producer.close(),
        () => undefined,
      );
    }
  }

  #open(producer: types.Producer, mediaWorker: MediaWorker): Pipe {
    const pipe: Pipe = { made: this.#make(producer, mediaWorker), holders: 0, idleSince: undefined };
    const forget = (): void => {
      if (this.#pipes.get(mediaWorker) === pipe) this.#pipes.delete(mediaWorker);
    };
    this.#pipes.set(mediaWorker, pipe);
    pipe.made.then((piped) => {
      if (piped.closed) forget();
      else piped.observer.once('close', forget);
    }, forget);
    return pipe;
  }

  async #make(producer: types.Producer, { router }: MediaWorker): Promise<types.Producer> {
    const { pipeProducer } = await this.#origin.router.pipeToRouter({
      producerId: producer.id,
      router,
      enableSctp: false,
      // A burst may overflow a socket's buffer even on the loopback interface.
      enableRtx: true,
    });
    if (pipeProducer === undefined) throw new Error('mediasoup made no pipe producer');
    return pipeProducer;
  }
}
