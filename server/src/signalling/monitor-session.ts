import { randomUUID } from 'node:crypto';
import {
  HavenError,
  NAME_WITHHELD,
  type ErrorCode,
  type MonitorRequests,
  type RequestOf,
  type ResponseOf,
  type RoomSnapshot,
  type ServerLoad,
} from '@haven/protocol';
import type { UserPrincipal } from '../access/access.ts';
import type { Admission } from '../admission/admission.ts';
import type { Actor } from '../audit/actor.ts';
import type { Records } from '../records/records.ts';
import type { Sfu } from '../sfu/sfu.ts';
import { alarmHandlers, type AlarmParts } from './alarm-requests.ts';
import { clientHandlers, type ClientParts } from './client-requests.ts';
import type { Handlers } from './endpoints.ts';
import { MediaRequests, type MediaParts } from './media-requests.ts';
import { privacyHandlers, type PrivacyParts } from './privacy-requests.ts';
import { isOnlyLocked, refusalOf } from './refusal-of.ts';
import { RoomHub } from './room-hub.ts';
import type { MonitorSocket } from './sockets.ts';
import { ClinicianTalk, type TalkParts } from './talk-requests.ts';

export type MonitorParts = AlarmParts &
  ClientParts &
  MediaParts &
  PrivacyParts &
  TalkParts & {
    admission: Admission;
    hub: RoomHub;
    load: () => ServerLoad;
    records: Records;
    /** Until this node knows what the others of its cluster show. */
    settled: () => Promise<void>;
    sfu: Sfu;
    talksIn: (roomId: string) => RoomSnapshot['talks'];
    unreachedIn: (roomId: string) => RoomSnapshot['unreached'];
  };

type Joined = { roomId: string; leavePlace: () => void };

/** A clinician's connection: the room that it watches and the media that it receives. */
export class MonitorSession {
  /** Of the session, whichever connection it goes over. */
  readonly #id = randomUUID();
  #socket: MonitorSocket;
  readonly #actor: Actor;
  readonly #parts: MonitorParts;
  readonly #media: MediaRequests;
  readonly #talk: ClinicianTalk;
  readonly handlers: Handlers<MonitorRequests>;
  #principal: UserPrincipal;
  #joined: Joined | undefined;
  /** Counts the wishes to be in a room or in none: the last one counts. */
  #joins = 0;
  /** To be called when the connection ends: who comes back may bring the token that it was renewed with. */
  #leaveToken = (): void => undefined;
  /** Nobody has used the user's session for long: alarms are heard, and nothing else. */
  #locked = false;
  #over = false;

