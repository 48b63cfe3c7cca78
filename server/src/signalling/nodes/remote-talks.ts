import { EventEmitter } from 'node:events';
import type { DtlsParameters, RtpCapabilities, RtpParameters, TalkEndReason } from '@haven/protocol';
import type { Actor } from '../../audit/actor.ts';
import type { Talker } from '../../talk/talk.ts';
import type { TalkParty, TalkPartyEvents } from '../../talk/talk-party.ts';
import type { NodeMesh } from './node-mesh.ts';
import type { NodeEvent, NodeTalkStarted } from './node-signalling.ts';

type TalkEvent = Extract<NodeEvent, { kind: 'talk-heard' | 'talk-ended' | 'patient-talk' }>;
type Ask = Pick<NodeMesh, 'request'>;
/** A patient of another node with whom somebody talks. */
export type TalkElsewhere = { roomId: string; patientId: string; clinician: string };

/** Talks with patients of other nodes: those of clinicians of this one, and, for all to see, those of others. */
export class RemoteTalks {
  readonly #mesh: Ask;
  readonly #parties = new Map<string, { node: string; party: RemoteParty }>();
  readonly #elsewhere = new Map<string, { node: string; talk: TalkElsewhere }>();

  constructor(mesh: Ask) {
    this.#mesh = mesh;
  }

  /** @throws HavenError TALK_UNSUPPORTED, TALK_BUSY, PRIVACY_RUNS, STREAM_UNKNOWN, SHUTTING_DOWN, TIMEOUT */
  async start(node: string, patientId: string, talker: Talker, actor: Actor): Promise<TalkParty> {
    const started = await this.#mesh.request(node, 'talk:start', { patientId, talker, actor });
    const party = new RemoteParty(node, started, this.#mesh);
    this.#parties.set(party.talkId, { node, party });
    party.once('ended', () => this.#parties.delete(party.talkId));
    return party;
  }

  learn(node: string, event: TalkEvent): void {
    if (event.kind === 'patient-talk') {
      const { roomId, patientId, clinician } = event;
      if (clinician === null) this.#elsewhere.delete(patientId);
      else
        this.#elsewhere.set(patientId, {
          node,
          talk: { roomId, patientId, clinician: clinician.displayName },
        });
      return;
    }
    const held = this.#parties.get(event.talkId);
    if (held?.node !== node) return;
    if (event.kind === 'talk-heard') held.party.emit('heard');
    else held.party.ended(event.reason);
  }

  inRoom(roomId: string): TalkElsewhere[] {
    return [...this.#elsewhere.values()].map(({ talk }) => talk).filter((talk) => talk.roomId === roomId);
  }

  /** What a node says that it holds, or (none) that it is not reached. @returns talks that are over */
  replace(node: string, talks: readonly TalkElsewhere[]): TalkElsewhere[] {
    const before = [...this.#elsewhere.values()].filter((held) => held.node === node);
    for (const { talk } of before) this.#elsewhere.delete(talk.patientId);
    for (const talk of talks) this.#elsewhere.set(talk.patientId, { node, talk });
    return before.map(({ talk }) => talk).filter(({ patientId }) => !this.#elsewhere.has(patientId));
  }

  /** The node is not reached: its bedsides cannot be heard any more, as far as anybody knows. */
  endAllOf(node: string): void {
    for (const held of [...this.#parties.values()]) if (held.node === node) held.party.ended('device-lost');
  }
}

/** A clinician's side of a talk that is held at another node. */
class RemoteParty extends EventEmitter<TalkPartyEvents> implements TalkParty {
  readonly talkId: string;
  readonly until: number;
  readonly media: TalkParty['media'];
  readonly #node: string;
  readonly #mesh: Ask;
  #over = false;

  constructor(node: string, { talkId, until, ...media }: NodeTalkStarted, mesh: Ask) {
    super();
    this.talkId = talkId;
    this.until = until;
    this.media = media;
    this.#node = node;
    this.#mesh = mesh;
  }

  get over(): boolean {
    return this.#over;
  }

  async connect(transportId: string, dtlsParameters: DtlsParameters): Promise<void> {
    const { talkId } = this;
    await this.#mesh.request(this.#node, 'talk:connect', { talkId, transportId, dtlsParameters });
  }

  async speak(rtpParameters: RtpParameters): Promise<string> {
    const { talkId } = this;
    return (await this.#mesh.request(this.#node, 'talk:produce', { talkId, rtpParameters })).producerId;
  }

  listen(rtpCapabilities: RtpCapabilities) {
    return this.#mesh.request(this.#node, 'talk:consume', { talkId: this.talkId, rtpCapabilities });
  }

  /** The other node ends it as well, or has lost this one, and then ends it by itself. */
  end(reason: TalkEndReason): void {
    if (this.#over) return;
    this.ended(reason);
    void this.#mesh.request(this.#node, 'talk:end', { talkId: this.talkId, reason }).catch(() => undefined);
  }

  /** The other node says so. */
  ended(reason: TalkEndReason): void {
    if (this.#over) return;
    this.#over = true;
    this.emit('ended', reason);
  }
}
