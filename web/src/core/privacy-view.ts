import type { Privacy, PrivacyReason } from '@haven/protocol';

/** Why a picture is paused, in a nurse's words. */
export const PRIVACY_REASONS: Readonly<Record<PrivacyReason, string>> = {
  'personal-care': 'personal care',
  examination: 'examination',
  conversation: 'conversation',
  visit: 'visit',
  wish: 'the patient’s wish',
};

export const PRIVACY_BY: Readonly<Record<Privacy['by'], string>> = {
  bedside: 'asked for at the bedside',
  clinician: 'asked for by a clinician',
};

/** `12 min left`, in the last minute `45 s left`. @param now by the clock of the pause */
export function timeLeftWords(until: number, now: number): string {
  const seconds = Math.ceil((until - now) / 1000);
  if (seconds <= 0) return 'ending now';
  return seconds <= 60 ? `${seconds} s left` : `${Math.ceil(seconds / 60)} min left`;
}

/** `personal care – 12 min left` */
export function privacyWords({ reason, until }: Privacy, now: number): string {
  return `${PRIVACY_REASONS[reason]} – ${timeLeftWords(until, now)}`;
}
