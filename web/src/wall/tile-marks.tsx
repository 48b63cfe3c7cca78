import type { AnalysisMode, LinkQuality } from '@haven/protocol';
import { EVENT_WORDS, MODE_MEANINGS, MODE_WORDS } from '../core/analysis-words.ts';
import type { PatientVitals } from '../core/patient-vitals.ts';
import { testIds } from '../test-ids.ts';
import { ScoreBadge } from './score-badge.tsx';
import styles from './tile-marks.module.css';

/** A good link needs no words, and of a lost one the picture says NO SIGNAL. */
const LINK_WORDS: Readonly<Record<LinkQuality, string | null>> = {
  good: null,
  fair: 'fair',
  poor: 'poor',
  lost: null,
};

type TileMarksProps = {
  mode: AnalysisMode;
  /** Who talks with the patient now. */
  talker: string | null;
  vitals: PatientVitals;
  /** Of the link between the device and the server; null without a stream. */
  link: LinkQuality | null;
  /** An alert of the tile says already that nobody is there. */
  absenceAlerted: boolean;
};

/** In the picture's corner: the partial score, and what is not as usual with the analysis. */
export function TileMarks({ mode, talker, vitals, link, absenceAlerted }: TileMarksProps) {
  const { score, present, reducedFrameRate } = vitals;
  const linkWords = link === null ? null : LINK_WORDS[link];
  return (
    <div className={styles.marks}>
      {talker !== null && (
        <p className={styles.mark} data-kind="talk" data-testid={testIds.tileTalk}>
          {talker} talks with the patient
        </p>
      )}
      {score !== null && <ScoreBadge view={score} />}
      {present === false && !absenceAlerted && (
        <p className={styles.mark} data-kind="absent" data-testid={testIds.absent}>
          {EVENT_WORDS.absent}
        </p>
      )}
      {mode !== 'both' && (
        <p
          className={styles.mark}
          data-kind="mode"
          title={MODE_MEANINGS[mode]}
          data-testid={testIds.analysisMode}
        >
          {MODE_WORDS[mode]}
        </p>
      )}
      {linkWords !== null && (
        <p
          className={styles.mark}
          data-kind="link"
          data-quality={link}
          title="The network between the bedside and Haven: the picture may be coarse or halt."
          data-testid={testIds.deviceLink}
        >
          Device link {linkWords}
        </p>
      )}
      {reducedFrameRate !== null && (
        <p
          className={styles.mark}
          data-kind="busy"
          title="Fewer pictures than usual are analysed: Haven is short of processor time."
          data-testid={testIds.reducedFrameRate}
        >
          <span className={styles.long}>Analysis: </span>
          {reducedFrameRate}
          <span className={styles.long}> pictures</span>/s (busy)
        </p>
      )}
    </div>
  );
}
