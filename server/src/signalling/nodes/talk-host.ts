import { HavenError } from '@haven/protocol';
import type { TalkParty } from '../../talk/talk-party.ts';
import type { Talks } from '../../talk/talks.ts';
import type { Handlers } from '../endpoints.ts';
import { partyHandlers } from '../talk-requests.ts';
import type { NodeEvent, NodeRequests } from './node-signalling.ts';

type TalkRequest = 'talk:start' | 'talk:connect' | 'talk:produce' | 'talk:consume' | 'talk:end';

/**
 * Talks with patients of this node whose clinicians are at another one. Only what they ask goes by that node: the
 * voices go between the browser and this node's media worker.
 */
export class TalkHost {
  readonly #talks: Talks;
  readonly #tell: (event: NodeEvent) => void;
  readonly #running = new Map<string, { node: string; party: TalkParty }>();

  constructor(talks: Talks, tell: (event: NodeEvent) => void) {
    this.#talks = talks;
    this.#tell = tell;
  }

  handlersFor(node: string): Pick<Handlers<NodeRequests>, TalkRequest> {
    const own = (talkId: string) => this.#of(node, talkId);
    return {
      'talk:start': async ({ patientId, talker, actor }) => {
        const party = await this.#talks.talkWith(patientId, talker, actor);
        // The clinician began another one at the same time.
        if (party.over) throw new HavenError('TALK_UNKNOWN');
        this.#hold(node, party);
        const { talkId, until, media } = party;
        return { talkId, until, ...media };
      },
      ...partyHandlers(own),
      'talk:end': ({ talkId, reason }) => {
        own(talkId).end(reason);
        return {};
      },
    };
  }

  /** The node is not reached: nobody there hears, or could end a talk. */
  endAllOf(node: string): void {
    for (const held of [...this.#running.values()]) if (held.node === node) held.party.end('clinician-lost');
  }

  #hold(node: string, party: TalkParty): void {
    const { talkId } = party;
    this.#running.set(talkId, { node, party });
    party.on('heard', () => this.#tell({ kind: 'talk-heard', talkId }));
    party.once('ended', (reason) => {
      this.#running.delete(talkId);
      this.#tell({ kind: 'talk-ended', talkId, reason });
    });
  }

  /** @throws HavenError TALK_UNKNOWN */
  #of(node: string, talkId: string): TalkParty {
    const held = this.#running.get(talkId);
    if (held?.node !== node) throw new HavenError('TALK_UNKNOWN');
    return held.party;
  }
}
