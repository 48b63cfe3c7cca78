import type { WaveformMessage } from '@haven/protocol';
import type { CvRequester } from './requester.ts';

const POST_INTERVAL_MS = 200;
/** Most pieces in one message (the protocol's bound), and kept at all: older ones are not worth sending. */
const MAX_PIECES = 100;

/** Sends pieces of waveforms as they come, one message at a time; what cannot be sent now is never sent. */
export class WaveformOutbox {
  readonly #request: CvRequester;
  readonly #timer: NodeJS.Timeout;
  #pieces: WaveformMessage[] = [];
  #sending = false;

  constructor(request: CvRequester) {
    this.#request = request;
    this.#timer = setInterval(() => void this.#send(), POST_INTERVAL_MS);
  }

  add(piece: WaveformMessage): void {
    this.#pieces.push(piece);
    if (this.#pieces.length > MAX_PIECES) this.#pieces.shift();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #send(): Promise<void> {
    if (this.#sending || this.#pieces.length === 0) return;
    this.#sending = true;
    const waveforms = this.#pieces;
    this.#pieces = [];
    await this.#request('waveforms', { waveforms }).catch(() => undefined);
    this.#sending = false;
  }
}
