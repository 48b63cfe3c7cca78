import { talkEndReasonSchema, timestampSchema, uuidSchema } from '@haven/protocol';
import type { types } from 'mediasoup-client';
import { z } from 'zod';
import { Store, type Readable } from '../core/store.ts';
import type { DeviceConnection } from '../publish/publisher.ts';
import type { Chime } from './chime.ts';
import type { Loudspeaker } from './loudspeaker.ts';
import { VoiceLine } from './voice-line.ts';

/** `open`: the microphone is on, and the clinician hears the bedside. */
export type BedsideTalkState = { clinician: string; open: boolean } | null;

const startedSchema = z.object({
  talkId: uuidSchema,
  clinician: z.string().max(80),
  until: timestampSchema,
});
const heardSchema = z.object({ talkId: uuidSchema });
const endedSchema = z.object({ talkId: uuidSchema, reason: talkEndReasonSchema });

type Parts = {
  connection: DeviceConnection;
  createDevice: () => Promise<types.Device>;
  openMicrophone: () => Promise<MediaStreamTrack>;
  loudspeaker: Pick<Loudspeaker, 'play' | 'stop'>;
  chime: Pick<Chime, 'play'>;
};

type Running = {
  talkId: string;
  line: VoiceLine | null;
  microphone: MediaStreamTrack | null;
  heard: boolean;
};

/**
 * A clinician talks with the bedside. The microphone is opened for the talk alone, after a chime and with a sign on
 * screen, and closed with it.
 */
export class BedsideTalk {
  readonly #parts: Parts;
  readonly #state = new Store<BedsideTalkState>(null);
  #running: Running | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { connection } = parts;
    connection.on('talk:started', startedSchema, ({ talkId, clinician }) => {
      this.#close();
      const running: Running = { talkId, line: null, microphone: null, heard: false };
      this.#running = running;
      this.#state.set({ clinician, open: false });
      this.#answer(running).catch(() => {
        if (this.#running === running) this.end();
      });
    });
    connection.on('talk:heard', heardSchema, ({ talkId }) => {
      if (this.#running?.talkId !== talkId) return;
      this.#running.heard = true;
      void this.#running.line?.hear().catch(() => this.end());
    });
    connection.on('talk:ended', endedSchema, ({ talkId }) => {
      if (this.#running?.talkId === talkId) this.#close();
    });
  }

  get state(): Readable<BedsideTalkState> {
    return this.#state;
  }

  /** Hangs up, at the bedside. */
  end(): void {
    const talkId = this.#running?.talkId;
    this.#close();
    // The server ends it by its time as well.
    if (talkId !== undefined) this.#parts.connection.request('talk:end', { talkId }).catch(() => undefined);
  }

  /** The connection is gone, and the talk with it. */
  lost(): void {
    this.#close();
  }

  async #answer(running: Running): Promise<void> {
    const { chime, connection, createDevice, loudspeaker, openMicrophone } = this.#parts;
    const { talkId } = running;
    const rung = chime.play('opens');
    const talk = await connection.request('talk:join', { requestId: crypto.randomUUID(), talkId });
    const line = await VoiceLine.open({
      talk,
      request: (name, request) => connection.request(name, request),
      createDevice,
      onVoice: (track) => loudspeaker.play(track),
    });
    if (this.#running !== running) {
      line.close();
      return;
    }
    running.line = line;
    if (running.heard) await line.hear();
    await rung;
    if (!this.#isRunning(running)) return;
    const microphone = await openMicrophone();
    if (!this.#isRunning(running)) {
      microphone.stop();
      return;
    }
    running.microphone = microphone;
    await line.speak(microphone);
    this.#state.update((state) =>
      state === null || !this.#isRunning(running) ? state : { ...state, open: true },
    );
  }

  #isRunning(running: Running): boolean {
    return this.#running === running;
  }

  #close(): void {
    const running = this.#running;
    if (running === null) return;
    this.#running = null;
    running.line?.close();
    const wasOpen = running.microphone !== null;
    running.microphone?.stop();
    this.#parts.loudspeaker.stop();
    this.#state.set(null);
    if (wasOpen) void this.#parts.chime.play('closes');
  }
}
