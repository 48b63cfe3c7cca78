import { Worker } from 'node:worker_threads';
import type { FromThread, ThreadData, ThreadUsage, ToThread } from './messages.ts';

const CHECK_INTERVAL_MS = 250;
/**
 * A thread whose counter stands still for this many checks hangs: 2 s, so that with the 1.5 s of loading the models
 * its streams go on within 5 s. Checks are counted, not time: on a starved machine they come late as well, and
 * replacing threads then would only make it worse.
 */
const HUNG_CHECKS = 8;
/** Loading and warming up the models keeps a thread from beating for longer: a minute. */
const LOADING_CHECKS = 240;
/** Heap of a thread: a leak kills the thread, not the process. */
const MAX_HEAP_MB = 512;
/** Beside that, for what lives shortly: left alone it grows to many times what a second of the streams needs. */
const YOUNG_HEAP_MB = 12;
/** With what V8 does not bound: buffers, and the memory in which the models run (about 60 MB). */
const MAX_MEMORY_BYTES = 768 * 1024 * 1024;

export type WatchedWorkerEvents = {
  onMessage: (message: FromThread) => void;
  /** It crashed, or hung and was ended. Called once, not after `close`. */
  onEnded: (reason: string) => void;
};

/** A worker thread that is ended when it hangs. It never restarts: a new one is made instead. */
export class WatchedWorker {
  readonly #worker: Worker;
  readonly #events: WatchedWorkerEvents;
  readonly #beats: Int32Array;
  readonly #timer: NodeJS.Timeout;
  readonly #exited: Promise<void>;
  #lastBeat = 0;
  #silentChecks = 0;
  #ready = false;
  #outstanding = 0;
  #usage: ThreadUsage | null = null;
  #reason: string | null = null;
  #closed = false;

  /** @param entry module that the thread runs: it calls `serveAnalysis` */
  constructor(entry: URL, events: WatchedWorkerEvents) {
    this.#events = events;
    const heartbeat = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    this.#beats = new Int32Array(heartbeat);
    this.#worker = new Worker(entry, {
      workerData: { heartbeat } satisfies ThreadData,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
    });
    this.#worker.on('message', (message: FromThread) => this.#receive(message));
    this.#worker.on('error', (error: Error) => {
      this.#reason ??= error.message;
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#end(`the thread ended with code ${code}`);
        resolve();
      });
    });
    this.#timer = setInterval(() => this.#check(), CHECK_INTERVAL_MS);
  }

  /** The models are loaded. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Frames that it has. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** Of about a second ago; null before the first. */
  get usage(): ThreadUsage | null {
    return this.#usage;
  }

  send(message: ToThread): void {
    if (message.type === 'frame') {
      this.#outstanding += 1;
      this.#worker.postMessage(message, [message.frame.pixels.buffer]);
    } else {
      this.#worker.postMessage(message);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#worker.terminate();
    await this.#exited;
  }

  #receive(message: FromThread): void {
    if (this.#closed) return;
    if (message.type === 'ready') {
      this.#ready = true;
      // Of loading, which the patience of a thread that works does not cover.
      this.#silentChecks = 0;
    }
    if (message.type === 'analysed') this.#outstanding -= 1;
    if (message.type === 'usage') this.#limit(message.usage);
    this.#events.onMessage(message);
  }

  #check(): void {
    const beat = Atomics.load(this.#beats, 0);
    this.#silentChecks = beat === this.#lastBeat ? this.#silentChecks + 1 : 0;
    this.#lastBeat = beat;
    if (this.#silentChecks < (this.#ready ? HUNG_CHECKS : LOADING_CHECKS)) return;
    this.#kill('the thread hangs');
  }

  #limit(usage: ThreadUsage): void {
    this.#usage = usage;
    if (usage.heapBytes + usage.externalBytes > MAX_MEMORY_BYTES)
      this.#kill('the thread uses too much memory');
  }

  #kill(reason: string): void {
    this.#end(reason);
    void this.#worker.terminate();
  }

  #end(reason: string): void {
    clearInterval(this.#timer);
    if (this.#closed) return;
    this.#closed = true;
    this.#events.onEnded(this.#reason ?? reason);
  }
}
