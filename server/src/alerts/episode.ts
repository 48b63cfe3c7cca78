/**
 * The life of one rule's alerts for one patient, as pure functions over plain data.
 *
 * Missing data is no input at all: it can neither clear an alert nor reset a delay. A delay therefore runs on while
 * nothing is measured, since a collapsing patient is exactly the one whose signal is lost.
 */
import type { Alert } from '@haven/protocol';
import { CLEARING_GAP_MS, type Evidence, type RuleDefinition } from './rules.ts';

/** The parts of an alert that the state machine decides; the rest identifies it. */
export type Episode = Pick<
  Alert,
  | 'episode'
  | 'condition'
  | 'startedAt'
  | 'clearedAt'
  | 'acknowledgement'
  | 'value'
  | 'limit'
  | 'active'
  | 'version'
>;

export type EpisodeState = {
  /** When the running breach began; null while there is none. */
  breachSince: number | null;
  /** When the values came back to normal; null while they are not. */
  normalSince: number | null;
  lastEvidenceAt: number;
  lastEvidence: Evidence | null;
  /** The newest episode, active or over; null before the first. */
  episode: Episode | null;
  /** The highest episode number ever given. */
  lastEpisode: number;
};

export function initialState(lastEpisode = 0, episode: Episode | null = null): EpisodeState {
  return {
    breachSince: null,
    normalSince: null,
    lastEvidenceAt: 0,
    lastEvidence: null,
    episode,
    lastEpisode: Math.max(lastEpisode, episode?.episode ?? 0),
  };
}

/**
 * Takes in one piece of evidence.
 * @param at when it was measured, ms; older evidence than the last is ignored, since it is a repetition or was
 * overtaken
 */
export function observe(
  state: EpisodeState,
  rule: RuleDefinition,
  evidence: Evidence,
  at: number,
): EpisodeState {
  if (at < state.lastEvidenceAt) return state;
  const gap = at - state.lastEvidenceAt > CLEARING_GAP_MS;
  const next: EpisodeState = { ...state, lastEvidenceAt: at, lastEvidence: evidence };
  next.breachSince = evidence.kind === 'breach' ? (state.breachSince ?? at) : null;
  next.normalSince = evidence.kind === 'normal' ? (gap ? at : (state.normalSince ?? at)) : null;
  return clearIfNormal(advance(next, rule, at), rule, at);
}

/** Lets time pass: a breach that has lasted for the rule's delay becomes an episode. */
export function advance(state: EpisodeState, rule: RuleDefinition, now: number): EpisodeState {
  const { breachSince, episode, lastEvidence } = state;
  if (breachSince === null || lastEvidence === null || now - breachSince < rule.delayMs) return state;
  if (episode?.active && episode.condition === 'present') return state;
  const { value, limit } = lastEvidence;
  if (episode?.active) {
    const again: Episode = {
      ...episode,
      condition: 'present',
      clearedAt: null,
      value,
      limit,
      version: episode.version + 1,
    };
    return { ...state, episode: again };
  }
  const number = state.lastEpisode + 1;
  const begun: Episode = {
    episode: number,
    condition: 'present',
    startedAt: now,
    clearedAt: null,
    acknowledgement: null,
    value,
    limit,
    active: true,
    version: 1,
  };
  return { ...state, episode: begun, lastEpisode: number };
}

function clearIfNormal(state: EpisodeState, rule: RuleDefinition, now: number): EpisodeState {
  const { episode, normalSince } = state;
  if (normalSince === null || now - normalSince < rule.clearAfterMs) return state;
  if (episode === null || episode.condition === 'cleared') return state;
  const stays = rule.latching && episode.acknowledgement === null;
  return {
    ...state,
    episode: {
      ...episode,
      condition: 'cleared',
      clearedAt: now,
      active: stays,
      version: episode.version + 1,
    },
  };
}

/** Acknowledges the newest episode; once it is acknowledged nothing changes any more. */
export function acknowledge(state: EpisodeState, by: NonNullable<Episode['acknowledgement']>): EpisodeState {
  const { episode } = state;
  if (episode?.acknowledgement !== null) return state;
  const active = episode.active && episode.condition === 'present';
  return { ...state, episode: { ...episode, acknowledgement: by, active, version: episode.version + 1 } };
}
