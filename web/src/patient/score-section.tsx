import { BAND_WORDS } from '../core/score-view.ts';
import type { PatientVitals } from '../core/patient-vitals.ts';
import type { VitalView } from '../core/freshness.ts';
import { testIds } from '../test-ids.ts';
import styles from './patient-panel.module.css';

/** The partial early-warning score of this moment, with what it is made of and what it is not. */
export function ScoreSection({ vitals }: { vitals: PatientVitals }) {
  const { pulse, breathing, score } = vitals;
  return (
    <section className={styles.section} aria-labelledby="score-title" data-testid={testIds.scoreSection}>
      <h3 id="score-title">Partial score (pulse and breathing only)</h3>
      {score === null ? (
        <p>No score: neither pulse nor breathing is measured now.</p>
      ) : (
        <>
          <p className={styles.score} data-band={score.band}>
            <span className={styles.total}>{score.score.total}</span>
            <span>
              Pulse {partWords(pulse, score.score.pulse)}, breathing{' '}
              {partWords(breathing, score.score.breathing)}
              <br />
              {BAND_WORDS[score.band]}
            </span>
          </p>
          <p className={styles.soft}>
            A lower bound of NEWS2: oxygen, blood pressure, consciousness and temperature are not in it.
          </p>
        </>
      )}
    </section>
  );
}

function partWords(vital: VitalView | null, points: number | null): string {
  if (vital === null || vital.state === 'withheld' || points === null) return 'not measured';
  return `${Math.round(vital.value)}/min: ${points}`;
}