  constructor(socket: MonitorSocket, actor: Actor, parts: MonitorParts) {
    this.#socket = socket;
    this.#principal = socket.data.principal;
    this.#actor = actor;
    this.#parts = parts;
    this.#media = new MediaRequests(parts, {
      actor,
      room: () => {
        const roomId = this.#room();
        this.#authorize('room:watch', roomId);
        return roomId;
      },
      tell: (event, ...message) => this.#socket.emit(event, ...message),
    });
    this.#talk = new ClinicianTalk(parts, {
      actor,
      principal: () => this.#principal,
      room: () => this.#room(),
      tell: (event, ...message) => this.#socket.emit(event, ...message),
    });
    this.handlers = {
      'session:describe': () => this.#describe(),
      'session:renew': (request) => this.#renew(request),
      'room:join': (request) => this.#join(request),
      'room:leave': () => {
        this.#joins += 1;
        this.#leave();
        return {};
      },
      ...this.#media.handlers,
      ...this.#talk.handlers,
      ...privacyHandlers(parts, { actor, principal: () => this.#principal }),
      ...clientHandlers(parts),
      ...alarmHandlers(parts, {
        actor,
        principal: () => this.#principal,
        room: () => this.#room(),
      }),
    };
  }

  /** Ends what the user may no longer do: the session, the room with its media, or all of it but the alarms. */
  recheck(): void {
    const { access, audit, clock } = this.#parts;
    const code =
      this.#principal.expiresAt <= clock()
        ? 'TOKEN_EXPIRED'
        : refusalOf(() => access.authorize(this.#principal, 'room:watch'));
    if (code !== undefined && code !== 'SESSION_LOCKED') {
      audit.refused(this.#actor, 'session', 'server', code);
      this.end(code);
      return;
    }
    const locked = code === 'SESSION_LOCKED';
    // What was missed until now was for somebody with other rights.
    if (locked !== this.#locked && !this.#socket.connected) {
      this.end('SESSION_LOCKED');
      return;
    }
    this.#setLocked(locked);
    this.#talk.recheck();
    const roomId = this.#joined?.roomId;
    if (roomId === undefined) return;
    const roomCode = refusalOf(() => this.#authorize('room:watch', roomId));
    if (roomCode === undefined || roomCode === 'SESSION_LOCKED') return;
    audit.refused(this.#actor, 'room:watch', `room:${roomId}`, roomCode);
    if (!this.#socket.connected) {
      this.end(roomCode);
      return;
    }
    this.#leave();
    this.#socket.emit('room:closed', { roomId, code: roomCode });
  }

  /** Tells the viewer why, then closes its media and its connection. */
  end(code: ErrorCode): void {
    this.#over = true;
    this.#leave();
    this.#socket.emit('session:ended', { code });
    this.#socket.disconnect(true);
  }

  get over(): boolean {
    return this.#over;
  }

  /** Media run on for a while; a talk that nobody could end does not. */
  interrupted(): void {
    this.#leaveToken();
    this.#talk.end('clinician-lost');
  }

  resumed(socket: MonitorSocket): void {
    this.#leaveToken();
    this.#socket = socket;
    this.#principal = socket.data.principal;
    if (this.#joined !== undefined) void socket.join(this.#channelOf(this.#joined.roomId, this.#locked));
    this.#parts.audit.done(this.#actor, 'session:resume', 'session');
  }

  disconnected(): void {
    this.#leaveToken();
    this.#talk.end('clinician-lost');
    this.#leave();
  }

  #channelOf(roomId: string, locked: boolean): string {
    return locked ? RoomHub.alarmsOf(roomId) : RoomHub.channelOf(roomId);
  }

  /** A wall that went silent at night would be worse than one that nobody watches over: alarms go on. */
  #setLocked(locked: boolean): void {
    if (locked === this.#locked) return;
    const { audit, clock } = this.#parts;
    this.#locked = locked;
    if (locked) {
      this.#media.close();
      if (this.#joined !== undefined) {
        void this.#socket.join(RoomHub.alarmsOf(this.#joined.roomId));
        void this.#socket.leave(RoomHub.channelOf(this.#joined.roomId));
      }
      audit.done(this.#actor, 'session:lock', 'session');
    }
    this.#socket.emit(locked ? 'session:locked' : 'session:unlocked', { at: clock() });
  }

  async #describe(): Promise<ResponseOf<MonitorRequests, 'session:describe'>> {
    const { userId, displayName } = this.#principal;
    const rooms = await this.#parts.records.rooms();
    const { roles } = this.#parts.access.rights(userId);
    return {
      userId,
      displayName,
      roles: [...roles],
      rooms: rooms.filter(({ id }) => {
        const code = refusalOf(() => this.#authorize('room:watch', id));
        return code === undefined || code === 'SESSION_LOCKED';
      }),
    };
  }

  async #renew({ token }: RequestOf<MonitorRequests, 'session:renew'>): Promise<{ expiresAt: number }> {
    const { access, admission } = this.#parts;
    const principal = await access.authenticateUser(token);
    if (principal.userId !== this.#principal.userId) {
      throw new HavenError('FORBIDDEN', 'This token belongs to another user.');
    }
    this.#principal = principal;
    this.#socket.data.principal = principal;
    this.#leaveToken();
    this.#leaveToken = admission.returning.entered(token);
    // Whose connection broke meanwhile is told of by no event any more.
    if (!this.#socket.connected) this.#leaveToken();
    return { expiresAt: principal.expiresAt };
  }

  async #join({ roomId }: RequestOf<MonitorRequests, 'room:join'>): Promise<RoomSnapshot> {
    const number = ++this.#joins;
    const { admission, alerts, audit, clock, hub, records, sfu, soundPauses } = this.#parts;
    const room = (await records.rooms()).find(({ id }) => id === roomId);
    if (room === undefined) throw new HavenError('ROOM_UNKNOWN');
    isOnlyLocked(() => this.#authorize('room:watch', roomId));
    await this.#parts.settled();
    const leavePlace = await admission.viewers.take(this.#id);
    try {
      const patients = await records.patientsOf([roomId]);
      // Of several at once the browser shows the last one's room, whichever was looked up first.
      if (!this.#socket.connected || number !== this.#joins) throw new HavenError('NOT_JOINED');
      this.recheck();
      const locked = isOnlyLocked(() => this.#authorize('room:watch', roomId));
      // Entering before the snapshot is taken: what happens in between is sent, never missed.
      this.#leave();
      this.#joined = { roomId, leavePlace };
      await this.#socket.join(this.#channelOf(roomId, locked));
      audit.done(this.#actor, 'room:join', `room:${roomId}`);
      const alarms = {
        room,
        alerts: alerts.active(roomId),
        soundPause: soundPauses.of(roomId),
        unreached: this.#parts.unreachedIn(roomId),
        load: this.#parts.load(),
      };
      if (locked) {
        const beds = patients.map((patient) => ({ ...patient, name: NAME_WITHHELD }));
        return { ...alarms, patients: beds, streams: [], vitals: [], serverTime: clock() };
      }
      return {
        ...alarms,
        patients,
        streams: [...sfu.streams.live(), ...sfu.remote.all()]
          .filter(({ identity }) => identity.roomId === roomId)
          .map(({ state }) => state),
        vitals: hub.latestVitals(patients.map(({ id }) => id)),
        talks: this.#parts.talksIn(roomId),
        serverTime: clock(),
      };
    } catch (error) {
      leavePlace();
      throw error;
    }
  }

  #leave(): void {
    this.#media.close();
    this.#talk.end('finished');
    if (this.#joined === undefined) return;
    const { roomId, leavePlace } = this.#joined;
    this.#joined = undefined;
    void this.#socket.leave(RoomHub.channelOf(roomId));
    void this.#socket.leave(RoomHub.alarmsOf(roomId));
    leavePlace();
    this.#parts.audit.done(this.#actor, 'room:leave', `room:${roomId}`);
  }

  #authorize(action: 'room:watch', roomId: string): void {
    this.#parts.access.authorize(this.#principal, action, roomId);
  }

  /** @throws HavenError SESSION_LOCKED, NOT_JOINED */
  #room(): string {
    if (this.#locked) throw new HavenError('SESSION_LOCKED');
    if (this.#joined === undefined) throw new HavenError('NOT_JOINED');
    return this.#joined.roomId;
  }
}
