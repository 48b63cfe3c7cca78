/** Two soft tones, falling or rising: unlike any alarm, which has bursts of equal pulses with harmonics. */
const TONES = { opens: [523, 784], closes: [784, 523] } as const;
const TONE_S = 0.28;
const GAIN = 0.2;

/** Sounds at the bedside before its microphone or its camera opens, and after the microphone has closed. */
export class Chime {
  readonly #context: AudioContext;

  constructor(context: AudioContext) {
    this.#context = context;
  }

  /** Resolves when it has sounded; at once where the browser plays nothing. */
  async play(what: keyof typeof TONES): Promise<void> {
    if (this.#context.state === 'suspended') await this.#context.resume().catch(() => undefined);
    if (this.#context.state !== 'running') return;
    const ends = TONES[what].map((frequency, index) => this.#tone(frequency, index * TONE_S));
    await Promise.all(ends);
  }

  close(): void {
    if (this.#context.state !== 'closed') void this.#context.close();
  }

  #tone(frequency: number, after: number): Promise<void> {
    const start = this.#context.currentTime + after;
    const envelope = this.#context.createGain();
    envelope.gain.setValueAtTime(0, start);
    envelope.gain.linearRampToValueAtTime(GAIN, start + TONE_S / 4);
    envelope.gain.linearRampToValueAtTime(0, start + TONE_S);
    envelope.connect(this.#context.destination);
    const oscillator = new OscillatorNode(this.#context, { frequency });
    oscillator.connect(envelope);
    oscillator.start(start);
    oscillator.stop(start + TONE_S);
    return new Promise((resolve) => oscillator.addEventListener('ended', () => resolve(), { once: true }));
  }
}
