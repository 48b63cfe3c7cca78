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
  /** @param quick shorter outages and observations */
  open: (quick: boolean) => Promise<Scene>;
};

/** How long something is watched that has no end of its own, ms. */
export const observedMs = (quick: boolean) => (quick ? 6_000 : 30_000);

export const secondsSince = (since: number, moment: number) => (moment - since) / 1000;
