import { Adapter, type BroadcastOptions, type Session } from 'socket.io-adapter';
import { Resumption } from './resumption.ts';

/** Packet type of Socket.IO's protocol, version 5. */
const EVENT = 2;
/** These speak of this moment only: whoever comes back gets the next ones within a second. */
const LIVE_EVENTS: ReadonlySet<unknown> = new Set(['heartbeat', 'vitals', 'waveform']);

type Packet = { type: number; id?: number; data: unknown[] };

/**
 * Keeps what Socket.IO's connection state recovery needs, in memory, since media live in this process too. Its own
 * adapter sends the missed events before the handshake was authenticated, loses those that are sent meanwhile, and
 * keeps everything for a minute or more without bound; this one hands all of that to {@link Resumption}, whose owner
 * sends the missed events itself, once it knows who is there.
 */
export class ResumeAdapter extends Adapter {
  readonly resumption: Resumption;

  constructor(namespace: unknown, clock: () => number) {
    super(namespace);
    this.resumption = new Resumption(clock);
  }

  /** The adapter of a namespace. */
  static of({ adapter }: { adapter: Adapter }): ResumeAdapter {
    if (!(adapter instanceof ResumeAdapter)) throw new Error('The namespace has another adapter.');
    return adapter;
  }

  override broadcast(packet: Packet, options: BroadcastOptions): void {
    // Who awaits an acknowledgement asks again after a timeout.
    const awaited = packet.id !== undefined;
    const live = options.flags?.volatile === true || LIVE_EVENTS.has(packet.data[0]);
    if (packet.type === EVENT && !awaited && !live) {
      const { rooms, except = new Set<string>() } = options;
      const number = this.resumption.sent({ rooms, except, data: [...packet.data] });
      // Where Socket.IO's client looks for it.
      packet.data.push(String(number));
    }
    super.broadcast(packet, options);
  }

  override persistSession({ pid, rooms }: { pid: string; rooms: string[] }): void {
    this.resumption.broke(pid, rooms);
  }

  override restoreSession(pid: string, offset: string): Promise<Session> {
    const restored = this.resumption.restore({ key: pid, received: Number(offset) });
    if (restored === null) return Promise.reject(new Error('there is nothing to take up'));
    return Promise.resolve({ ...restored, pid, rooms: [], missedPackets: [] });
  }

  /** Sends what a connection that was taken up has missed. */
  replay(socketId: string, events: readonly (readonly unknown[])[]): void {
    for (const data of events) {
      this.broadcast({ type: EVENT, data: [...data] }, { rooms: new Set([socketId]) });
    }
  }
}
