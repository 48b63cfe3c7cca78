/** Of a voice while an alarm sounds: it can still be followed, and the alarm is heard over it. */
const DUCKED_VOLUME = 0.25;

/** Plays the other's voice. */
export class Loudspeaker {
  #audio: HTMLAudioElement | null = null;
  #ducked = false;

  play(voice: MediaStreamTrack): void {
    this.stop();
    const audio = new Audio();
    audio.srcObject = new MediaStream([voice]);
    this.#audio = audio;
    this.#applyVolume();
    // Whoever talks has pressed a button, and a bedside has been started by one: browsers play then.
    void audio.play().catch(() => undefined);
  }

  /** An alarm sounds: the voice gives way, never the alarm. */
  duck(ducked: boolean): void {
    this.#ducked = ducked;
    this.#applyVolume();
  }

  stop(): void {
    if (this.#audio === null) return;
    this.#audio.pause();
    this.#audio.srcObject = null;
    this.#audio = null;
  }

  #applyVolume(): void {
    if (this.#audio !== null) this.#audio.volume = this.#ducked ? DUCKED_VOLUME : 1;
  }
}
