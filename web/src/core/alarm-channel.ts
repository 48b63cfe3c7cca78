import { ServerClock, type Clock } from './clock.ts';
import { HeartbeatWatch } from './heartbeat-watch.ts';
import { Store, type Readable } from './store.ts';

/** A connection that stands but is silent for this long is dropped and opened anew, ms. */
const RESTART_WHEN_SILENT_MS = 6000;

/** Whether alerts reach this screen. `starting` is the short time in which that is not known. */
export type AlarmChannel = 'starting' | 'on' | 'off';

/** Moments by which what is on screen is aged, ms: now by this browser's clock and by the server's. */
export type Moment = { now: number; serverNow: number };

/** Watches over the alarm channel by the server's heartbeats, and keeps the time of both clocks. */
export class AlarmChannelWatch {
  readonly #now: Clock;
  readonly #serverClock: ServerClock;
  readonly #heartbeats: HeartbeatWatch;
  readonly #state = new Store<AlarmChannel>('starting');
  readonly #moment: Store<Moment>;
  #restartedAt: number;

  constructor(now: Clock) {
    this.#now = now;
    this.#serverClock = new ServerClock(now);
    this.#heartbeats = new HeartbeatWatch(now());
    this.#restartedAt = now();
    this.#moment = new Store(this.#readMoment());
  }

  get state(): Readable<AlarmChannel> {
    return this.#state;
  }
  get moment(): Readable<Moment> {
    return this.#moment;
  }

  /** The time in which a first heartbeat has to come begins. */
  start(): void {
    this.#heartbeats.beat(this.#now());
  }

  /** @param serverTime what the server's clock said when it sent what arrives now */
  observe(serverTime: number): void {
    this.#serverClock.observe(serverTime);
  }

  /** Alerts of the room would have arrived until now. */
  beat(): void {
    this.#heartbeats.beat(this.#now());
    this.#state.set('on');
  }

  /** No alert can arrive any more. */
  lost(): void {
    this.#state.set('off');
  }

  /** To be called about twice a second. */
  tick(): void {
    this.#moment.set(this.#readMoment());
    if (this.#heartbeats.isLost(this.#now())) this.lost();
  }

  /**
   * Whether a connection that stands should be opened anew; asked again only after as long a silence. The network may
   * be gone without a word: Socket.IO would notice only at its own, longer, timeout.
   */
  mustRestart(): boolean {
    const now = this.#now();
    const silent = Math.min(this.#heartbeats.silentForMs(now), now - this.#restartedAt);
    if (silent <= RESTART_WHEN_SILENT_MS) return false;
    this.#restartedAt = now;
    return true;
  }

  #readMoment(): Moment {
    return { now: this.#now(), serverNow: this.#serverClock.now() };
  }
}
