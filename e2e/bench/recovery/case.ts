/** What one run measured: names with their unit. */
export type Figures = Readonly<Record<string, number>>;

/** What was set up for a case, which hurts it once or ten times. */
export type Scene = {
  run: () => Promise<Figures>;
  close: () => Promise<void>;
};

export type RecoveryCase = {
  name: string;
  what: string;
  /** What a figure may be at most. */
  goals: Figures;
  /**
   * All is as before any death once it has run well for so long, ms: what dies young is started again later and later,
   * and each run is to find what somebody would who sees one death.
   */
  calmMs?: number;
  /** @param quick shorter outages and observations */
  open: (quick: boolean) => Promise<Scene>;
};

/** How long something is watched that has no end of its own, ms. */
export const observedMs = (quick: boolean) => (quick ? 6_000 : 30_000);

/** A device's publication counts as well after 10 s, ms. */
export const HEALTHY_MS = 11_000;

export const secondsSince = (since: number, moment: number) => (moment - since) / 1000;
