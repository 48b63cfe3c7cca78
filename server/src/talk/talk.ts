import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import {
  HavenError,
  type DtlsParameters,
  type RtpCapabilities,
  type RtpParameters,
  type StreamEndReason,
  type TalkEndReason,
} from '@haven/protocol';
import type { ConsumerDescription } from '../sfu/viewer.ts';
import type { Stream } from '../sfu/stream.ts';
import { TalkEnd } from './talk-end.ts';
import type { TalkParty, TalkPartyEvents } from './talk-party.ts';

/** The longest talk, ms: whoever needs longer begins another, or goes to the patient. */
export const TALK_LIMIT_MS = 3 * 60_000;
/** The bedside answers by itself, within a moment; one that has not after this long, ms, is not there. */
export const JOIN_WITHIN_MS = 10_000;

export type TalkSide = 'clinician' | 'bedside';
export type Talker = { userId: string; displayName: string };

type TalkEvents = {
  /** This side can hear the other from now on. */
  heard: [by: TalkSide];
  ended: [TalkEndReason];
};

const OTHER: Readonly<Record<TalkSide, TalkSide>> = { clinician: 'bedside', bedside: 'clinician' };

/** A clinician and a bedside who hear each other, on the worker of the patient's stream, until either ends it. */
export class Talk extends EventEmitter<TalkEvents> {
  readonly talkId = randomUUID();
  readonly stream: Stream;
  readonly talker: Talker;
  /** When it ends by itself, ms since the epoch. */
  readonly until: number;
  readonly #ends: Readonly<Record<TalkSide, TalkEnd>>;
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #join: NodeJS.Timeout;
  #ended = false;

  private constructor(stream: Stream, talker: Talker, ends: Record<TalkSide, TalkEnd>, now: number) {
    super();
    this.stream = stream;
    this.talker = talker;
    this.until = now + TALK_LIMIT_MS;
    this.#ends = ends;
    this.#join = setTimeout(() => this.end('device-lost'), JOIN_WITHIN_MS);
    this.#timers = [this.#join, setTimeout(() => this.end('time-limit'), TALK_LIMIT_MS)];
    stream.once('ended', this.#streamEnded);
    stream.on('privacy', this.#privacyChanged);
  }

  /** @throws HavenError STREAM_UNKNOWN (ended meanwhile) */
  static async open(stream: Stream, talker: Talker, now: number): Promise<Talk> {
    const clinician = await TalkEnd.open(stream.mediaWorker);
    try {
      const bedside = await TalkEnd.open(stream.mediaWorker);
      if (!stream.ended) return new Talk(stream, talker, { clinician, bedside }, now);
      bedside.close();
      throw new HavenError('STREAM_UNKNOWN');
    } catch (error) {
      clinician.close();
      throw error;
    }
  }

  get ended(): boolean {
    return this.#ended;
  }

  partyOf(side: TalkSide): TalkParty {
    return new PartyOfTalk(this, side);
  }

  mediaOf(side: TalkSide): TalkEnd['media'] {
    return this.#ends[side].media;
  }

  /** The bedside is there. */
  joined(): void {
    clearTimeout(this.#join);
  }

  /** @throws HavenError TRANSPORT_UNKNOWN, ALREADY_DONE, INVALID_REQUEST, TALK_UNKNOWN (over meanwhile) */
  async connect(side: TalkSide, transportId: string, dtlsParameters: DtlsParameters): Promise<void> {
    await this.#ends[side].connect(transportId, dtlsParameters);
    this.#assertOpen();
  }

  /** @throws HavenError UNSUPPORTED_CODEC, INVALID_REQUEST, ALREADY_DONE, TALK_UNKNOWN (over meanwhile) */
  async speak(side: TalkSide, rtpParameters: RtpParameters): Promise<string> {
    const producerId = await this.#ends[side].speak(rtpParameters);
    this.#assertOpen();
    this.emit('heard', OTHER[side]);
    return producerId;
  }

  /** @throws HavenError CONSUMER_UNKNOWN (the other does not speak yet), UNSUPPORTED_CODEC, TALK_UNKNOWN */
  async listen(side: TalkSide, rtpCapabilities: RtpCapabilities): Promise<ConsumerDescription> {
    const { voice } = this.#ends[OTHER[side]];
    if (voice === undefined) throw new HavenError('CONSUMER_UNKNOWN', 'The other side does not speak yet.');
    const consumer = await this.#ends[side].listen(voice, rtpCapabilities);
    this.#assertOpen();
    return consumer;
  }

  end(reason: TalkEndReason): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.stream.off('ended', this.#streamEnded);
    this.stream.off('privacy', this.#privacyChanged);
    for (const end of Object.values(this.#ends)) end.close();
    this.emit('ended', reason);
  }

  readonly #streamEnded = (reason: StreamEndReason): void => {
    const same = reason === 'media-worker-died' || reason === 'server-stopping';
    this.end(same ? reason : 'device-lost');
  };

  /** Whoever asks for privacy at the bedside does not want to be heard either. */
  readonly #privacyChanged = (): void => {
    if (this.stream.privacy?.by === 'bedside') this.end('not-allowed');
  };

  #assertOpen(): void {
    if (this.#ended) throw new HavenError('TALK_UNKNOWN');
  }
}

class PartyOfTalk extends EventEmitter<TalkPartyEvents> implements TalkParty {
  readonly talkId: string;
  readonly until: number;
  readonly #talk: Talk;
  readonly #side: TalkSide;

  constructor(talk: Talk, side: TalkSide) {
    super();
    this.talkId = talk.talkId;
    this.until = talk.until;
    this.#talk = talk;
    this.#side = side;
    talk.on('heard', (by) => {
      if (by === side) this.emit('heard');
    });
    talk.once('ended', (reason) => this.emit('ended', reason));
  }

  get media(): TalkEnd['media'] {
    return this.#talk.mediaOf(this.#side);
  }

  get over(): boolean {
    return this.#talk.ended;
  }

  connect(transportId: string, dtlsParameters: DtlsParameters): Promise<void> {
    return this.#talk.connect(this.#side, transportId, dtlsParameters);
  }

  speak(rtpParameters: RtpParameters): Promise<string> {
    return this.#talk.speak(this.#side, rtpParameters);
  }

  listen(rtpCapabilities: RtpCapabilities): Promise<ConsumerDescription> {
    return this.#talk.listen(this.#side, rtpCapabilities);
  }

  end(reason: TalkEndReason): void {
    this.#talk.end(reason);
  }
}
