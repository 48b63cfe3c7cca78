import type { StoredEvent } from '@haven/protocol';
import { EVENT_WORDS, evidenceWords } from '../core/analysis-words.ts';
import { testIds } from '../test-ids.ts';
import { dayWords } from './day-words.ts';
import styles from './patient-panel.module.css';

/** What the analysis saw around an alert, with how sure it was and by which figures. */
export function EventList({ events }: { events: readonly StoredEvent[] }) {
  if (events.length === 0) return null;
  return (
    <>
      <h4 className={styles.lifeTitle}>Seen by the analysis</h4>
      <ol data-testid={testIds.alertEvents}>
        {events.map((event) => (
          <li key={event.id}>
            {dayWords(event.at)} {EVENT_WORDS[event.event]}
            <span className={styles.soft}> {remarkOf(event)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

/** `began 12 s before, sure in 80 of 100; torso angle degrees 82`. */
function remarkOf({ at, startedAt, confidence, evidence }: StoredEvent): string {
  const began = startedAt === null ? [] : [`began ${Math.round((at - startedAt) / 1000)} s before`];
  const words = [...began, `confidence ${confidence.toFixed(2)}`].join(', ');
  return evidence === null ? words : `${words}; ${evidenceWords(evidence)}`;
}
