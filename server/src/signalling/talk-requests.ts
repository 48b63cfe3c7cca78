import {
  HavenError,
  type DeviceRequests,
  type IceServers,
  type MonitorRequests,
  type RequestOf,
  type ServerToDevice,
  type ServerToTalker,
  type TalkEndReason,
} from '@haven/protocol';
import type { Access, UserPrincipal } from '../access/access.ts';
import type { Actor } from '../audit/actor.ts';
import type { Config } from '../config/config.ts';
import type { Sfu } from '../sfu/sfu.ts';
import type { Stream } from '../sfu/stream.ts';
import type { Talker } from '../talk/talk.ts';
import type { TalkParty } from '../talk/talk-party.ts';
import type { Talks } from '../talk/talks.ts';
import { iceServersFor } from '../turn/ice-servers.ts';
import type { Handlers } from './endpoints.ts';
import { refusalOf } from './refusal-of.ts';

type MediaRequest = 'talk:connect' | 'talk:produce' | 'talk:consume' | 'talk:end';

export type TalkParts = {
  access: Pick<Access, 'authorize'>;
  clock: () => number;
  config: Pick<Config, 'turn'>;
  sfu: Pick<Sfu, 'ofPatient'>;
  /**
   * Begins a talk with a patient, at whichever node their stream is.
   * @throws HavenError as Talks.start, TALK_UNKNOWN (over meanwhile), and TIMEOUT (another node does not answer)
   */
  talkWith(patientId: string, talker: Talker, actor: Actor): Promise<TalkParty>;
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
  #talk: { party: TalkParty; roomId: string } | undefined;

  constructor(parts: TalkParts, clinician: Clinician) {
    this.#parts = parts;
    this.#clinician = clinician;
    this.handlers = {
      'talk:start': async ({ patientId }) => {
        const party = await this.#start(patientId);
        return { ...mediaOf(party, this.#iceServers()), until: party.until };
      },
      ...partyHandlers((talkId) => this.#own(talkId)),
      'talk:end': ({ talkId }) => hangUp(this.#own(talkId)),
    };
  }

  /** After rights changed. */
  recheck(): void {
    const { roomId } = this.#talk ?? {};
    if (roomId === undefined) return;
    const refused = refusalOf(() => this.#authorize(roomId));
    if (refused !== undefined) this.end('not-allowed');
  }

  end(reason: TalkEndReason): void {
    this.#talk?.party.end(reason);
  }

  async #start(patientId: string): Promise<TalkParty> {
    const { sfu } = this.#parts;
    const { actor, principal, room, tell } = this.#clinician;
    const stream = sfu.ofPatient(patientId);
    // A patient of another room is as unknown as a stream that does not exist.
    const roomId = room();
    this.#authorize(roomId);
    if (stream?.live !== true || stream.identity.roomId !== roomId) throw new HavenError('STREAM_UNKNOWN');
    const { userId, displayName } = principal();
    const party = await this.#parts.talkWith(patientId, { userId, displayName }, actor);
    // In another tab the clinician began one at the same time.
    if (party.over) throw new HavenError('TALK_UNKNOWN');
    // One at another node does not know of another here.
    this.#talk?.party.end('finished');
    this.#talk = { party, roomId };
    follow(party, tell);
    party.once('ended', () => {
      if (this.#talk?.party === party) this.#talk = undefined;
    });
    // The clinician may have left, or lost the right, while it was opened.
    if (refusalOf(() => this.#authorize(room())) !== undefined) {
      party.end('not-allowed');
      throw new HavenError('TALK_UNKNOWN');
    }
    return party;
  }

  #authorize(roomId: string): void {
    this.#parts.access.authorize(this.#clinician.principal(), 'talk:start', roomId);
  }

  #iceServers(): IceServers {
    return iceServersFor(this.#parts.config, this.#clinician.actor.name, this.#parts.clock());
  }

  /** @throws HavenError TALK_UNKNOWN */
  #own(talkId: string): TalkParty {
    if (this.#talk?.party.talkId !== talkId) throw new HavenError('TALK_UNKNOWN');
    return this.#talk.party;
  }
}

/** What devices' talks need. */
export type BedsideParts = Pick<TalkParts, 'clock' | 'config'> & { talks: Talks };

type Bedside = {
  actor: Actor;
  tell: Tell;
  /** Somebody wants to talk. */
  ring: ServerToDevice['talk:started'];
};

type Bedsides = { party: TalkParty; joined: () => void };

/** The talk of one device's session. */
export class BedsideTalk {
  readonly handlers: Pick<Handlers<DeviceRequests>, MediaRequest | 'talk:join'>;
  readonly #parts: BedsideParts;
  readonly #bedside: Bedside;
  #talk: Bedsides | undefined;

  constructor(parts: BedsideParts, bedside: Bedside) {
    this.#parts = parts;
    this.#bedside = bedside;
    this.handlers = {
      'talk:join': ({ talkId }) => {
        const { party, joined } = this.#own(talkId);
        joined();
        return mediaOf(party, iceServersFor(parts.config, bedside.actor.name, parts.clock()));
      },
      ...partyHandlers((talkId) => this.#own(talkId).party),
      'talk:end': ({ talkId }) => hangUp(this.#own(talkId).party),
    };
  }

  /** The stream's bedside can be heard and can hear. */
  attach(stream: Stream): void {
    const { ring, tell } = this.#bedside;
    this.#parts.talks.attach(stream, (talk) => {
      const party = talk.partyOf('bedside');
      this.#talk = { party, joined: () => talk.joined() };
      follow(party, tell);
      party.once('ended', () => {
        if (this.#talk?.party === party) this.#talk = undefined;
      });
      const { talkId, talker, until } = talk;
      ring({ talkId, clinician: talker.displayName, until });
    });
  }

  end(reason: TalkEndReason): void {
    this.#talk?.party.end(reason);
  }

  /** @throws HavenError TALK_UNKNOWN */
  #own(talkId: string): Bedsides {
    if (this.#talk?.party.talkId !== talkId) throw new HavenError('TALK_UNKNOWN');
    return this.#talk;
  }
}

/** By whatever way it was asked. */
type Asked<K extends MediaRequest> = Omit<RequestOf<MonitorRequests, K>, 'requestId'>;

/**
 * What either side asks of the media of its talk.
 * @param own the asking side's talk; throws TALK_UNKNOWN
 */
export function partyHandlers(own: (talkId: string) => TalkParty) {
  return {
    'talk:connect': async ({ talkId, transportId, dtlsParameters }) => {
      await own(talkId).connect(transportId, dtlsParameters);
      return {};
    },
    'talk:produce': async ({ talkId, rtpParameters }: Asked<'talk:produce'>) => ({
      producerId: await own(talkId).speak(rtpParameters),
    }),
    'talk:consume': ({ talkId, rtpCapabilities }: Asked<'talk:consume'>) =>
      own(talkId).listen(rtpCapabilities),
  } satisfies Pick<Handlers<MonitorRequests>, 'talk:connect' | 'talk:produce' | 'talk:consume'>;
}

function hangUp(party: TalkParty): Record<string, never> {
  party.end('finished');
  return {};
}

function mediaOf({ talkId, media }: TalkParty, iceServers: IceServers) {
  return { talkId, ...media, iceServers };
}

function follow(party: TalkParty, tell: Tell): void {
  const { talkId } = party;
  party.on('heard', () => tell('talk:heard', { talkId }));
  party.once('ended', (reason) => tell('talk:ended', { talkId, reason }));
}
