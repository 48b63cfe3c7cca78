import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Crop } from '../frame.ts';
import { dyingWithParent, MAX_FRAME_BYTES, pictureOutput } from './ffmpeg.ts';
import type { FrameBuffers } from './frame-buffers.ts';
import { LineSplitter } from './line-splitter.ts';
import { NutDemuxer, type NutFrame } from './nut.ts';

/** From starting ffmpeg to its ports being bound: 0.1–0.2 s, more on a busy machine, ms. */
const BIND_TIMEOUT_MS = 5000;

/**
 * What a device's link lost comes again, behind what was sent since: packets wait for one that is missing for so long,
 * µs, so that three retransmissions have their chance. Without loss nothing waits.
 */
const MAX_REORDERING_US = 300_000;
/** Packets that may wait: more than 5 Mbit/s bring in that time. */
const REORDERING_PACKETS = 256;

/** What ffmpeg writes, at verbose level, when it has bound its ports. */
const BOUND = 'setting jitter buffer size';
/** It sets its filters up once at the start and again when the size of the picture changes. */
const FILTER_INPUT = /^\[graph \d+ input from stream \d+:\d+ .*\] \[verbose\] w:\d+ h:\d+/;
const COMPLAINT = /\[(?:warning|error|fatal|panic)\] (.*)/;

export type LiveDecoderEvents = {
  frame: [NutFrame];
  /** Another layer: the picture's size changed. */
  resized: [];
  /** ffmpeg's own words about missing or damaged data, once there are pictures. */
  damage: [complaint: string];
};

export type LiveDecoderOptions = {
  ffmpeg: string;
  sdp: string;
  /** The only address that it binds. */
  address: string;
  buffers: FrameBuffers;
  crop: Crop | null;
};

/** One ffmpeg that turns one tap's RTP into pictures. It never restarts: a new one is made instead. */
export class LiveDecoder extends EventEmitter<LiveDecoderEvents> {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #stderr = new LineSplitter();
  readonly #demuxer: NutDemuxer;
  readonly #bound = Promise.withResolvers<undefined>();
  #filterInputs = 0;
  #killReason: string | undefined;

  /** Why it ended; it always ends, at the latest by {@link kill}. */
  readonly ended: Promise<string>;

  constructor(options: LiveDecoderOptions) {
    super();
    this.#demuxer = new NutDemuxer({
      allocate: (bytes) => options.buffers.allocate(bytes),
      maxFrameBytes: MAX_FRAME_BYTES,
    });
    const { command, prefix } = dyingWithParent(options.ffmpeg);
    this.#child = spawn(command, [...prefix, ...liveArguments(options)], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.ended = this.#watchEnd();
    this.#child.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#child.stderr.on('data', (chunk: Buffer) => {
      for (const line of this.#stderr.push(chunk)) this.#readLine(line);
    });
    // It may end before it has read its input; `ended` tells.
    this.#child.stdin.on('error', () => undefined);
    this.#child.stdin.end(options.sdp);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @throws Error when it ended instead, or took too long */
  async bound(): Promise<void> {
    const timer = setTimeout(
      () => this.#bound.reject(new Error('ffmpeg did not bind its ports in time')),
      BIND_TIMEOUT_MS,
    );
    try {
      await this.#bound.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends it at once: ffmpeg can ignore SIGTERM for seconds while it waits for packets. */
  kill(reason?: string): void {
    this.#killReason ??= reason;
    this.#child.kill('SIGKILL');
  }

  async #watchEnd(): Promise<string> {
    let reason: string;
    try {
      await once(this.#child, 'close');
      reason =
        this.#killReason ??
        `ffmpeg ended (${this.#child.signalCode ?? `code ${String(this.#child.exitCode)}`})`;
    } catch (error) {
      reason = `ffmpeg cannot be run (${error instanceof Error ? error.message : String(error)})`;
    }
    this.#bound.promise.catch(() => undefined);
    this.#bound.reject(new Error(reason));
    return reason;
  }

  #read(chunk: Buffer): void {
    try {
      for (const frame of this.#demuxer.push(chunk)) this.emit('frame', frame);
    } catch (error) {
      this.kill(error instanceof Error ? error.message : String(error));
    }
  }

  #readLine(line: string): void {
    if (line.includes(BOUND)) this.#bound.resolve(undefined);
    if (FILTER_INPUT.test(line)) {
      this.#filterInputs += 1;
      if (this.#filterInputs > 1) this.emit('resized');
    }
    const complaint = COMPLAINT.exec(line)?.[1];
    if (complaint !== undefined && this.#filterInputs > 0) this.emit('damage', complaint);
  }
}

function liveArguments({ address, crop }: LiveDecoderOptions): string[] {
  return [
    ...['-nostats', '-hide_banner', '-loglevel', 'level+verbose', '-protocol_whitelist', 'pipe,udp,rtp'],
    // Each picture as soon as its last packet is there. Not `-fflags nobuffer`, which drops the first key frame.
    ...['-flags', 'low_delay', '-probesize', '32', '-analyzeduration', '0', '-threads', '1'],
    ...['-max_delay', String(MAX_REORDERING_US), '-reorder_queue_size', String(REORDERING_PACKETS)],
    ...['-localaddr', address, '-f', 'sdp', '-i', 'pipe:0'],
    ...pictureOutput({ crop }),
  ];
}
