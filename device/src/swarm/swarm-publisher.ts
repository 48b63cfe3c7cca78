import { setTimeout as sleep } from 'node:timers/promises';
import { HavenError } from '@haven/protocol';
import { isFinal } from '../failures.ts';
import type { PublicationEnd } from '../publication.ts';
import { RetryPace } from '../retry-pace.ts';
import { LoopedDevice, type LoopedStream, type Sent } from './looped-device.ts';
import type { PublisherFigures } from './plan.ts';

/** After these ends a device stays away: somebody else publishes, or it may not any more. */
const LASTING_ENDS: ReadonlySet<PublicationEnd> = new Set<PublicationEnd>(['superseded', 'revoked']);

/** A publisher of the swarm that comes back after a loss, as a device does, and counts it. */
export class SwarmPublisher {
  readonly #stream: LoopedStream;
  readonly #pace = new RetryPace();
  readonly #stop = new AbortController();
  #device: LoopedDevice | undefined;
  /** What devices that were lost sent since the last time it was asked. */
  #sentBefore: Sent = { bytes: 0, askedAgain: 0, keyFramesAsked: 0 };
  #lost = 0;
  #cameBack = 0;

  private constructor(stream: LoopedStream, device: LoopedDevice) {
    this.#stream = stream;
    void this.#keep(device);
  }

  /** @throws HavenError with the server's code; Error when no media path is found */
  static async begin(stream: LoopedStream): Promise<SwarmPublisher> {
    return new SwarmPublisher(stream, await LoopedDevice.publish(stream));
  }

  /** The device that publishes; undefined while it is away. */
  get device(): LoopedDevice | undefined {
    return this.#device;
  }

  /** What happened since the last call. */
  take(): PublisherFigures {
    const sent = this.#takeSent();
    const taken = { ...sent, lost: this.#lost, cameBack: this.#cameBack, away: this.#device === undefined };
    [this.#lost, this.#cameBack] = [0, 0];
    this.#sentBefore = { bytes: 0, askedAgain: 0, keyFramesAsked: 0 };
    return taken;
  }

  close(): void {
    this.#stop.abort();
    this.#device?.close();
    this.#device = undefined;
  }

  async #keep(first: LoopedDevice): Promise<void> {
    for (let device: LoopedDevice | undefined = first; device !== undefined;) {
      const beganAt = performance.now();
      this.#device = device;
      const end: PublicationEnd = await device.over;
      if (this.#stopped()) return;
      this.#lose(device, end);
      const wait = this.#pace.ended(end, performance.now() - beganAt);
      device = LASTING_ENDS.has(end) ? undefined : await this.#comeBack(wait);
      if (device !== undefined) this.#cameBack += 1;
    }
  }

  #lose(device: LoopedDevice, end: PublicationEnd): void {
    this.#sentBefore = this.#takeSent();
    this.#device = undefined;
    this.#lost += 1;
    device.close();
    process.stderr.write(`a publisher of the swarm was lost: ${end}\n`);
  }

  /**
   * @param waitMs before the first attempt
   * @returns undefined when trying again changes nothing, or nobody wants it any more
   */
  async #comeBack(waitMs: number): Promise<LoopedDevice | undefined> {
    while (!this.#stopped()) {
      await sleep(waitMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      if (this.#stopped()) return undefined;
      try {
        const device = await LoopedDevice.publish(this.#stream);
        if (!this.#stopped()) return device;
        device.close();
      } catch (error) {
        if (error instanceof HavenError && isFinal(error)) {
          process.stderr.write(`a publisher of the swarm stays away: ${error.code}\n`);
          return undefined;
        }
        waitMs = this.#pace.failed(error);
      }
    }
    return undefined;
  }

  #stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  #takeSent(): Sent {
    const [before, now] = [this.#sentBefore, this.#device?.take()];
    if (now === undefined) return before;
    return {
      bytes: before.bytes + now.bytes,
      askedAgain: before.askedAgain + now.askedAgain,
      keyFramesAsked: before.keyFramesAsked + now.keyFramesAsked,
    };
  }
}
