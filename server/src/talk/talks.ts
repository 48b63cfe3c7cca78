import { EventEmitter } from 'node:events';
import { HavenError } from '@haven/protocol';
import type { Actor } from '../audit/actor.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Stream } from '../sfu/stream.ts';
import type { StreamRegistry } from '../sfu/stream-registry.ts';
import { Talk, type Talker } from './talk.ts';
import type { TalkParty } from './talk-party.ts';

type TalksEvents = {
  /** Somebody talks with a patient, or (null) no more. */
  changed: [{ roomId: string; patientId: string; clinician: Talker | null }];
};

/** Rings at a bedside. */
type Bell = (talk: Talk) => void;
type Parts = {
  audit: Pick<AuditTrail, 'done'>;
  streams: Pick<StreamRegistry, 'ofPatient'>;
  clock: () => number;
};

/** All talks: at most one a patient, and one a clinician. */
export class Talks extends EventEmitter<TalksEvents> {
  readonly #parts: Parts;
  readonly #running = new Map<string, Talk>();
  /** Patients whose talk is being opened. */
  readonly #opening = new Set<string>();
  readonly #bells = new Map<Stream, Bell>();
  #closed = false;

  constructor(parts: Parts) {
    super();
    this.#parts = parts;
  }

  get running(): number {
    return this.#running.size;
  }

  /** From now on, until it ends, the bedside of this stream can be talked with. */
  attach(stream: Stream, bell: Bell): void {
    this.#bells.set(stream, bell);
    stream.setTalk(true);
    stream.once('ended', () => void this.#bells.delete(stream));
  }

  /**
   * Opens a talk and rings at the bedside; then an earlier one of the same clinician ends, and of several that are
   * opened at once the last one stands.
   * @throws HavenError TALK_UNSUPPORTED, TALK_BUSY, PRIVACY_RUNS, STREAM_UNKNOWN, SHUTTING_DOWN
   */
  async start(stream: Stream, talker: Talker, actor: Actor): Promise<Talk> {
    const { patientId } = stream.identity;
    this.#assertFree(stream, talker);
    this.#opening.add(patientId);
    try {
      const talk = await Talk.open(stream, talker, this.#parts.clock());
      this.#add(talk, actor);
      return talk;
    } finally {
      this.#opening.delete(patientId);
    }
  }

  /** As `start`, by the patient. */
  async talkWith(patientId: string, talker: Talker, actor: Actor): Promise<TalkParty> {
    const stream = this.#parts.streams.ofPatient(patientId);
    if (stream?.live !== true) throw new HavenError('STREAM_UNKNOWN');
    return (await this.start(stream, talker, actor)).partyOf('clinician');
  }

  /** Ends what this clinician talks, who begins another talk. */
  endOf(userId: string): void {
    for (const talk of [...this.#running.values()]) if (talk.talker.userId === userId) talk.end('finished');
  }

  /** With whom patients talk now. */
  all(): { roomId: string; patientId: string; clinician: string }[] {
    return [...this.#running.values()].map(({ stream, talker }) => ({
      roomId: stream.identity.roomId,
      patientId: stream.identity.patientId,
      clinician: talker.displayName,
    }));
  }

  close(): void {
    this.#closed = true;
    for (const talk of [...this.#running.values()]) talk.end('server-stopping');
  }

  #assertFree(stream: Stream, { userId }: Talker): void {
    const { patientId } = stream.identity;
    if (!this.#bells.has(stream)) throw new HavenError('TALK_UNSUPPORTED');
    if (stream.privacy !== null) throw new HavenError('PRIVACY_RUNS');
    const busy = [...this.#running.values()].some(
      (talk) => talk.stream.identity.patientId === patientId && talk.talker.userId !== userId,
    );
    if (busy || this.#opening.has(patientId)) throw new HavenError('TALK_BUSY');
  }

  #add(talk: Talk, actor: Actor): void {
    const { stream, talkId, talker } = talk;
    const { patientId, roomId } = stream.identity;
    const bell = this.#bells.get(stream);
    if (this.#closed || bell === undefined || stream.privacy !== null) {
      talk.end('not-allowed');
      throw new HavenError(this.#closed ? 'SHUTTING_DOWN' : 'STREAM_UNKNOWN');
    }
    this.endOf(talker.userId);
    this.#running.set(talkId, talk);
    this.#parts.audit.done(actor, 'talk:start', `patient:${patientId}`);
    this.emit('changed', { roomId, patientId, clinician: talker });
    talk.once('ended', (reason) => {
      this.#running.delete(talkId);
      this.#parts.audit.done(actor, 'talk:end', `patient:${patientId}`, reason);
      this.emit('changed', { roomId, patientId, clinician: null });
    });
    bell(talk);
  }
}
