import { BURSTS, type AlarmSignal, type TonePulse } from './alarm-tones.ts';
import type { Clock } from './clock.ts';
import { Store, type Readable } from './store.ts';

/** Rise and fall of a pulse, s: without them a loudspeaker clicks. */
const RAMP_S = 0.02;
const GAIN = 0.25;
/** Harmonics beside the fundamental, so that the tone is found by ear (IEC 60601-1-8, 6.3.3.1). */
const HARMONICS: readonly (readonly [multiple: number, gain: number])[] = [
  [1, 1],
  [2, 0.5],
  [3, 0.35],
  [4, 0.2],
];

/** Plays the bursts of the most urgent signal. It is called at every tick, so that it sounds in the background too. */
export class AlarmSound {
  readonly #context: AudioContext;
  readonly #now: Clock;
  readonly #blocked: Store<boolean>;
  #signal: AlarmSignal | null = null;
  #nextBurstAt = 0;
  #playing = new Set<OscillatorNode>();

  constructor(context: AudioContext, now: Clock) {
    this.#context = context;
    this.#now = now;
    this.#blocked = new Store(context.state !== 'running');
    context.addEventListener('statechange', this.#stateChanged);
  }

  /** The browser refuses sound until the user does something on the page. */
  get blocked(): Readable<boolean> {
    return this.#blocked;
  }

  /** To be called from a click or a key, which is what a browser waits for. */
  unblock(): void {
    if (this.#context.state === 'suspended') void this.#context.resume().catch(() => undefined);
  }

  /** What should sound now; a change begins its burst at once and ends the one before. */
  play(signal: AlarmSignal | null): void {
    if (signal !== this.#signal) {
      this.#silence();
      this.#signal = signal;
      this.#nextBurstAt = this.#now();
    }
    if (signal === null || this.#context.state !== 'running' || this.#now() < this.#nextBurstAt) return;
    const burst = BURSTS[signal];
    this.#nextBurstAt = this.#now() + burst.every * 1000;
    for (const pulse of burst.pulses) this.#schedule(pulse);
  }

  close(): void {
    this.#silence();
    this.#context.removeEventListener('statechange', this.#stateChanged);
    if (this.#context.state !== 'closed') void this.#context.close();
  }

  readonly #stateChanged = (): void => this.#blocked.set(this.#context.state !== 'running');

  #schedule({ at, duration, frequency }: TonePulse): void {
    const start = this.#context.currentTime + at;
    const end = start + duration;
    const envelope = this.#context.createGain();
    envelope.gain.setValueAtTime(0, start);
    envelope.gain.linearRampToValueAtTime(GAIN, start + RAMP_S);
    envelope.gain.setValueAtTime(GAIN, end - RAMP_S);
    envelope.gain.linearRampToValueAtTime(0, end);
    envelope.connect(this.#context.destination);
    for (const [multiple, gain] of HARMONICS) {
      const partial = this.#context.createGain();
      partial.gain.value = gain / HARMONICS.length;
      const oscillator = new OscillatorNode(this.#context, { frequency: frequency * multiple });
      oscillator.connect(partial).connect(envelope);
      oscillator.start(start);
      oscillator.stop(end);
      this.#playing.add(oscillator);
      oscillator.addEventListener('ended', () => this.#playing.delete(oscillator));
    }
  }

  #silence(): void {
    for (const oscillator of this.#playing) oscillator.stop();
    this.#playing.clear();
  }
}
