import { newTraceparent, type ClientSpan, type MonitorRequests, type TraceContext } from '@haven/protocol';
import type { Clock } from '../core/clock.ts';

/** What a clinician waits for before the first picture. */
const STEPS: ReadonlySet<keyof MonitorRequests> = new Set([
  'transport:open',
  'transport:connect',
  'consumer:create',
  'consumer:resume',
  'view:report',
]);

/** A stream that is consumed first this long after the transport was opened, ms, came later: nobody waited for it. */
const CAME_LATER_MS = 3000;

/** The part of a MediaStreamTrack that matters here. */
type Track = {
  readonly muted: boolean;
  addEventListener(event: 'unmute', listener: () => void, options: { once: true }): void;
};

/** One trace from the opening of a transport to the first packet of video that comes over it. */
export class JoinTrace {
  readonly #report: (span: ClientSpan) => void;
  readonly #now: Clock;
  #running: { span: string; startedAt: number; consuming: boolean } | null = null;
  readonly #waiting = new Set<Track>();

  constructor(report: (span: ClientSpan) => void, now: Clock) {
    this.#report = report;
    this.#now = now;
  }

  /** The context that a request is sent with, if it belongs to a join. */
  contextOf(name: keyof MonitorRequests): TraceContext | undefined {
    if (name === 'transport:open') this.#begin();
    if (name === 'consumer:create' && this.#running !== null && !this.#running.consuming) {
      if (this.#now() - this.#running.startedAt > CAME_LATER_MS) this.#begin();
      this.#running.consuming = true;
    }
    return this.#running !== null && STEPS.has(name) ? { traceparent: this.#running.span } : undefined;
  }

  /** The tracks that there are now. A track is muted until its first packet. */
  tracks(tracks: Iterable<Track>): void {
    if (this.#running === null) return;
    for (const track of tracks) {
      if (!track.muted) {
        this.#end();
        return;
      }
      if (this.#waiting.has(track)) continue;
      this.#waiting.add(track);
      track.addEventListener(
        'unmute',
        () => {
          if (this.#waiting.has(track)) this.#end();
        },
        { once: true },
      );
    }
  }

  #begin(): void {
    this.#running = { span: newTraceparent(), startedAt: this.#now(), consuming: false };
    this.#waiting.clear();
  }

  #end(): void {
    if (this.#running === null) return;
    const { span, startedAt } = this.#running;
    this.#running = null;
    this.#waiting.clear();
    this.#report({ name: 'join', span, durationMs: this.#now() - startedAt });
  }
}
