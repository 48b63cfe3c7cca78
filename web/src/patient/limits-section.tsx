import { optionalRuleSchema } from '@haven/protocol';
import { useState } from 'react';
import { RULES_ON_WORDS } from '../core/limits-draft.ts';
import type { LimitsStore, LimitsView } from '../core/patient-records.ts';
import { testIds } from '../test-ids.ts';
import controls from '../ui/controls.module.css';
import type { Loaded } from '../ui/use-loaded.ts';
import { LimitsEditor } from './limits-editor.tsx';
import { changedWords, ORIGIN_WORDS } from './limits-words.ts';
import { Problem } from '../ui/problem.tsx';
import styles from './patient-panel.module.css';

type LimitsSectionProps = {
  whose: string;
  store: LimitsStore;
  loaded: Loaded<LimitsView>;
  mayChange: boolean;
};

/** What the patient's rules alert at, where that comes from, and the way to change it. */
export function LimitsSection({ whose, store, loaded, mayChange }: LimitsSectionProps) {
  const [editing, setEditing] = useState(false);
  const { value, problem, reload } = loaded;
  const close = () => {
    setEditing(false);
    reload();
  };
  return (
    <section className={styles.section} aria-labelledby="limits-title" data-testid={testIds.limits}>
      <div className={styles.sectionHeader}>
        <h3 id="limits-title">Alert limits</h3>
        {mayChange && value !== null && (
          <button
            type="button"
            className={controls.button}
            data-testid={testIds.limitsChange}
            onClick={() => setEditing(true)}
          >
            Change limits …
          </button>
        )}
      </div>
      <Problem words={problem} role="status" onRetry={reload} />
      {value !== null && <LimitsInWords view={value} />}
      {editing && value !== null && (
        <LimitsEditor
          title={`Alert limits of ${whose}`}
          origin="patient"
          store={store}
          from={value}
          onDone={close}
          onClose={close}
        />
      )}
    </section>
  );
}

function LimitsInWords({ view }: { view: LimitsView }) {
  const { limits, origin, changed } = view.inForce;
  const on = optionalRuleSchema.options.filter((rule) => !limits.off.includes(rule));
  const rows = [
    ['Pulse', `${limits.pulseLow}–${limits.pulseHigh} /min`],
    ['Breathing', `${limits.breathingLow}–${limits.breathingHigh} /min`],
    ['Pulse change in 5 min', limits.pulseChange === null ? 'off' : `more than ${limits.pulseChange} /min`],
    ['After', `${limits.delaySeconds} s beyond a limit; a fall at once`],
    [
      'Also',
      on.length === 0 ? 'nothing else' : on.map((rule) => RULES_ON_WORDS[rule].toLowerCase()).join(', '),
    ],
  ] as const;
  return (
    <>
      <dl className={styles.facts}>
        {rows.map(([name, words]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.soft} data-testid={testIds.limitsOrigin}>
        In force: {ORIGIN_WORDS[origin]}
        {changed !== null && ` (${changedWords(changed)})`}.
      </p>
    </>
  );
}
