import type { IceServers } from '@haven/protocol';
import { nameOf } from '../audit/actor.ts';
import { assertToldApart } from '../sfu/media-codecs.ts';
import { constraintsOf, publish, type PublishParts } from '../signalling/publish-operation.ts';
import type { Sessions } from '../signalling/sessions.ts';
import { iceServersFor } from '../turn/ice-servers.ts';
import { Entrance, type Visitor } from './entrance.ts';
import type { MediaDesk, Opened, Restarted } from './media-desk.ts';
import { dtlsParametersOf, writeAnswer } from './sdp/answer.ts';
import { readOffer } from './sdp/offer.ts';
import { receiveVideo } from './sdp/received-video.ts';
import { simulcastOf } from './sdp/simulcast.ts';
import { entityTagOf, SessionBook } from './session-book.ts';
import { WhipSession } from './whip-session.ts';

export type WhipParts = PublishParts & { clock: () => number; sessions: Pick<Sessions, 'add'> };

/** Devices that publish over WHIP (RFC 9725): whatever speaks it is a camera of the patient that its token names. */
export class WhipDesk implements MediaDesk {
  readonly #parts: WhipParts;
  readonly #entrance: Entrance;
  readonly #book = new SessionBook<WhipSession>();

  constructor(parts: WhipParts) {
    this.#parts = parts;
    this.#entrance = new Entrance(parts);
  }

  /** Ids of the devices that publish here. */
  get deviceIds(): string[] {
    return [...this.#book.running].map(({ deviceId }) => deviceId);
  }

  async open(visitor: Visitor, patientId: string, offerText: string): Promise<Opened> {
    const { access, clock, config, sessions } = this.#parts;
    const purpose = { action: 'publish:start', subject: `patient:${patientId}` };
    this.#entrance.assertOpen(visitor);
    const publisher = await this.#entrance.enter(visitor, purpose, (token) =>
      access.authenticateDevice(token),
    );
    return this.#entrance.audited(publisher.actor, purpose, async () => {
      // An offer that comes to nothing must not take a running stream over.
      const offer = readOffer(offerText);
      const { section, rtpParameters } = receiveVideo(offer);
      assertToldApart(rtpParameters);
      const dtlsParameters = dtlsParametersOf(section);
      const isWatched = this.#parts.sfu.ofPatient(patientId)?.live === true;
      const stream = await publish(this.#parts, publisher, { patientId, source: 'camera' });
      const session = new WhipSession(stream, publisher, section, { access, clock });
      const leave = [sessions.add(session), this.#entrance.entered(visitor)];
      this.#book.add(session);
      stream.once('ended', () => {
        this.#book.remove(session);
        for (const end of leave) end();
      });
      try {
        await stream.connect(dtlsParameters);
        await stream.produce(rtpParameters);
      } catch (error) {
        // A patient who was watched until now is missed; of one who was not, nothing is.
        stream.end(isWatched ? 'device-lost' : 'device-stopped');
        throw error;
      }
      const layered = (rtpParameters.encodings?.length ?? 0) > 1;
      return {
        sessionId: session.id,
        answer: writeAnswer(offer, stream.transportOptions, {
          section,
          direction: 'recvonly',
          rtpParameters,
          layers: layered ? simulcastOf(section)?.offered : undefined,
          maxBitrate: constraintsOf(config).maxBitrate,
        }),
        entityTag: entityTagOf(session),
        iceServers: iceServersFor(config, publisher.actor.name, clock()),
      };
    });
  }

  async iceServers(visitor: Visitor): Promise<IceServers> {
    const caller = await this.#caller(visitor, 'publish:ice-servers');
    return iceServersFor(this.#parts.config, caller, this.#parts.clock());
  }

  async patch(
    visitor: Visitor,
    sessionId: string,
    ifMatch: string | undefined,
    fragment: string,
  ): Promise<Restarted | undefined> {
    return this.#book.patch(sessionId, await this.#caller(visitor, 'publish:restart-ice'), ifMatch, fragment);
  }

  async close(visitor: Visitor, sessionId: string): Promise<void> {
    this.#book.get(sessionId, await this.#caller(visitor, 'publish:stop')).stop();
  }

  async #caller(visitor: Visitor, action: string): Promise<string> {
    const { access } = this.#parts;
    const { principal } = await this.#entrance.enter(visitor, { action, subject: 'whip' }, (token) =>
      access.authenticateDevice(token),
    );
    access.authorize(principal, 'stream:publish');
    return nameOf(principal);
  }
}
