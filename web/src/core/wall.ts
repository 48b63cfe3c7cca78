import {
  HavenError,
  type Alert,
  type MonitorRequests,
  type RoomSnapshot,
  type ServerToMonitor,
  type SoundPause,
} from '@haven/protocol';
import type { ViewerMedia } from '../media/viewer-media.ts';
import { AlarmActions } from './alarm-actions.ts';
import { mergeAlerts } from './alert-view.ts';
import { backoffMs } from './backoff.ts';
import { ServerClock, type Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import { HeartbeatWatch } from './heartbeat-watch.ts';
import { sentenceOf } from './sentences.ts';
import { Store, type Readable } from './store.ts';
import type { Ticker } from './ticker.ts';
import {
  EMPTY_WALL,
  NOTHING_EARLY,
  withAlert,
  withoutMeasurements,
  withoutStream,
  withSnapshot,
  withStream,
  withVitals,
  type Early,
  type WallState,
} from './wall-state.ts';
import { listenTo } from './wall-events.ts';
import { WaveformTrace } from './waveform-trace.ts';

export type MonitorConnection = Connection<MonitorRequests, ServerToMonitor>;

/** A connection that stands but is silent for this long is dropped and opened anew, ms. */
const RESTART_WHEN_SILENT_MS = 6000;

/** Whether alerts reach this screen. `starting` is the short time in which that is not known. */
export type AlarmChannel = 'starting' | 'on' | 'off';

/** Moments by which what is on screen is aged, ms: now by this browser's clock and by the server's. */
export type Moment = { now: number; serverNow: number };

/**
 * A clinician's wall: joins the room, keeps its state, watches the alarm channel, asks for the media. It begins with
 * {@link open} and ends with {@link close}.
 */
export class Wall {
  readonly #connection: MonitorConnection;
  readonly #media: ViewerMedia;
  readonly #now: Clock;
  readonly #serverClock: ServerClock;
  readonly #watch: HeartbeatWatch;
  readonly #state = new Store<WallState>(EMPTY_WALL);
  readonly #alarms = new Store<AlarmChannel>('starting');
  readonly #problem = new Store<string | null>(null);
  readonly #focused = new Store<string | null>(null);
  readonly #locked = new Store(false);
  readonly #actions: AlarmActions;
  readonly #moment: Store<Moment>;
  readonly #traces = new Map<string, WaveformTrace>();
  #roomId: string | null;
  #joined = false;
  /** The server said on this connection that the session is locked; it does so before it answers a join. */
  #toldLocked = false;
  #early: Early = NOTHING_EARLY;
  #visit = 0;
  #attempts = 0;
  #restartedAt: number;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #undo: (() => void)[] = [];

  constructor(parts: {
    connection: MonitorConnection;
    media: ViewerMedia;
    now: Clock;
    /** The room to join if it is still the user's; otherwise the first one is. */
    roomId?: string | null;
  }) {
    this.#connection = parts.connection;
    this.#media = parts.media;
    this.#now = parts.now;
    this.#roomId = parts.roomId ?? null;
    this.#serverClock = new ServerClock(parts.now);
    this.#watch = new HeartbeatWatch(parts.now());
    this.#restartedAt = parts.now();
    this.#moment = new Store(this.#readMoment());
    this.#actions = new AlarmActions(parts.connection, {
      alert: (alert) => this.#alertCame(alert),
      soundPause: (pause) => this.#pauseCame(pause),
    });
    this.#listen();
  }

  /** Connects. @param ticker drives the watch over the alarm channel and the ages on screen */
  open(ticker: Ticker): void {
    if (this.#closed) return;
    this.#watch.beat(this.#now());
    this.#undo = [
      ticker.onTick(() => this.#tick()),
      this.#connection.status.subscribe(() => this.#statusChanged()),
      this.#state.subscribe(() => this.#updateMedia()),
      this.#focused.subscribe(() => this.#updateMedia()),
    ];
    this.#connection.open();
  }

  get state(): Readable<WallState> {
    return this.#state;
  }
  get alarms(): Readable<AlarmChannel> {
    return this.#alarms;
  }
  /** Why the wall is not complete, as a sentence; null when it is. */
  get problem(): Readable<string | null> {
    return this.#problem;
  }
  /** The patient whose tile is enlarged. */
  get focused(): Readable<string | null> {
    return this.#focused;
  }
  /** Moves on about twice a second. */
  get moment(): Readable<Moment> {
    return this.#moment;
  }
  /** Nobody used the session for too long: no pictures, values or names, but every alert. */
  get locked(): Readable<boolean> {
    return this.#locked;
  }
  get media(): ViewerMedia {
    return this.#media;
  }
  get actions(): AlarmActions {
    return this.#actions;
  }

  trace(patientId: string): WaveformTrace {
    let trace = this.#traces.get(patientId);
    if (trace === undefined) {
      trace = new WaveformTrace();
      this.#traces.set(patientId, trace);
    }
    return trace;
  }

  /** Local time, ms: the clock of {@link Moment.now}. */
  now(): number {
    return this.#now();
  }

  focus(patientId: string | null): void {
    this.#focused.set(patientId);
  }

  joinRoom(roomId: string): void {
    if (roomId === this.#roomId) return;
    this.#roomId = roomId;
    this.#leave();
    this.#state.update(({ rooms, roles }) => ({ ...EMPTY_WALL, rooms, roles }));
    void this.#join(this.#visit);
  }

  /** Gives the running session a newer access token, so that it goes on. */
  async renew(token: string): Promise<void> {
    if (this.#connection.status.get().kind !== 'connected') return;
    await this.#connection.request('session:renew', { token });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#leave();
    for (const undo of this.#undo) undo();
    this.#media.suspend();
    this.#connection.close();
  }

  #listen(): void {
    const change = (changed: (state: WallState) => WallState) => {
      if (this.#joined) this.#state.update(changed);
    };
    listenTo(this.#connection, {
      heartbeat: (serverTime) => {
        this.#serverClock.observe(serverTime);
        if (this.#joined) this.#beat();
      },
      stream: (stream) => {
        if (!this.#locked.get()) change((state) => withStream(state, stream, this.#now()));
      },
      streamEnded: (patientId, streamId) => change((state) => withoutStream(state, patientId, streamId)),
      vitals: (vitals) => change((state) => withVitals(state, vitals, this.#now())),
      waveform: (waveform) => {
        if (this.#state.get().patients.has(waveform.patientId)) {
          this.trace(waveform.patientId).add(waveform, this.#now());
        }
      },
      alert: (alert) => this.#alertCame(alert),
      soundPause: (roomId, pause) => {
        if (roomId === this.#roomId) this.#pauseCame(pause);
      },
      consumerClosed: (consumerId) => this.#media.consumerClosed(consumerId),
      roomClosed: (roomId, code) => {
        if (roomId === this.#roomId) this.#roomClosed(new HavenError(code));
      },
      locked: () => {
        this.#toldLocked = true;
        this.#lock();
      },
      unlocked: () => this.#unlock(),
    });
  }

  /** While joining, the snapshot may be older than what comes. */
  #alertCame(alert: Alert): void {
    if (this.#joined) this.#state.update((state) => withAlert(state, alert));
    else this.#early = { ...this.#early, alerts: mergeAlerts(this.#early.alerts, [alert]) };
  }

  #pauseCame(soundPause: SoundPause | null): void {
    if (this.#joined) this.#state.update((state) => ({ ...state, soundPause }));
    else this.#early = { ...this.#early, soundPause };
  }

  #lock(): void {
    this.#locked.set(true);
    this.#focused.set(null);
    this.#media.suspend();
    this.#traces.clear();
    this.#state.update(withoutMeasurements);
  }

  #unlock(): void {
    this.#toldLocked = false;
    if (!this.#locked.get()) return;
    this.#locked.set(false);
    this.#leave();
    void this.#join(this.#visit);
  }

  #statusChanged(): void {
    const status = this.#connection.status.get();
    this.#leave();
    this.#media.suspend();
    if (status.kind === 'connected') {
      this.#attempts = 0;
      this.#toldLocked = false;
      void this.#join(this.#visit);
    } else if (status.error !== null) {
      this.#failed(status.error);
    }
    if (status.kind === 'ended') this.#alarms.set('off');
  }

  /** Whatever is under way for the present visit of a room is not continued. */
  #leave(): void {
    this.#visit += 1;
    this.#joined = false;
    this.#early = NOTHING_EARLY;
    clearTimeout(this.#retry);
  }

  async #join(visit: number): Promise<void> {
    try {
      const roomId = this.#roomId ?? (await this.#chooseRoom());
      if (visit !== this.#visit) return;
      if (roomId === null) {
        this.#problem.set('You are not assigned to any room. Ask an administrator.');
        return;
      }
      this.#roomId = roomId;
      const snapshot = await this.#connection.request('room:join', { roomId });
      if (visit !== this.#visit) return;
      this.#serverClock.observe(snapshot.serverTime);
      this.#joined = true;
      this.#attempts = 0;
      this.#problem.set(null);
      this.#locked.set(this.#toldLocked);
      this.#state.update((state) => withSnapshot(state, this.#completed(snapshot), this.#early, this.#now()));
      this.#early = NOTHING_EARLY;
      this.#beat();
      if (this.#locked.get()) this.#lock();
      else this.#media.open();
      // Rooms and roles may have changed since the last time.
      await this.#chooseRoom();
    } catch (error) {
      if (visit === this.#visit) this.#joinFailed(error, visit);
    }
  }

  /** A locked session's snapshot names nobody; the beds that this wall knew stay with their alerts. */
  #completed(snapshot: RoomSnapshot): RoomSnapshot {
    const { room, patients } = this.#state.get();
    if (!this.#toldLocked || room?.id !== snapshot.room.id) return snapshot;
    return { ...snapshot, patients: [...patients.values()].map(({ patient }) => patient) };
  }

  #joinFailed(error: unknown, visit: number): void {
    if (this.#joined) return;
    const refused = error instanceof HavenError;
    if (refused && (error.code === 'ROOM_NOT_ASSIGNED' || error.code === 'ROOM_UNKNOWN')) this.#roomId = null;
    this.#failed(error);
    const wait = (refused ? error.retryAfterMs : undefined) ?? backoffMs(this.#attempts++);
    this.#retry = setTimeout(() => void this.#join(visit), wait);
  }

  #failed(error: unknown): void {
    this.#problem.set(sentenceOf(error));
    if (error instanceof HavenError && error.code === 'SESSION_LOCKED') this.#lock();
  }

  /** Reads which rooms are the user's, and what the user is. */
  async #chooseRoom(): Promise<string | null> {
    const { rooms, roles } = await this.#connection.request('session:describe', {});
    this.#state.update((state) => ({ ...state, rooms, roles }));
    return rooms[0]?.id ?? null;
  }

  #roomClosed(error: HavenError): void {
    this.#leave();
    this.#media.suspend();
    this.#state.set(EMPTY_WALL);
    this.#alarms.set('off');
    this.#problem.set(sentenceOf(error));
    this.#roomId = null;
    const visit = this.#visit;
    this.#retry = setTimeout(() => void this.#join(visit), backoffMs(this.#attempts++));
  }

  #beat(): void {
    this.#watch.beat(this.#now());
    this.#alarms.set('on');
  }

  #tick(): void {
    const now = this.#now();
    this.#moment.set(this.#readMoment());
    if (!this.#watch.isLost(now)) return;
    this.#alarms.set('off');
    // The network may be gone without a word: Socket.IO would notice only at its own, longer, timeout.
    const silent = Math.min(this.#watch.silentForMs(now), now - this.#restartedAt);
    if (this.#joined && silent > RESTART_WHEN_SILENT_MS) {
      this.#restartedAt = now;
      this.#connection.restart();
    }
  }

  #readMoment(): Moment {
    return { now: this.#now(), serverNow: this.#serverClock.now() };
  }

  #updateMedia(): void {
    const wanted = new Map<string, number>();
    for (const { patient, stream } of this.#state.get().patients.values()) {
      if (stream === null) continue;
      wanted.set(stream.streamId, patient.id === this.#focused.get() ? stream.maxSpatialLayer : 0);
    }
    this.#media.want(wanted);
  }
}
