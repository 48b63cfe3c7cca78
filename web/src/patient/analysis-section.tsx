import {
  analysisModeAnswerSchema,
  analysisModeChangeSchema,
  analysisModeSchema,
  type AnalysisMode,
} from '@haven/protocol';
import { useState } from 'react';
import { MODE_MEANINGS, MODE_WORDS } from '../core/analysis-words.ts';
import type { SignedInApi } from '../core/signed-in-api.ts';
import { testIds } from '../test-ids.ts';
import controls from '../ui/controls.module.css';
import { Dialog } from '../ui/dialog.tsx';
import { Form } from '../ui/form.tsx';
import type { FieldDefinition } from '../ui/form-field.tsx';
import styles from './patient-panel.module.css';

const REASONS = ['Privacy during care', 'The patient asked for it', 'Closer watch', 'Measured otherwise'];

const FIELDS: readonly FieldDefinition[] = [
  {
    kind: 'choice',
    name: 'mode',
    label: 'Measure from now on',
    options: analysisModeSchema.options.map((mode) => ({ value: mode, name: MODE_WORDS[mode] })),
  },
  {
    kind: 'text',
    name: 'reason',
    label: 'Reason for the change',
    hint: 'Say why, in a few words.',
    maxLength: 200,
    suggestions: REASONS.map((reason) => ({ value: reason, name: reason })),
  },
];

type AnalysisSectionProps = {
  whose: string;
  patientId: string;
  mode: AnalysisMode;
  request: SignedInApi;
  mayChange: boolean;
};

/** What is measured of the patient, what that means, and the way to change it. */
export function AnalysisSection({ whose, patientId, mode, request, mayChange }: AnalysisSectionProps) {
  const [editing, setEditing] = useState(false);
  const close = () => setEditing(false);
  return (
    <section className={styles.section} aria-labelledby="analysis-title" data-testid={testIds.analysis}>
      <div className={styles.sectionHeader}>
        <h3 id="analysis-title">Analysis: {MODE_WORDS[mode]}</h3>
        {mayChange && (
          <button
            type="button"
            className={controls.button}
            data-testid={testIds.analysisChange}
            onClick={() => setEditing(true)}
          >
            Change analysis …
          </button>
        )}
      </div>
      <p>{MODE_MEANINGS[mode]}</p>
      {editing && (
        <Dialog title={`Analysis of ${whose}`} onClose={close} place="foot">
          <Form
            fields={FIELDS}
            initial={{ mode, reason: '' }}
            schema={analysisModeChangeSchema}
            send={async (body) => {
              const path = `/patients/${encodeURIComponent(patientId)}/analysis-mode`;
              await request(path, analysisModeAnswerSchema, { method: 'PUT', body });
              close();
            }}
            submit="Save"
            onCancel={close}
          >
            <p className={controls.soft}>
              In force within five seconds, on every screen. What is not measured raises no alerts, and alerts
              that are on screen stay.
            </p>
          </Form>
        </Dialog>
      )}
    </section>
  );
}
