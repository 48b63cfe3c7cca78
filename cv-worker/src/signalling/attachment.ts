import type { Observation, WaveformMessage } from '@haven/protocol';
import { CvClient, type CvClientOptions } from './client.ts';
import { Outbox } from './outbox.ts';
import type { CvRequester } from './requester.ts';
import { WaveformOutbox } from './waveform-outbox.ts';

/** The worker at one server: the connection, and the way back of what is found in the streams that it assigns. */
export class Attachment {
  readonly url: string;
  readonly client: CvClient;
  readonly #outbox: Outbox;
  readonly #waveforms: WaveformOutbox;
  /** The server's machine is so busy that fewer pictures are to be analysed. */
  reduced = false;

  constructor(options: CvClientOptions) {
    this.url = options.url;
    this.client = new CvClient(options);
    this.#outbox = new Outbox({ request: this.client.request, logger: options.logger });
    this.#waveforms = new WaveformOutbox(this.client.request);
    this.client.on('connected', () => this.#outbox.connected());
    this.client.on('pace', ({ reduced }) => (this.reduced = reduced));
    this.client.on('disconnected', () => {
      this.reduced = false;
      this.#outbox.disconnected();
    });
  }

  get request(): CvRequester {
    return this.client.request;
  }

  post(observation: Observation): void {
    this.#outbox.add(observation);
  }

  show(piece: WaveformMessage): void {
    this.#waveforms.add(piece);
  }

  /** Waits until the server has taken what is left, for this long at most, ms; then ends. */
  async close(withinMs: number): Promise<void> {
    await this.#outbox.flush(withinMs);
    this.#outbox.close();
    this.#waveforms.close();
    this.client.close();
  }
}
