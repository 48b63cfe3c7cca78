import { Store, type Readable } from '../core/store.ts';
import { openCamera } from './camera.ts';

/** Of a picture that stands in for the camera's while that is closed: what three simulcast layers are set up for, px. */
const BLANK_WIDTH = 1280;
const BLANK_HEIGHT = 720;

/** The camera at the bedside, which can be closed, so that its light goes out, and opened again. */
export class PatientCamera {
  readonly #deviceId: string;
  readonly #track = new Store<MediaStreamTrack | null>(null);
  /** Counts openings and closings: what was opened under an older number is closed at once. */
  #number = 0;
  #onLost: () => void = () => undefined;

  /** @param deviceId empty for the browser's own choice */
  constructor(deviceId: string) {
    this.#deviceId = deviceId;
  }

  /** Its video while it is open. */
  get track(): Readable<MediaStreamTrack | null> {
    return this.#track;
  }

  /** Called when it is unplugged, or taken by another program. */
  set onLost(listener: () => void) {
    this.#onLost = listener;
  }

  /**
   * @returns its video; null when it was closed again meanwhile
   * @throws DOMException as getUserMedia does
   */
  async open(): Promise<MediaStreamTrack | null> {
    const number = ++this.#number;
    const track = await openCamera(this.#deviceId);
    if (number !== this.#number) {
      track.stop();
      return null;
    }
    this.#track.get()?.stop();
    track.addEventListener('ended', () => {
      if (this.#track.get() === track) this.#onLost();
    });
    this.#track.set(track);
    return track;
  }

  close(): void {
    this.#number += 1;
    const track = this.#track.get();
    this.#track.set(null);
    track?.stop();
  }

  /** What is announced to the server in place of the camera while that is closed; it shows nothing. */
  blank(): MediaStreamTrack {
    const canvas = document.createElement('canvas');
    canvas.width = BLANK_WIDTH;
    canvas.height = BLANK_HEIGHT;
    // Chromium makes no track of a canvas that was never drawn on.
    canvas.getContext('2d')?.fillRect(0, 0, BLANK_WIDTH, BLANK_HEIGHT);
    const [track] = canvas.captureStream(0).getVideoTracks();
    if (track === undefined) throw new DOMException('no video track', 'NotFoundError');
    return track;
  }
}
