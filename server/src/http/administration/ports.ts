import type { BreakGlass, breakGlassReviewSchema, IntegrityProblem } from '@haven/protocol';
import type { z } from 'zod';
import type { ListQuery, Page } from '../../access/administration/lists.ts';

/** What sign-in knows and does about accounts. Auditing it is the caller's. */
export interface AccountKeeper {
  /** Until when these addresses cannot sign in, ms since the epoch; those that can are not in it. */
  lockedUntil(emails: readonly string[]): Promise<ReadonlyMap<string, number>>;
  unlock(email: string): Promise<void>;
  /** Ends all sessions and a lock. @returns a password that has to be changed @throws HavenError USER_UNKNOWN */
  resetPassword(userId: string): Promise<string>;
  /** Somebody else knows the user's password: it has to be changed before anything else. */
  requirePasswordChange(userId: string): Promise<void>;
}

export type BreakGlassReview = z.output<typeof breakGlassReviewSchema>;
type Administrator = { userId: string; address: string };

/** Access in an emergency, as administrators see it afterwards. Each change is audited by it. */
export interface EmergencyAccess {
  page(query: ListQuery): Promise<Page<BreakGlass>>;
  /** @throws HavenError NOT_FOUND, ALREADY_DONE */
  end(id: string, by: Administrator): Promise<BreakGlass>;
  /** @throws HavenError NOT_FOUND, ALREADY_DONE */
  review(id: string, review: BreakGlassReview, by: Administrator): Promise<BreakGlass>;
}

export type IntegrityCheck = () => Promise<IntegrityProblem[]>;
