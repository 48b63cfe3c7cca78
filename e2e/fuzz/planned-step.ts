import type { Choice } from './cases-of.ts';

/** Cases of one kind, for one door. */
export type PlannedStep = {
  name: string;
  /** Of all cases, 0–1. */
  share: number;
  /** @returns how many were answered how, or came how far */
  run: (choice: Choice) => Promise<ReadonlyMap<string, number>>;
};
