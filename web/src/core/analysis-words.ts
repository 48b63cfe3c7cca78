/** What is measured of a patient, and what the analysis saw, in a nurse's words. */
import type { AnalysisMode, DetectedEvent, Evidence } from '@haven/protocol';

export const MODE_WORDS: Readonly<Record<AnalysisMode, string>> = {
  both: 'Vitals and presence',
  vitals: 'Vitals only',
  presence: 'Presence only',
  off: 'Analysis off',
};

/** What a mode means for whoever relies on it. */
export const MODE_MEANINGS: Readonly<Record<AnalysisMode, string>> = {
  both: 'Pulse and breathing are measured; absence, leaving the bed and falls are watched for.',
  vitals: 'Pulse and breathing are measured. Absence, leaving the bed and falls are not watched for.',
  presence: 'Absence, leaving the bed and falls are watched for. Pulse and breathing are not measured.',
  off: 'The picture is shown, and nothing is measured or watched for.',
};

export const EVENT_WORDS: Readonly<Record<DetectedEvent, string>> = {
  absent: 'Not in the picture',
  returned: 'Back again',
  'second-person': 'Somebody else came',
  alone: 'Alone again',
  restless: 'Restless',
  fall: 'Fall seen',
  'bed-exit': 'Out of bed',
  'too-far': 'Face too small in the picture',
};

/** The figures that led to an event: `still for seconds 12, share changed 0.4`. */
export function evidenceWords(evidence: Evidence): string {
  return Object.entries(evidence)
    .map(([name, value]) => `${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} ${value}`)
    .join(', ');
}
