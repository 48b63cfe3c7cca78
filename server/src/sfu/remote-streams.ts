import type { StreamEndReason, StreamState } from '@haven/protocol';
import type { Size } from './layer-sizes.ts';
import type { PipeListening } from './node-pipe.ts';
import { RemoteStream, type PipeOpener } from './remote-stream.ts';
import type { StreamIdentity } from './stream.ts';

/** A stream as its node tells of it. */
export type Told = { identity: StreamIdentity; mimeType: string; state: StreamState; sizes: readonly Size[] };

/** The streams of all other nodes, by what these tell. */
export class RemoteStreams {
  readonly #listening: PipeListening;
  readonly #clock: () => number;
  readonly #byId = new Map<string, { node: string; stream: RemoteStream }>();

  constructor(listening: PipeListening, clock: () => number) {
    this.#listening = listening;
    this.#clock = clock;
  }

  get(streamId: string): RemoteStream | undefined {
    return this.#byId.get(streamId)?.stream;
  }

  ofPatient(patientId: string): RemoteStream | undefined {
    return this.all().find(({ identity }) => identity.patientId === patientId);
  }

  /** The node that has the patient's stream. */
  nodeOf(patientId: string): string | undefined {
    return [...this.#byId.values()].find(({ stream }) => stream.identity.patientId === patientId)?.node;
  }

  all(): RemoteStream[] {
    return [...this.#byId.values()].map(({ stream }) => stream);
  }

  /** @returns the stream if it is a new one */
  learn(
    node: string,
    { identity, mimeType, state, sizes }: Told,
    opener: PipeOpener,
  ): RemoteStream | undefined {
    const known = this.#byId.get(state.streamId)?.stream;
    if (known !== undefined) {
      known.update(state, sizes);
      return undefined;
    }
    const { streamId } = state;
    const stream = new RemoteStream({
      ...{ identity, mimeType, state, sizes, opener },
      listening: this.#listening,
      clock: this.#clock,
    });
    this.#byId.set(streamId, { node, stream });
    stream.once('ended', () => this.#byId.delete(streamId));
    return stream;
  }

  end(streamId: string, reason: StreamEndReason): void {
    this.get(streamId)?.end(reason);
  }

  /** All of them, with the nodes that have them. */
  get held(): { node: string; stream: RemoteStream }[] {
    return [...this.#byId.values()];
  }

  of(node: string): RemoteStream[] {
    return [...this.#byId.values()].filter((held) => held.node === node).map(({ stream }) => stream);
  }

  /** @returns what went wrong */
  async examine(): Promise<unknown[]> {
    const failures: unknown[] = [];
    const results = await Promise.allSettled(this.all().map((stream) => stream.examine()));
    for (const result of results) if (result.status === 'rejected') failures.push(result.reason);
    return failures;
  }

  close(): void {
    for (const stream of this.all()) stream.end('server-stopping');
  }
}
