import { sessionStatusSchema, type HavenError, type SessionStatus } from '@haven/protocol';
import type { Api } from '../core/api.ts';
import { ServerClock, type Clock } from '../core/clock.ts';
import type { SessionKeeper } from '../core/session-keeper.ts';
import { signInto, type SignedInApi } from '../core/signed-in-api.ts';
import { Store, type Readable } from '../core/store.ts';

/** The server is asked this often what the user may do now, ms: pages that lost their right go away soon. */
const ASK_EVERY_MS = 10_000;
/** Input is reported at most this often, ms: against limits of minutes that is often enough. */
const REPORT_EVERY_MS = 30_000;
/** What counts as somebody being there. */
const INPUT: readonly (keyof WindowEventMap)[] = ['pointerdown', 'pointermove', 'keydown', 'wheel'];

/** `status` is null until the server has told it. */
export type SessionView = { status: SessionStatus | null; locked: boolean };

/**
 * Watches over the session on this tab: reports that somebody is there, learns what the user may do now, and notices
 * that the session is locked. Begins with {@link open}.
 */
export class SessionWatch {
  readonly #keeper: SessionKeeper;
  readonly #clock: ServerClock;
  readonly #view = new Store<SessionView>({ status: null, locked: false });
  readonly #localNow: Clock;
  readonly request: SignedInApi;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #open = false;

  constructor(api: Api, keeper: SessionKeeper, now: Clock) {
    this.#keeper = keeper;
    this.#localNow = now;
    this.#clock = new ServerClock(now);
    this.request = signInto(api, keeper, (error) => this.#refused(error));
  }

  get view(): Readable<SessionView> {
    return this.#view;
  }

  /** Now by the server's clock, ms. */
  readonly now: Clock = () => this.#clock.now();

  /** @returns what ends the watch */
  open(input: EventTarget = window): () => void {
    this.#open = true;
    const used = () => this.#used();
    // Captured: a dialogue keeps its keys to itself.
    const options = { capture: true, passive: true };
    for (const event of INPUT) input.addEventListener(event, used, options);
    // Whoever has just signed in or reloaded the page is there.
    this.#used();
    void this.#poll();
    return () => {
      this.#open = false;
      clearTimeout(this.#timer);
      for (const event of INPUT) input.removeEventListener(event, used, options);
    };
  }

  /** Asks now. What fails shows itself where the session is used next. */
  async refresh(): Promise<void> {
    await this.#ask('/auth/status', {});
  }

  async #poll(): Promise<void> {
    await this.refresh();
    if (this.#open) this.#timer = setTimeout(() => void this.#poll(), ASK_EVERY_MS);
  }

  #used(): void {
    const now = this.#localNow();
    if (this.#view.get().locked || now - this.#reportedAt < REPORT_EVERY_MS) return;
    this.#reportedAt = now;
    void this.#ask('/auth/activity', { method: 'POST', body: {} });
  }

  async #ask(path: string, request: { method?: 'POST'; body?: object }): Promise<void> {
    try {
      const status = await this.request(path, sessionStatusSchema, request);
      if (!this.#open) return;
      this.#clock.observe(status.serverTime);
      this.#view.set({ status, locked: status.locked });
      this.#keeper.setPasswordChangeRequired(status.passwordChangeRequired);
    } catch {
      // A refusal was heard by #refused; without an answer the page says so itself.
    }
  }

  #refused(error: HavenError): void {
    if (!this.#open) return;
    if (error.code === 'SESSION_LOCKED') this.#view.update((view) => ({ ...view, locked: true }));
    if (error.code === 'PASSWORD_CHANGE_REQUIRED') this.#keeper.setPasswordChangeRequired(true);
  }
}
