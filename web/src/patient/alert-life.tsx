import type { AlertLimits, AlertTransition } from '@haven/protocol';
import { useCallback, useMemo } from 'react';
import { readAlert } from '../core/patient-records.ts';
import type { SignedInApi } from '../core/signed-in-api.ts';
import { testIds } from '../test-ids.ts';
import { useLoaded } from '../ui/use-loaded.ts';
import { dayWords } from './day-words.ts';
import { EventList } from './event-list.tsx';
import styles from './patient-panel.module.css';
import { TrendPicture } from './trend-picture.tsx';

const CHANGES: Readonly<Record<AlertTransition['change']['kind'], string>> = {
  raised: 'Began',
  cleared: 'Condition over',
  returned: 'Condition back',
  acknowledged: 'Acknowledged',
  silenced: 'Silenced',
  moved: 'Patient moved to another room',
  ended: 'Ended',
};
/** What was measured is shown this long before and after the alert's beginning, ms. */
const AROUND_MS = 15 * 60_000;

type AlertLifeProps = { id: string; request: SignedInApi; alertId: string; limits: AlertLimits | null };

/** Everything that happened to one alert, and what was measured around it. */
export function AlertLife({ id, request, alertId, limits }: AlertLifeProps) {
  const { value, problem } = useLoaded(useCallback(() => readAlert(request, alertId), [request, alertId]));
  const startedAt = value?.alert.startedAt ?? 0;
  const priority = value?.alert.priority ?? 'technical';
  const marks = useMemo(() => [{ at: startedAt, priority }], [startedAt, priority]);
  if (value === null) {
    return (
      <p id={id} role="status">
        {problem ?? 'Loading …'}
      </p>
    );
  }
  return (
    <div id={id} className={styles.life} data-testid={testIds.alertLife}>
      <ol>
        {value.transitions.map((transition) => (
          <li key={transition.version}>{transitionWords(transition)}</li>
        ))}
      </ol>
      <EventList events={value.events} />
      {value.trends
        .filter(({ name }) => name !== 'motion')
        .map((trend) => (
          <TrendPicture
            key={trend.name}
            trend={trend}
            since={startedAt - AROUND_MS}
            until={startedAt + AROUND_MS}
            limits={limits}
            marks={marks}
          />
        ))}
    </div>
  );
}

/** `22 Nov, 03:12 Acknowledged by Nurse Joy: Patient checked` */
function transitionWords({ change, value, limit, by, reason }: AlertTransition): string {
  const measured = value === null ? '' : `, ${Math.round(value)}`;
  const crossed = value === null || limit === null ? '' : ` (limit ${Math.round(limit)})`;
  const who = by === null ? '' : ` by ${by.userName}`;
  const why = reason === null ? '' : `: ${reason}`;
  const what = change.kind === 'raised' ? `${measured}${crossed}` : '';
  return `${dayWords(change.at)} ${CHANGES[change.kind]}${what}${who}${why}`;
}
