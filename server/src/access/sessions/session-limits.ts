/** When sessions lock and end, both by the server's clock. */
export type SessionLimits = {
  /** Without use for this long a session locks, ms; null: never. */
  inactivityMs: number | null;
  /** A session ends this long after it began, whatever is done, ms. At most 72 hours. */
  absoluteMs: number;
};

export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  inactivityMs: 15 * 60_000,
  absoluteMs: 12 * 3_600_000,
};
