import { BAND_WORDS, type ScoreView } from '../core/score-view.ts';
import { testIds } from '../test-ids.ts';
import styles from './score-badge.module.css';

/** The partial early-warning score, small: a hint, and never more than its label says. */
export function ScoreBadge({ view }: { view: ScoreView }) {
  return (
    <p
      className={styles.score}
      data-band={view.band}
      title={`Pulse and breathing only. ${BAND_WORDS[view.band]}`}
      data-testid={testIds.score}
    >
      Partial score {view.score.total}
      {view.missing !== null && `, no ${view.missing}`}
    </p>
  );
}
