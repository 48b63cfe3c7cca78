import { randomUUID } from 'node:crypto';
import { HavenError, type BreakGlass, type breakGlassRequestSchema } from '@haven/protocol';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { z } from 'zod';
import { countAgainst, type OpenLimiter } from '../../admission/limiters.ts';
import type { BreakGlassRow } from '../../records/database.ts';
import type { Records } from '../../records/records.ts';
import type { StoreCalls } from '../../records/store-calls.ts';
import type { StoreClient } from '../../records/store.ts';
import type { Access, UserPrincipal } from '../access.ts';

/** Of one user: an emergency needs one or two, and each is reviewed by a person. */
const STARTS = { name: 'break-glass', points: 10, duration: 3600 };
/** Those that ended by themselves are looked for this often: the audit trail says so then. */
const LOOK_EVERY_MS = 15_000;

type Dependencies = {
  client: StoreClient;
  calls: StoreCalls;
  /** ms since the epoch */
  clock: () => number;
  rights: Access['rights'];
  /** Rights changed: reads them anew. */
  changed: () => Promise<void>;
  openLimiter: OpenLimiter;
};

/** What a clinician does, and the look-out for what ended by itself. */
export type EmergencyAccessDesk = Pick<EmergencyAccess, 'start' | 'running' | 'end' | 'watchExpiry'>;

/**
 * Break-glass: a clinician's access, in an emergency and for a while, to a room that is not assigned. Whether the caller
 * may is authorised before (`break-glass:start`); it ends by time without anybody's doing.
 */
export class EmergencyAccess {
  readonly #parts: Dependencies;
  readonly #starts: RateLimiterAbstract;

  constructor(parts: Dependencies) {
    this.#parts = parts;
    this.#starts = parts.openLimiter(STARTS);
  }

  /** @throws HavenError ALREADY_DONE (the room is the user's), RATE_LIMITED, STORAGE_UNAVAILABLE */
  async start(
    { userId, displayName }: UserPrincipal,
    { roomId, reason, minutes }: z.output<typeof breakGlassRequestSchema>,
  ): Promise<BreakGlass> {
    const { calls, changed, client, clock, rights } = this.#parts;
    if (rights(userId).roomIds.has(roomId)) {
      throw new HavenError('ALREADY_DONE', 'You have access to this room already.');
    }
    await countAgainst(this.#starts, userId);
    const startedAt = clock();
    const row = {
      id: randomUUID(),
      user_id: userId,
      room_id: roomId,
      reason,
      started_at: new Date(startedAt).toISOString(),
      ends_at: new Date(startedAt + minutes * 60_000).toISOString(),
    };
    const [started] = await calls.read(() => client.from('break_glass').upsert(row).select('*'));
    if (started === undefined) throw new HavenError('STORAGE_UNAVAILABLE');
    await changed();
    return breakGlassOf(started, displayName);
  }

  /** The user's own that run now, the newest first. @throws HavenError STORAGE_UNAVAILABLE */
  async running({ userId, displayName }: UserPrincipal): Promise<BreakGlass[]> {
    const { calls, client, clock } = this.#parts;
    const rows = await calls.read(() =>
      client
        .from('break_glass')
        .select('*')
        .eq('user_id', userId)
        .is('ended_at', null)
        .gt('ends_at', new Date(clock()).toISOString())
        .order('started_at', { ascending: false }),
    );
    return rows.map((row) => breakGlassOf(row, displayName));
  }

  /**
   * Ends one of the user's own before its time.
   * @returns the room
   * @throws HavenError NOT_FOUND when the user has none that runs, STORAGE_UNAVAILABLE
   */
  async end({ userId }: UserPrincipal, id: string): Promise<string> {
    const { calls, changed, client, clock } = this.#parts;
    const now = new Date(clock()).toISOString();
    const [ended] = await calls.read(() =>
      client
        .from('break_glass')
        .update({ ended_at: now, ended_by: userId })
        .eq('id', id)
        .eq('user_id', userId)
        .is('ended_at', null)
        .gt('ends_at', now)
        .select('room_id'),
    );
    if (ended === undefined) throw new HavenError('NOT_FOUND', 'There is no emergency access to end.');
    await changed();
    return ended.room_id;
  }

  /**
   * Keeps in the audit trail which ended by themselves, each once, whichever server finds it.
   * @throws HavenError STORAGE_UNAVAILABLE, STORAGE_FULL
   */
  async auditExpired(records: Pick<Records, 'audit'>): Promise<void> {
    const { calls, client, clock } = this.#parts;
    const expired = await calls.read(() =>
      client
        .from('break_glass')
        .update({ expiry_audited: true })
        .lte('ends_at', new Date(clock()).toISOString())
        .is('ended_at', null)
        .eq('expiry_audited', false)
        .select('id, ends_at'),
    );
    for (const { id, ends_at: endedAt } of expired) {
      const line = { actor: 'system', action: 'break-glass:expire', subject: `break-glass:${id}` } as const;
      await records.audit({ ...line, result: 'done', at: Date.parse(endedAt) });
    }
  }

  /** @returns what ends it */
  watchExpiry(records: Pick<Records, 'audit'>, onFailure: (error: unknown) => void): () => void {
    const look = () => void this.auditExpired(records).catch(onFailure);
    const timer = setInterval(look, LOOK_EVERY_MS).unref();
    return () => clearInterval(timer);
  }
}

/** One that runs, which nobody has reviewed yet. */
function breakGlassOf(row: BreakGlassRow, userName: string): BreakGlass {
  return {
    id: row.id,
    userId: row.user_id,
    userName,
    roomId: row.room_id,
    reason: row.reason,
    startedAt: Date.parse(row.started_at),
    endsAt: Date.parse(row.ends_at),
    endedAt: null,
    review: null,
  };
}
