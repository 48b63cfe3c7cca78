import type { MediaReading } from './media-probe.ts';

/** Of the packets that were sent, those that must get past the checks of a transport's state. */
const LEAST_PAST = 0.9;

/** How far the cases of a step came: what gets no further than a state check tests nothing. */
export class Reach {
  sent = 0;
  /** Taken by a transport that was connected. */
  past = 0;
  /** Transports that a case ended, as a farewell does. */
  ended = 0;
  #rtpPackets = 0;
  #retransmissions = 0;
  #nacks = 0;
  #keyFrameRequests = 0;
  #before: ReadonlyMap<string, number> | undefined;
  #after: ReadonlyMap<string, number> = new Map();

  /** Adds what came to one transport between two readings. */
  add(before: MediaReading, after: MediaReading): void {
    this.#before ??= before.places;
    this.#after = after.places;
    if (after.dtlsState !== 'connected') return;
    this.#rtpPackets += after.rtpPackets - before.rtpPackets;
    this.#retransmissions += after.retransmissions - before.retransmissions;
    this.#nacks += after.nacks - before.nacks;
    this.#keyFrameRequests += after.keyFrameRequests - before.keyFrameRequests;
  }

  /** For the report; where the media worker spoke of a packet is named by the function that did. */
  get answers(): Map<string, number> {
    return new Map([
      ...Object.entries({
        ...{ sent: this.sent, 'past the state checks': this.past, 'transports ended': this.ended },
        ...{ 'RTP packets taken': this.#rtpPackets, 'RTX packets taken': this.#retransmissions },
        ...{ 'NACKs heeded': this.#nacks, 'key frame requests heeded': this.#keyFrameRequests },
      }).filter(([, count]) => count > 0),
      ...this.#places(),
    ]);
  }

  /** @param goals names of {@link answers} without which the step reached less than it is there for */
  missed(goals: readonly string[]): string[] {
    const { answers } = this;
    const missed = goals.filter((goal) => (answers.get(goal) ?? 0) === 0);
    if (this.past >= LEAST_PAST * this.sent) return missed;
    return [`${this.past} of ${this.sent} packets past the state checks`, ...missed];
  }

  #places(): [string, number][] {
    return [...this.#after]
      .map(([place, count]): [string, number] => [
        place.replace(/^RTC::/, ''),
        count - (this.#before?.get(place) ?? 0),
      ])
      .filter(([, count]) => count > 0);
  }
}
