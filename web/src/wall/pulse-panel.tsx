import type { AlertPriority } from '@haven/protocol';
import { viewInterval, viewQuality, type VitalView } from '../core/freshness.ts';
import { testIds } from '../test-ids.ts';
import styles from './pulse-panel.module.css';

/** What stands where a number is withheld. */
export const NO_VALUE = '– –';

const BARS = [1, 2, 3, 4] as const;

type PulsePanelProps = {
  pulse: VitalView;
  /** Priority of the pulse's own alert while its condition is present. */
  alarming: AlertPriority | null;
};

export function PulsePanel({ pulse, alarming }: PulsePanelProps) {
  const shown = pulse.state === 'withheld' ? null : pulse;
  return (
    <div
      role="group"
      className={styles.panel}
      data-state={pulse.state}
      data-alarming={alarming ?? 'none'}
      aria-label="Pulse (camera)"
    >
      <div className={styles.header}>
        <h3 className={styles.label}>Pulse (camera)</h3>
        {shown !== null && <Quality quality={shown.quality} />}
      </div>
      <p className={styles.number}>
        <span className={styles.value} data-testid={testIds.pulseValue} data-state={pulse.state}>
          {shown === null ? NO_VALUE : Math.round(shown.value)}
        </span>
        <Interval view={pulse} />
        <span className={styles.unit}>/min</span>
      </p>
      <p className={styles.note} data-testid={testIds.pulseNote}>
        {noteOf(pulse)}
      </p>
    </div>
  );
}

/** How far the rate may be off, where a tile has room for it. */
function Interval({ view }: { view: VitalView }) {
  const off = viewInterval(view);
  if (off === null) return null;
  return (
    <span className={styles.interval} data-testid={testIds.pulseInterval}>
      ± {off}
    </span>
  );
}

/** Nothing beside a live value; the age of a held one; the reason of a withheld one. */
function noteOf(vital: VitalView): string {
  if (vital.state === 'live') return '';
  return vital.state === 'held' ? `held ${Math.floor(vital.ageMs / 1000)} s` : vital.words;
}

/** Bars and a word, but no figure: a percentage beside a pulse would be read as an oxygen saturation. */
function Quality({ quality }: { quality: number }) {
  const { bars, words, percent } = viewQuality(quality);
  return (
    <p className={styles.quality} data-testid={testIds.pulseQuality} data-percent={percent}>
      <span className={styles.bars} aria-hidden="true">
        {BARS.map((bar) => (
          <span key={bar} data-on={bar <= bars} />
        ))}
      </span>
      <span className={styles.qualityLabel}>quality</span> {words}
    </p>
  );
}

export function BreathingRow({ breathing }: { breathing: VitalView }) {
  return (
    <p className={styles.breathing} data-state={breathing.state}>
      <span>
        Breathing<span className={styles.breathingOrigin}> (camera)</span>
      </span>
      <span className={styles.breathingValue} data-testid={testIds.breathingValue}>
        {breathing.state === 'withheld' ? NO_VALUE : Math.round(breathing.value)}
      </span>
      <span>/min</span>
      <span>{breathing.state === 'held' && noteOf(breathing)}</span>
    </p>
  );
}
