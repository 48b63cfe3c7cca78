import { viewInterval, viewQuality, type VitalView } from '../core/freshness.ts';
import type { PatientVitals } from '../core/patient-vitals.ts';
import { testIds } from '../test-ids.ts';
import styles from './patient-panel.module.css';

/** What is measured at this moment, with how far it may be off and how it was measured. */
export function NowSection({ vitals }: { vitals: PatientVitals }) {
  const { pulse, breathing, sdnn, rmssd, present, reducedFrameRate } = vitals;
  const rows: { name: string; words: string; remark: string | null }[] = [
    { name: 'Pulse (camera)', ...rateWords(pulse) },
    ...(breathing === null ? [] : [{ name: 'Breathing (camera)', ...rateWords(breathing) }]),
    ...(present === null ? [] : [{ name: 'Presence', words: presenceWords(present), remark: null }]),
    ...(sdnn === null ? [] : [{ name: 'SDNN (experimental)', ...variabilityWords(sdnn) }]),
    ...(rmssd === null ? [] : [{ name: 'RMSSD (experimental)', ...variabilityWords(rmssd) }]),
  ];
  const hasInterval = [pulse, breathing].some((view) => view !== null && viewInterval(view) !== null);
  const hasVariability = [sdnn, rmssd].some((view) => view !== null && view.state !== 'withheld');
  return (
    <section className={styles.section} aria-labelledby="now-title" data-testid={testIds.now}>
      <h3 id="now-title">Measured now</h3>
      <dl className={styles.facts}>
        {rows.map(({ name, words, remark }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {words}
              {remark !== null && <span className={styles.soft}> {remark}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {hasInterval && (
        <p className={styles.soft}>±: the true rate is within this range in 95 of 100 such cases.</p>
      )}
      {hasVariability && (
        <p className={styles.soft}>
          Variability of the time between beats is experimental: not for decisions about a patient.
        </p>
      )}
      {reducedFrameRate !== null && (
        <p role="status">
          Analysis: {reducedFrameRate} pictures a second. Haven is short of processor time; values may be
          withheld more often.
        </p>
      )}
    </section>
  );
}

function rateWords(view: VitalView): { words: string; remark: string | null } {
  if (view.state === 'withheld') return { words: '– –', remark: view.words };
  const interval = viewInterval(view);
  return {
    words: `${Math.round(view.value)}${interval === null ? '' : ` ± ${interval}`} /min`,
    remark: remarkOf(view),
  };
}

function variabilityWords(view: VitalView): { words: string; remark: string | null } {
  if (view.state === 'withheld') return { words: '– –', remark: view.words };
  return { words: `${Math.round(view.value)} ms`, remark: remarkOf(view) };
}

/** How it was measured: `held 7 s, quality fair, by POS, over 10 s`. */
function remarkOf(view: Exclude<VitalView, { state: 'withheld' }>): string {
  const held = view.state === 'held' ? `held ${Math.floor(view.ageMs / 1000)} s, ` : '';
  const over = view.windowMs === 0 ? '' : `, over ${Math.round(view.windowMs / 1000)} s`;
  return `${held}quality ${viewQuality(view.quality).words}, by ${view.method}${over}`;
}

function presenceWords(present: boolean): string {
  return present ? 'Somebody is there' : 'Not in the picture';
}
