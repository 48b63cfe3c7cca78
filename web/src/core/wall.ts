import {
  HavenError,
  type Alert,
  type MonitorRequests,
  type RoomSnapshot,
  type ServerLoad,
  type ServerToMonitor,
  type SoundPause,
} from '@haven/protocol';
import type { ViewerMedia } from '../media/viewer-media.ts';
import { AlarmActions } from './alarm-actions.ts';
import { AlarmChannelWatch, type AlarmChannel, type Moment } from './alarm-channel.ts';
import { mergeAlerts } from './alert-view.ts';
import { BedsideActions } from './bedside-actions.ts';
import type { Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import { RoomVisit } from './room-visit.ts';
import { sentenceOf } from './sentences.ts';
import { Store, type Readable } from './store.ts';
import type { Ticker } from './ticker.ts';
import {
  EMPTY_WALL,
  withAlert,
  withAnalysisMode,
  withoutMeasurements,
  withoutStream,
  withReach,
  withSnapshot,
  withStream,
  withTalk,
  withVitals,
  type Early,
  type WallState,
} from './wall-state.ts';
import { listenTo } from './wall-events.ts';
import { WaveformTrace } from './waveform-trace.ts';

export type MonitorConnection = Connection<MonitorRequests, ServerToMonitor>;

/**
 * A clinician's wall: joins the room, keeps its state, watches the alarm channel, asks for the media. It begins with
 * {@link open} and ends with {@link close}.
 */
export class Wall {
  readonly #connection: MonitorConnection;
  readonly #media: ViewerMedia;
  readonly #now: Clock;
  readonly #channel: AlarmChannelWatch;
  readonly #visit: RoomVisit;
  readonly #state = new Store<WallState>(EMPTY_WALL);
  readonly #problem = new Store<string | null>(null);
  readonly #focused = new Store<string | null>(null);
  readonly #locked = new Store(false);
  readonly #actions: AlarmActions;
  readonly #bedside: BedsideActions;
  readonly #traces = new Map<string, WaveformTrace>();
  /** The server said on this connection that the session is locked; it does so before it answers a join. */
  #toldLocked = false;
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
    this.#channel = new AlarmChannelWatch(parts.now);
    this.#visit = new RoomVisit(parts.connection, parts.roomId ?? null, {
      described: (rooms, roles) => this.#state.update((state) => ({ ...state, rooms, roles })),
      entered: (snapshot, early) => this.#entered(snapshot, early),
      failed: (error) => this.#failed(error),
      nowhere: () => this.#problem.set('You are not assigned to any room. Ask an administrator.'),
    });
    this.#actions = new AlarmActions(parts.connection, {
      alert: (alert) => this.#alertCame(alert),
      soundPause: (pause) => this.#pauseCame(pause),
    });
    this.#bedside = new BedsideActions(parts.connection);
    this.#listen();
  }

  /** Connects. @param ticker drives the watch over the alarm channel and the ages on screen */
  open(ticker: Ticker): void {
    if (this.#closed) return;
    this.#channel.start();
    this.#undo = [
      ticker.onTick(() => this.#tick()),
      this.#connection.status.subscribe(() => this.#statusChanged()),
      this.#state.subscribe(() => this.#updateMedia()),
    ];
    this.#connection.open();
  }

  get state(): Readable<WallState> {
    return this.#state;
  }
  get alarms(): Readable<AlarmChannel> {
    return this.#channel.state;
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
    return this.#channel.moment;
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

  get bedside(): BedsideActions {
    return this.#bedside;
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
    if (roomId === this.#visit.roomId) return;
    this.#state.update(({ rooms, roles }) => ({ ...EMPTY_WALL, rooms, roles }));
    this.#visit.enter(roomId);
  }

  /** The browser has another network: neither connection nor media wait until they notice. */
  networkChanged(): void {
    this.#connection.restart();
    this.#media.networkChanged();
  }

  /** Gives the running session a newer access token, so that it goes on. */
  async renew(token: string): Promise<void> {
    if (this.#connection.status.get().kind !== 'connected') return;
    await this.#connection.request('session:renew', { token });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#visit.leave();
    for (const undo of this.#undo) undo();
    this.#media.suspend();
    this.#connection.close();
  }

  #listen(): void {
    const change = (changed: (state: WallState) => WallState) => {
      if (this.#visit.inside) this.#state.update(changed);
    };
    listenTo(this.#connection, {
      heartbeat: (serverTime) => {
        this.#channel.observe(serverTime);
        if (this.#visit.inside) this.#channel.beat();
      },
      stream: (stream) => {
        if (stream.privacy !== null) this.#traces.delete(stream.patientId);
        if (!this.#locked.get()) change((state) => withStream(state, stream, this.#now()));
      },
      streamEnded: (patientId, streamId) => change((state) => withoutStream(state, patientId, streamId)),
      analysisMode: (patientId, mode) => change((state) => withAnalysisMode(state, patientId, mode)),
      talk: (patientId, clinician) => change((state) => withTalk(state, patientId, clinician)),
      reached: (patientId, reached) => this.#reachCame(patientId, reached),
      vitals: (vitals) => change((state) => withVitals(state, vitals, this.#now())),
      waveform: (waveform) => {
        if (this.#state.get().patients.get(waveform.patientId)?.stream?.privacy === null) {
          this.trace(waveform.patientId).add(waveform, this.#now());
        }
      },
      alert: (alert) => this.#alertCame(alert),
      soundPause: (roomId, pause) => {
        if (roomId === this.#visit.roomId) this.#pauseCame(pause);
      },
      consumerClosed: (consumerId) => this.#media.consumerClosed(consumerId),
      consumerSending: (consumerId, delivery) => this.#media.consumerSending(consumerId, delivery),
      viewerQuality: (quality) => this.#media.linkChanged(quality),
      load: (load) => this.#loadCame(load),
      roomClosed: (roomId, code) => {
        if (roomId === this.#visit.roomId) this.#roomClosed(new HavenError(code));
      },
      locked: () => {
        this.#toldLocked = true;
        this.#lock();
      },
      unlocked: () => this.#unlock(),
    });
  }

  #alertCame(alert: Alert): void {
    if (this.#visit.inside) this.#state.update((state) => withAlert(state, alert));
    else this.#visit.keep((early) => ({ ...early, alerts: mergeAlerts(early.alerts, [alert]) }));
  }

  #pauseCame(soundPause: SoundPause | null): void {
    if (this.#visit.inside) this.#state.update((state) => ({ ...state, soundPause }));
    else this.#visit.keep((early) => ({ ...early, soundPause }));
  }

  #reachCame(patientId: string, reached: boolean): void {
    if (this.#visit.inside) this.#state.update((state) => withReach(state, patientId, reached));
    else {
      this.#visit.keep((early) => ({
        ...early,
        reached: new Map(early.reached).set(patientId, reached),
      }));
    }
  }

  #loadCame(load: ServerLoad): void {
    if (this.#visit.inside) this.#state.update((state) => ({ ...state, load }));
    else this.#visit.keep((early) => ({ ...early, load }));
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
    this.#visit.enter();
  }

  #statusChanged(): void {
    const status = this.#connection.status.get();
    if (status.kind === 'connecting') {
      // The session may be taken up again: its room and its media stay.
      if (status.error !== null) this.#failed(status.error);
      return;
    }
    if (status.kind === 'connected' && status.resumed) {
      if (this.#visit.resumed()) this.#problem.set(null);
      this.#media.resumed();
      return;
    }
    this.#visit.leave();
    this.#media.suspend();
    if (status.kind === 'connected') {
      this.#toldLocked = false;
      this.#visit.connected();
    } else {
      this.#failed(status.error);
      this.#channel.lost();
    }
  }

  #entered(snapshot: RoomSnapshot, early: Early): void {
    this.#channel.observe(snapshot.serverTime);
    this.#channel.beat();
    this.#problem.set(null);
    this.#locked.set(this.#toldLocked);
    this.#state.update((state) => withSnapshot(state, snapshot, early, this.#now()));
    if (this.#toldLocked) this.#lock();
    else this.#media.open();
  }

  #failed(error: unknown): void {
    this.#problem.set(sentenceOf(error));
    if (error instanceof HavenError && error.code === 'SESSION_LOCKED') this.#lock();
  }

  #roomClosed(error: HavenError): void {
    this.#media.suspend();
    this.#state.set(EMPTY_WALL);
    this.#channel.lost();
    this.#problem.set(sentenceOf(error));
    this.#visit.expelled();
  }

  #tick(): void {
    this.#channel.tick();
    if (this.#visit.inside && this.#channel.mustRestart()) this.#connection.restart();
  }

  #updateMedia(): void {
    const streams = [...this.#state.get().patients.values()].flatMap(({ stream }) => stream ?? []);
    this.#media.want(streams.map(({ streamId }) => streamId));
  }
}
