import type { EventEmitter } from 'node:events';
import type { DtlsParameters, RtpCapabilities, RtpParameters, TalkEndReason } from '@haven/protocol';
import type { ConsumerDescription } from '../sfu/viewer.ts';
import type { TalkEnd } from './talk-end.ts';

export type TalkPartyEvents = {
  /** The other side can be heard from now on. */
  heard: [];
  ended: [TalkEndReason];
};

/** A talk as one of its sides has it, at whichever node the patient's stream is. */
export interface TalkParty extends EventEmitter<TalkPartyEvents> {
  readonly talkId: string;
  /** When it ends by itself, ms since the epoch. */
  readonly until: number;
  readonly media: TalkEnd['media'];
  /** It has ended, which whoever listens from now on is not told. */
  readonly over: boolean;
  /** @throws HavenError TRANSPORT_UNKNOWN, ALREADY_DONE, INVALID_REQUEST, TALK_UNKNOWN (over meanwhile) */
  connect(transportId: string, dtlsParameters: DtlsParameters): Promise<void>;
  /** @throws HavenError UNSUPPORTED_CODEC, INVALID_REQUEST, ALREADY_DONE, TALK_UNKNOWN (over meanwhile) */
  speak(rtpParameters: RtpParameters): Promise<string>;
  /** @throws HavenError CONSUMER_UNKNOWN (the other does not speak yet), UNSUPPORTED_CODEC, TALK_UNKNOWN */
  listen(rtpCapabilities: RtpCapabilities): Promise<ConsumerDescription>;
  end(reason: TalkEndReason): void;
}
