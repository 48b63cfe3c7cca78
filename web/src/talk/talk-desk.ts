import { talkEndReasonSchema, uuidSchema, type TalkEndReason } from '@haven/protocol';
import type { types } from 'mediasoup-client';
import { z } from 'zod';
import { sentenceOf } from '../core/sentences.ts';
import { Store, type Readable } from '../core/store.ts';
import type { MonitorConnection } from '../core/wall.ts';
import type { Loudspeaker } from './loudspeaker.ts';
import { microphoneProblem } from './microphone.ts';
import { VoiceLine } from './voice-line.ts';

/** How long the clinician hears the bedside after the key was let go, ms: a patient needs a moment to answer. */
export const LISTEN_MS = 20_000;

export type TalkState =
  | { kind: 'idle'; problem: string | null }
  | { kind: 'opening'; patientId: string }
  /** `until`: when it ends by itself, by the server's clock. */
  | { kind: 'open'; patientId: string; speaking: boolean; heard: boolean; until: number };

const heardSchema = z.object({ talkId: uuidSchema });
const endedSchema = z.object({ talkId: uuidSchema, reason: talkEndReasonSchema });

/** What is said of an end that the clinician did not bring about. */
const END_WORDS: Readonly<Record<TalkEndReason, string | null>> = {
  finished: null,
  'clinician-lost': 'The talk ended: the connection was lost.',
  'device-lost': 'The talk ended: the bedside device does not answer.',
  'time-limit': 'The talk ended after its longest time. Press again to go on.',
  'not-allowed': 'The talk ended: the bedside asked for privacy, or you may not talk here any more.',
  'media-worker-died': 'The talk ended: the media service restarted. Press again to go on.',
  'server-stopping': 'The talk ended: the server is restarting.',
};

export type TalkDeskParts = {
  connection: Pick<MonitorConnection, 'request' | 'on'>;
  createDevice: () => Promise<types.Device>;
  openMicrophone: () => Promise<MediaStreamTrack>;
  loudspeaker: Pick<Loudspeaker, 'play' | 'stop'>;
};

type Running = { talkId: string; line: VoiceLine | null; microphone: MediaStreamTrack; heard: boolean };

/** Push to talk of one clinician: pressed to speak, released to listen, over a while after that. */
export class TalkDesk {
  readonly #parts: TalkDeskParts;
  readonly #state = new Store<TalkState>({ kind: 'idle', problem: null });
  #running: Running | null = null;
  #pressed = false;
  /** Counts the attempts: what began under an older number is not continued. */
  #attempt = 0;
  #hang: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: TalkDeskParts) {
    this.#parts = parts;
    const { connection } = parts;
    connection.on('talk:heard', heardSchema, ({ talkId }) => {
      if (this.#running === null || this.#running.talkId !== talkId) return;
      this.#running.heard = true;
      void this.#hear(this.#running);
    });
    connection.on('talk:ended', endedSchema, ({ talkId, reason }) => {
      if (this.#running?.talkId === talkId) this.#close(END_WORDS[reason]);
    });
  }

  get state(): Readable<TalkState> {
    return this.#state;
  }

  /** The key is held: from the moment that the line stands, the patient hears what is said. */
  press(patientId: string): void {
    this.#pressed = true;
    clearTimeout(this.#hang);
    const state = this.#state.get();
    if (state.kind !== 'idle' && state.patientId === patientId) this.#applyKey();
    else void this.#open(patientId);
  }

  /** The key was let go: the patient may answer. */
  release(): void {
    if (!this.#pressed) return;
    this.#pressed = false;
    this.#applyKey();
  }

  /** Hangs up. */
  end(): void {
    const talkId = this.#running?.talkId;
    this.#close(null);
    // The server ends it by its time as well.
    if (talkId !== undefined) this.#parts.connection.request('talk:end', { talkId }).catch(() => undefined);
  }

  /** The connection is gone, and the talk with it. */
  lost(): void {
    if (this.#state.get().kind !== 'idle') this.#close(END_WORDS['clinician-lost']);
  }

  async #open(patientId: string): Promise<void> {
    this.end();
    const attempt = ++this.#attempt;
    this.#pressed = true;
    this.#state.set({ kind: 'opening', patientId });
    let microphone: MediaStreamTrack;
    try {
      microphone = await this.#parts.openMicrophone();
    } catch (error) {
      if (attempt === this.#attempt) this.#close(microphoneProblem(error));
      return;
    }
    try {
      await this.#start(attempt, patientId, microphone);
    } catch (error) {
      if (attempt === this.#attempt) this.#close(`Nobody was called. ${sentenceOf(error)}`);
    }
    if (attempt !== this.#attempt) microphone.stop();
  }

  async #start(attempt: number, patientId: string, microphone: MediaStreamTrack): Promise<void> {
    const { connection, createDevice, loudspeaker } = this.#parts;
    if (attempt !== this.#attempt) return;
    const { until, ...talk } = await connection.request('talk:start', {
      requestId: crypto.randomUUID(),
      patientId,
    });
    const { talkId } = talk;
    if (attempt !== this.#attempt) {
      connection.request('talk:end', { talkId }).catch(() => undefined);
      return;
    }
    const running: Running = { talkId, line: null, microphone, heard: false };
    this.#running = running;
    const line = await VoiceLine.open({
      talk,
      request: (name, request) => connection.request(name, request),
      createDevice,
      onVoice: (track) => {
        loudspeaker.play(track);
        this.#state.update((state) => (state.kind === 'open' ? { ...state, heard: true } : state));
      },
    });
    if (this.#running !== running) {
      line.close();
      return;
    }
    running.line = line;
    line.mute(!this.#pressed);
    await line.speak(microphone);
    if (this.#running !== running) return;
    this.#state.set({ kind: 'open', patientId, speaking: this.#pressed, heard: false, until });
    this.#applyKey();
    if (running.heard) await this.#hear(running);
  }

  async #hear({ line }: Running): Promise<void> {
    try {
      await line?.hear();
    } catch (error) {
      if (this.#running?.line === line) this.#close(`The bedside cannot be heard. ${sentenceOf(error)}`);
    }
  }

  #applyKey(): void {
    const speaking = this.#pressed;
    this.#running?.line?.mute(!speaking);
    clearTimeout(this.#hang);
    const state = this.#state.get();
    if (state.kind !== 'open') return;
    if (state.speaking !== speaking) this.#state.set({ ...state, speaking });
    if (!speaking) this.#hang = setTimeout(() => this.end(), LISTEN_MS);
  }

  #close(problem: string | null): void {
    this.#attempt += 1;
    clearTimeout(this.#hang);
    const running = this.#running;
    this.#running = null;
    this.#pressed = false;
    running?.line?.close();
    running?.microphone.stop();
    this.#parts.loudspeaker.stop();
    this.#state.set({ kind: 'idle', problem });
  }
}
