/**
 * The life of one rule's alerts for one patient, as pure functions over plain data.
 *
 * Missing data is no input at all: it can neither clear an alert nor reset a delay. A delay therefore runs on while
 * nothing is measured, since a collapsing patient is exactly the one whose signal is lost.
 *
 * Durations are measured by a clock that nobody can set, from the moments at which evidence arrives: the system clock
 * may jump, and only the times that are shown come from it.
 */
import type { Alert, AlertChange } from '@haven/protocol';
import type { Evidence } from './evidence.ts';
import type { Judgement } from './rules.ts';

/** A gap in the measured values longer than this interrupts a return to normal, ms. */
export const CLEARING_GAP_MS = 5_000;
/**
 * Evidence that is older than the newest was overtaken on its way. When nothing newer came for this long, ms, the
 * clock of whoever measures was set back instead: a patient is not left unwatched for as long as it jumped.
 */
export const OVERTAKEN_WITHIN_MS = 3_000;

export type Moment = {
  /** By a clock that only ever runs forwards, ms. */
  steady: number;
  /** By the system's clock, ms since the epoch: for people. */
  at: number;
};

/** The parts of an alert that the state machine decides; the rest identifies it. */
export type Episode = Pick<
  Alert,
  | 'episode'
  | 'condition'
  | 'startedAt'
  | 'clearedAt'
  | 'acknowledgement'
  | 'silence'
  | 'value'
  | 'limit'
  | 'active'
  | 'version'
  | 'change'
>;

/** A running delay: since when (steady), and what was measured last beyond which limit. */
export type Breach = { since: number; value: number | null; limit: number | null };

export type EpisodeState = {
  /** Null while the last evidence was no breach. */
  breach: Breach | null;
  /** When the values came back to normal (steady); null while they are not. */
  normalSince: number | null;
  /** When the last evidence arrived (steady), and its time by the clock of whoever measured. */
  lastEvidenceAt: number | null;
  lastMeasuredAt: number | null;
  /** The newest episode, active or over; null before the first. */
  episode: Episode | null;
  /** The highest episode number ever given. */
  lastEpisode: number;
};

export function initialState(
  lastEpisode = 0,
  episode: Episode | null = null,
  breach: Breach | null = null,
): EpisodeState {
  return {
    breach,
    normalSince: null,
    lastEvidenceAt: null,
    lastMeasuredAt: null,
    episode,
    lastEpisode: Math.max(lastEpisode, episode?.episode ?? 0),
  };
}

export type Observed = {
  evidence: Evidence;
  /** By the clock of whoever measured, ms; null for what the server itself found, which comes in order. */
  measuredAt: number | null;
  /** For how long it had been so when it was reported, ms. */
  ageMs: number;
};

/** Takes in one piece of evidence as it arrives; a repetition, or one that was overtaken, changes nothing. */
export function observe(
  state: EpisodeState,
  rule: Judgement,
  { evidence, measuredAt, ageMs }: Observed,
  now: Moment,
): EpisodeState {
  const silentFor = state.lastEvidenceAt === null ? Infinity : now.steady - state.lastEvidenceAt;
  const overtaken =
    measuredAt !== null && state.lastMeasuredAt !== null && measuredAt <= state.lastMeasuredAt;
  if (overtaken && silentFor <= OVERTAKEN_WITHIN_MS) return state;
  const next: EpisodeState = {
    ...state,
    breach: breachAfter(state, evidence, now.steady - ageMs),
    normalSince: null,
    lastEvidenceAt: now.steady,
    lastMeasuredAt: measuredAt ?? state.lastMeasuredAt,
  };
  if (evidence.kind === 'over') return clear(next, rule, now);
  if (evidence.kind === 'normal') {
    next.normalSince = silentFor > CLEARING_GAP_MS ? now.steady : (state.normalSince ?? now.steady);
    return now.steady - next.normalSince < rule.clearAfterMs ? next : clear(next, rule, now);
  }
  const advanced = advance(next, rule, now);
  return rule.momentary ? { ...advanced, breach: null } : advanced;
}

function breachAfter(state: EpisodeState, evidence: Evidence, since: number): Breach | null {
  if (evidence.kind !== 'breach') return null;
  const { value, limit } = evidence;
  // It cannot have begun before evidence that said otherwise.
  return { since: state.breach?.since ?? Math.max(since, state.lastEvidenceAt ?? -Infinity), value, limit };
}

/** Whether there is an episode whose condition holds now. */
export function isPresent({ episode }: EpisodeState): boolean {
  return episode?.active === true && episode.condition === 'present';
}

/** Lets time pass: a breach that has lasted for the rule's delay becomes an episode. */
export function advance(state: EpisodeState, rule: Judgement, now: Moment): EpisodeState {
  const { breach, episode } = state;
  if (breach === null || isPresent(state) || now.steady - breach.since < rule.delayMs) return state;
  const { value, limit } = breach;
  if (episode?.active === true) {
    return amend(state, episode, 'returned', now.at, { condition: 'present', clearedAt: null, value, limit });
  }
  const number = state.lastEpisode + 1;
  const begun: Episode = {
    episode: number,
    condition: 'present',
    startedAt: now.at,
    clearedAt: null,
    acknowledgement: null,
    silence: null,
    value,
    limit,
    active: true,
    version: 1,
    change: { kind: 'raised', at: now.at },
  };
  return { ...state, episode: begun, lastEpisode: number };
}

function clear(state: EpisodeState, rule: Judgement, now: Moment): EpisodeState {
  const { episode } = state;
  if (rule.momentary || episode?.condition !== 'present' || !episode.active) return state;
  const active = rule.latching && episode.acknowledgement === null;
  return amend(state, episode, 'cleared', now.at, { condition: 'cleared', clearedAt: now.at, active });
}

/** Acknowledges the newest episode; once it is acknowledged nothing changes any more. */
export function acknowledge(
  state: EpisodeState,
  rule: Pick<Judgement, 'momentary'>,
  by: NonNullable<Episode['acknowledgement']>,
): EpisodeState {
  const { episode } = state;
  if (episode?.acknowledgement !== null || !episode.active) return state;
  const change: Partial<Episode> = { acknowledgement: by, active: episode.condition === 'present' };
  if (rule.momentary) Object.assign(change, { condition: 'cleared', clearedAt: by.at, active: false });
  return amend(state, episode, 'acknowledged', by.at, change);
}

/** Turns the episode's sound off for a while; nothing to do for one that makes none any more. */
export function silence(state: EpisodeState, by: NonNullable<Episode['silence']>): EpisodeState {
  const { episode } = state;
  if (episode?.active !== true || episode.acknowledgement !== null) return state;
  return amend(state, episode, 'silenced', by.at, { silence: by });
}

/** The patient lies in another room now: the episode goes on there. */
export function move(state: EpisodeState, at: number): EpisodeState {
  const { episode } = state;
  return episode?.active === true ? amend(state, episode, 'moved', at, {}) : state;
}

/** The patient was removed: nothing of theirs is watched any more. */
export function end(state: EpisodeState, at: number): EpisodeState {
  const { episode } = state;
  const stopped: EpisodeState = { ...state, breach: null, normalSince: null };
  return episode?.active === true ? amend(stopped, episode, 'ended', at, { active: false }) : stopped;
}

function amend(
  state: EpisodeState,
  episode: Episode,
  kind: AlertChange['kind'],
  at: number,
  change: Partial<Episode>,
): EpisodeState {
  const version = episode.version + 1;
  return { ...state, episode: { ...episode, ...change, version, change: { kind, at } } };
}
