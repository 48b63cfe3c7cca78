import { randomUUID } from 'node:crypto';
import { HavenError, type IceServers } from '@haven/protocol';
import type { Access, UserPrincipal } from '../access/access.ts';
import type { Admission } from '../admission/admission.ts';
import { nameOf, type Actor } from '../audit/actor.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Config } from '../config/config.ts';
import type { Records } from '../records/records.ts';
import type { Sfu } from '../sfu/sfu.ts';
import type { WatchedStream } from '../sfu/watched-stream.ts';
import type { Sessions } from '../signalling/sessions.ts';
import { iceServersFor } from '../turn/ice-servers.ts';
import { Entrance, type Visitor } from './entrance.ts';
import type { MediaDesk, Opened, Restarted } from './media-desk.ts';
import { dtlsParametersOf, writeAnswer } from './sdp/answer.ts';
import { readOffer, type Offer } from './sdp/offer.ts';
import { sendVideo } from './sdp/sent-video.ts';
import { entityTagOf, SessionBook } from './session-book.ts';
import { WhepSession } from './whep-session.ts';

/** When a player of a patient without a picture may try again, ms: a device that returns takes about as long. */
const NO_PICTURE_RETRY_MS = 5_000;

export type WhepParts = {
  access: Access;
  admission: Admission;
  audit: AuditTrail;
  clock: () => number;
  config: Pick<Config, 'patientIdPattern' | 'turn'>;
  records: Pick<Records, 'patient'>;
  sessions: Pick<Sessions, 'add'>;
  sfu: Sfu;
};

type Caller = { principal: UserPrincipal; actor: Actor };

/** Users who play a patient's stream over WHEP (draft-ietf-wish-whep), each in a viewer's place. */
export class WhepDesk implements MediaDesk {
  readonly #parts: WhepParts;
  readonly #entrance: Entrance;
  readonly #book = new SessionBook<WhepSession>();

  constructor(parts: WhepParts) {
    this.#parts = parts;
    this.#entrance = new Entrance(parts);
  }

  async open(visitor: Visitor, patientId: string, offerText: string): Promise<Opened> {
    const { access } = this.#parts;
    const purpose = { action: 'stream:watch', subject: `patient:${patientId}` };
    this.#entrance.assertOpen(visitor);
    const caller = await this.#entrance.enter(visitor, purpose, (token) => access.authenticateUser(token));
    return this.#entrance.audited(caller.actor, purpose, async () => {
      const stream = await this.#streamOf(caller, patientId);
      const offer = readOffer(offerText);
      const leavePlace = await this.#takePlace(caller);
      try {
        return await this.#play(visitor, caller, stream, offer, leavePlace);
      } catch (error) {
        leavePlace();
        throw error;
      }
    });
  }

  async iceServers(visitor: Visitor): Promise<IceServers> {
    const { actor } = await this.#caller(visitor, 'stream:ice-servers');
    return iceServersFor(this.#parts.config, actor.name, this.#parts.clock());
  }

  async patch(
    visitor: Visitor,
    sessionId: string,
    ifMatch: string | undefined,
    fragment: string,
  ): Promise<Restarted | undefined> {
    const { principal, actor } = await this.#caller(visitor, 'stream:restart-ice');
    const restarted = await this.#book.patch(sessionId, actor.name, ifMatch, fragment);
    this.#book.get(sessionId, actor.name).renew(principal);
    return restarted;
  }

  async close(visitor: Visitor, sessionId: string): Promise<void> {
    const { actor } = await this.#caller(visitor, 'stream:leave');
    this.#book.get(sessionId, actor.name).stop();
  }

  async #caller(visitor: Visitor, action: string): Promise<Caller> {
    const { access } = this.#parts;
    const caller = await this.#entrance.enter(visitor, { action, subject: 'whep' }, (token) =>
      access.authenticateUser(token),
    );
    access.authorize(caller.principal, 'room:watch');
    return caller;
  }

  /** The patient's stream, if the caller may watch it. Who may not does not learn whether there is one. */
  async #streamOf({ principal }: Caller, patientId: string): Promise<WatchedStream> {
    const { access, config, records, sfu } = this.#parts;
    if (!config.patientIdPattern.test(patientId)) {
      throw new HavenError('INVALID_REQUEST', 'The patient id does not have the form that this server uses.');
    }
    access.authorize(principal, 'room:watch');
    const { roomId } = await records.patient(patientId);
    access.authorize(principal, 'room:watch', roomId);
    const stream = sfu.ofPatient(patientId);
    // For a moment after a move the stream is still that of the room where the patient was.
    if (stream?.live !== true || stream.identity.roomId !== roomId) {
      throw new HavenError('STREAM_UNKNOWN', 'The patient has no picture now.', {
        retryAfterMs: NO_PICTURE_RETRY_MS,
      });
    }
    return stream;
  }

  /** @returns to be called when the player is gone; again changes nothing */
  async #takePlace({ actor }: Caller): Promise<() => void> {
    const { players, viewers } = this.#parts.admission;
    const leaveOwn = players.take(actor.name);
    try {
      const leave = await viewers.take(`whep:${randomUUID()}`);
      return () => {
        leaveOwn();
        leave();
      };
    } catch (error) {
      leaveOwn();
      throw error;
    }
  }

  async #play(
    visitor: Visitor,
    caller: Caller,
    stream: WatchedStream,
    offer: Offer,
    leavePlace: () => void,
  ): Promise<Opened> {
    const { access, audit, clock, config, sessions, sfu } = this.#parts;
    const { section, capabilities } = sendVideo(offer, stream.mimeType);
    const dtlsParameters = dtlsParametersOf(section);
    const player = await sfu.openPlayer(stream, capabilities);
    const entered = (token: string) => this.#entrance.entered({ ...visitor, token });
    const session = new WhepSession(player, section, caller, { access, audit, clock, entered });
    const subject = `patient:${stream.identity.patientId}`;
    const leave = [sessions.add(session), () => session.left(), leavePlace];
    this.#book.add(session);
    audit.done(caller.actor, 'stream:watch', subject);
    player.once('closed', () => {
      this.#book.remove(session);
      for (const end of leave) end();
      audit.done(caller.actor, 'stream:leave', subject);
    });
    try {
      await player.connect(dtlsParameters);
      // Rights may have been taken away while it was made.
      session.recheck();
      const { transportOptions, rtpParameters } = player;
      if (player.closed) throw new HavenError('STREAM_UNKNOWN');
      return {
        sessionId: session.id,
        answer: writeAnswer(offer, transportOptions, {
          ...{ section, direction: 'sendonly', rtpParameters, mediaStream: stream.streamId },
        }),
        entityTag: entityTagOf(session),
        iceServers: iceServersFor(config, nameOf(caller.principal), clock()),
      };
    } catch (error) {
      player.close();
      throw error;
    }
  }
}
