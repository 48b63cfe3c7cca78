import { breakGlassSchema, HavenError, type BreakGlass, type breakGlassReviewSchema } from '@haven/protocol';
import { z } from 'zod';
import type { Records } from '../../records/records.ts';
import type { StoreCalls } from '../../records/store-calls.ts';
import type { Store } from '../../records/store.ts';
import { readPage, type ListQuery, type Page } from '../administration/lists.ts';

const listSchema = z.object({ total: z.number(), items: z.array(breakGlassSchema) });

type Dependencies = {
  store: Store;
  calls: StoreCalls;
  records: Pick<Records, 'audit'>;
  /** ms since the epoch */
  clock: () => number;
  /** Rights changed: reads them anew. */
  changed: () => Promise<void>;
};
/** Who reviews, and from where. */
type Reviewer = { userId: string; address: string };

/** Emergency access as administrators and auditors see it afterwards; what they do is audited here. */
export class EmergencyAccessReview {
  readonly #parts: Dependencies;

  constructor(parts: Dependencies) {
    this.#parts = parts;
  }

  /** Newest first. @throws HavenError STORAGE_UNAVAILABLE */
  page(query: ListQuery): Promise<Page<BreakGlass>> {
    return readPage(this.#parts, 'list_break_glass', listSchema, query);
  }

  /**
   * Ends anybody's before its time; the room is closed to them within seconds.
   * @throws HavenError NOT_FOUND, ALREADY_DONE (it has ended), STORAGE_UNAVAILABLE
   */
  async end(id: string, by: Reviewer): Promise<BreakGlass> {
    const { calls, changed, clock, store } = this.#parts;
    const now = new Date(clock()).toISOString();
    const ended = await calls.read(() =>
      store.service
        .from('break_glass')
        .update({ ended_at: now, ended_by: by.userId })
        .eq('id', id)
        .is('ended_at', null)
        .gt('ends_at', now)
        .select('id'),
    );
    const described = await this.#find(id);
    if (ended.length === 0) throw new HavenError('ALREADY_DONE', 'It has ended already.');
    await this.#audit(by, 'break-glass:end', id);
    await changed();
    return described;
  }

  /**
   * Says whether it was justified, once; nobody judges their own.
   * @throws HavenError NOT_FOUND, FORBIDDEN, ALREADY_DONE, STORAGE_UNAVAILABLE
   */
  async review(
    id: string,
    { note, justified }: z.output<typeof breakGlassReviewSchema>,
    by: Reviewer,
  ): Promise<BreakGlass> {
    const { calls, clock, store } = this.#parts;
    const known = await this.#find(id);
    if (known.userId === by.userId) {
      throw new HavenError('FORBIDDEN', 'Nobody reviews their own emergency access.');
    }
    const reviewedAt = new Date(clock()).toISOString();
    const reviewed = await calls.read(() =>
      store.service
        .from('break_glass')
        .update({ reviewed_by: by.userId, reviewed_at: reviewedAt, review_note: note, justified })
        .eq('id', id)
        .is('reviewed_at', null)
        .select('id'),
    );
    if (reviewed.length === 0) throw new HavenError('ALREADY_DONE', 'Somebody has reviewed it already.');
    await this.#audit(by, justified ? 'break-glass:justify' : 'break-glass:object', id, note);
    return this.#find(id);
  }

  async #find(id: string): Promise<BreakGlass> {
    const { items } = await this.page({ search: id, limit: 1 });
    const [found] = items;
    if (found?.id !== id) throw new HavenError('NOT_FOUND', 'There is no such emergency access.');
    return found;
  }

  #audit({ userId, address }: Reviewer, action: string, id: string, reason?: string): Promise<void> {
    return this.#parts.records.audit({
      ...{ actor: `user:${userId}`, action, subject: `break-glass:${id}`, result: 'done', address },
      at: this.#parts.clock(),
      ...(reason === undefined ? {} : { reason }),
    });
  }
}
