import {
  HavenError,
  type DeviceRequests,
  type IceServers,
  type MonitorRequests,
  type ServerToDevice,
  type ServerToTalker,
  type TalkEndReason,
} from '@haven/protocol';
import type { Access, UserPrincipal } from '../access/access.ts';
import type { Actor } from '../audit/actor.ts';
import type { Config } from '../config/config.ts';
import type { Stream } from '../sfu/stream.ts';
import type { StreamRegistry } from '../sfu/stream-registry.ts';
import type { Talk, TalkSide } from '../talk/talk.ts';
import type { Talks } from '../talk/talks.ts';
import { iceServersFor } from '../turn/ice-servers.ts';
import type { Handlers } from './endpoints.ts';
import { refusalOf } from './refusal-of.ts';

type MediaRequest = 'talk:connect' | 'talk:produce' | 'talk:consume' | 'talk:end';

export type TalkParts = {
  access: Pick<Access, 'authorize'>;
  clock: () => number;
  config: Pick<Config, 'turn'>;
  sfu: { streams: Pick<StreamRegistry, 'ofPatient'> };
  talks: Talks;
};

type Tell = <E extends keyof ServerToTalker>(event: E, ...message: Parameters<ServerToTalker[E]>) => void;

type Clinician = {
  actor: Actor;
  principal: () => UserPrincipal;
  /** @throws HavenError SESSION_LOCKED, NOT_JOINED */
  room: () => string;
  tell: Tell;
};

/** The talk of one clinician's session. It lives no longer than the connection: a talk that nobody hears is over. */
export class ClinicianTalk {
  readonly handlers: Pick<Handlers<MonitorRequests>, MediaRequest | 'talk:start'>;
  readonly #parts: TalkParts;
  readonly #clinician: Clinician;
  #talk: Talk | undefined;

  constructor(parts: TalkParts, clinician: Clinician) {
    this.#parts = parts;
    this.#clinician = clinician;
    this.handlers = {
      'talk:start': async ({ patientId }) => {
        const talk = await this.#start(patientId);
        return { ...mediaOf(talk, 'clinician', this.#iceServers()), until: talk.until };
      },
      ...mediaHandlers('clinician', (talkId) => this.#own(talkId)),
    };
  }

  /** After rights changed. */
  recheck(): void {
    const { stream } = this.#talk ?? {};
    if (stream === undefined) return;
    const refused = refusalOf(() => this.#authorize(stream.identity.roomId));
    if (refused !== undefined) this.end('not-allowed');
  }

  end(reason: TalkEndReason): void {
    this.#talk?.end(reason);
  }

  async #start(patientId: string): Promise<Talk> {
    const { sfu, talks } = this.#parts;
    const { actor, principal, room, tell } = this.#clinician;
    const stream = sfu.streams.ofPatient(patientId);
    // A patient of another room is as unknown as a stream that does not exist.
    const roomId = room();
    this.#authorize(roomId);
    if (stream?.live !== true || stream.identity.roomId !== roomId) throw new HavenError('STREAM_UNKNOWN');
    const { userId, displayName } = principal();
    const talk = await talks.start(stream, { userId, displayName }, actor);
    this.#talk = talk;
    follow(talk, 'clinician', tell);
    talk.once('ended', () => {
      if (this.#talk === talk) this.#talk = undefined;
    });
    // The clinician may have left, or lost the right, while it was opened.
    if (refusalOf(() => this.#authorize(room())) !== undefined) {
      talk.end('not-allowed');
      throw new HavenError('TALK_UNKNOWN');
    }
    return talk;
  }

  #authorize(roomId: string): void {
    this.#parts.access.authorize(this.#clinician.principal(), 'talk:start', roomId);
  }

  #iceServers(): IceServers {
    return iceServersFor(this.#parts.config, this.#clinician.actor.name, this.#parts.clock());
  }

  /** @throws HavenError TALK_UNKNOWN */
  #own(talkId: string): Talk {
    if (this.#talk?.talkId !== talkId) throw new HavenError('TALK_UNKNOWN');
    return this.#talk;
  }
}

type Bedside = {
  actor: Actor;
  tell: Tell;
  /** Somebody wants to talk. */
  ring: ServerToDevice['talk:started'];
};

/** The talk of one device's session. */
export class BedsideTalk {
  readonly handlers: Pick<Handlers<DeviceRequests>, MediaRequest | 'talk:join'>;
  readonly #parts: Pick<TalkParts, 'clock' | 'config' | 'talks'>;
  readonly #bedside: Bedside;
  #talk: Talk | undefined;

  constructor(parts: Pick<TalkParts, 'clock' | 'config' | 'talks'>, bedside: Bedside) {
    this.#parts = parts;
    this.#bedside = bedside;
    this.handlers = {
      'talk:join': ({ talkId }) => {
        const talk = this.#own(talkId);
        talk.joined();
        const iceServers = iceServersFor(parts.config, bedside.actor.name, parts.clock());
        return mediaOf(talk, 'bedside', iceServers);
      },
      ...mediaHandlers('bedside', (talkId) => this.#own(talkId)),
    };
  }

  /** The stream's bedside can be heard and can hear. */
  attach(stream: Stream): void {
    const { ring, tell } = this.#bedside;
    this.#parts.talks.attach(stream, (talk) => {
      this.#talk = talk;
      follow(talk, 'bedside', tell);
      talk.once('ended', () => {
        if (this.#talk === talk) this.#talk = undefined;
      });
      const { talkId, talker, until } = talk;
      ring({ talkId, clinician: talker.displayName, until });
    });
  }

  end(reason: TalkEndReason): void {
    this.#talk?.end(reason);
  }

  /** @throws HavenError TALK_UNKNOWN */
  #own(talkId: string): Talk {
    if (this.#talk?.talkId !== talkId) throw new HavenError('TALK_UNKNOWN');
    return this.#talk;
  }
}

function mediaHandlers(side: TalkSide, own: (talkId: string) => Talk) {
  return {
    'talk:connect': async ({ talkId, transportId, dtlsParameters }) => {
      await own(talkId).connect(side, transportId, dtlsParameters);
      return {};
    },
    'talk:produce': async ({ talkId, rtpParameters }) => ({
      producerId: await own(talkId).speak(side, rtpParameters),
    }),
    'talk:consume': ({ talkId, rtpCapabilities }) => own(talkId).listen(side, rtpCapabilities),
    'talk:end': ({ talkId }) => {
      own(talkId).end('finished');
      return {};
    },
  } satisfies Pick<Handlers<MonitorRequests>, MediaRequest>;
}

function mediaOf(talk: Talk, side: TalkSide, iceServers: IceServers) {
  return { talkId: talk.talkId, ...talk.mediaOf(side), iceServers };
}

function follow(talk: Talk, side: TalkSide, tell: Tell): void {
  const { talkId } = talk;
  talk.on('heard', (by) => {
    if (by === side) tell('talk:heard', { talkId });
  });
  talk.once('ended', (reason) => tell('talk:ended', { talkId, reason }));
}
