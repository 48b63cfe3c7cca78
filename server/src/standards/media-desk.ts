import type { IceServers } from '@haven/protocol';
import type { Visitor } from './entrance.ts';

export type Opened = { sessionId: string; answer: string; entityTag: string; iceServers: IceServers };
export type Restarted = { fragment: string; entityTag: string };

/** What WHIP and WHEP have in common: sessions that an SDP offer over HTTP opens. */
export interface MediaDesk {
  /**
   * Opens a session of a patient's video.
   * @throws HavenError INVALID_REQUEST, OFFER_UNACCEPTABLE, refusals of tokens and rights, CAPACITY_EXCEEDED and others
   */
  open(visitor: Visitor, patientId: string, offer: string): Promise<Opened>;
  /** For clients that want to know the servers before they make an offer. @throws HavenError as for tokens */
  iceServers(visitor: Visitor): Promise<IceServers>;
  /**
   * Takes a fragment of trickle ICE.
   * @param ifMatch entity tag of the session, or `*` for an ICE restart
   * @returns the server's end after a restart; undefined when nothing is to be answered
   * @throws HavenError PRECONDITION_REQUIRED, PRECONDITION_FAILED, INVALID_REQUEST, STREAM_UNKNOWN, FORBIDDEN
   */
  patch(
    visitor: Visitor,
    sessionId: string,
    ifMatch: string | undefined,
    fragment: string,
  ): Promise<Restarted | undefined>;
  /** @throws HavenError STREAM_UNKNOWN, FORBIDDEN */
  close(visitor: Visitor, sessionId: string): Promise<void>;
}
