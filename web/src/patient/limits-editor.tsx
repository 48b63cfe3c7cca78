import { HavenError, optionalRuleSchema, type LimitsInForce } from '@haven/protocol';
import { useState, type SyntheticEvent } from 'react';
import {
  draftOf,
  FIELD_WORDS,
  limitsWords,
  NUMBER_FIELDS,
  readDraft,
  RULES_ON_WORDS,
  type LimitsProblems,
  type NumberField,
} from '../core/limits-draft.ts';
import type { LimitsStore, LimitsView } from '../core/patient-records.ts';
import { testIds } from '../test-ids.ts';
import controls from '../ui/controls.module.css';
import { Dialog } from '../ui/dialog.tsx';
import { FormField } from '../ui/form-field.tsx';
import form from '../ui/form.module.css';
import { useAction } from '../ui/use-action.ts';
import { changedWords, ORIGIN_WORDS } from './limits-words.ts';
import styles from './limits-editor.module.css';

const REASONS = ['Known for this patient', 'Ordered by the physician', 'Too many alerts', 'Closer watch'].map(
  (reason) => ({ value: reason, name: reason }),
);

type LimitsEditorProps = {
  title: string;
  /** Whose limits these become. */
  origin: 'patient' | 'room';
  store: LimitsStore;
  /** What the change is made from. */
  from: LimitsView;
  onDone: (view: LimitsView) => void;
  onClose: () => void;
};

/** Changes limits, or goes back to those beneath. What is wrong is told before anything is sent. */
export function LimitsEditor({ title, origin, store, from, onDone, onClose }: LimitsEditorProps) {
  const [view, setView] = useState(from);
  const [meanwhile, setMeanwhile] = useState<LimitsInForce | null>(null);
  const [draft, setDraft] = useState(() => draftOf(from.inForce.limits));
  const [reason, setReason] = useState('');
  const [problems, setProblems] = useState<LimitsProblems & { reason?: string }>({});
  const { busy, problem, run } = useAction();
  const { inForce } = view;
  const own = inForce.origin === origin;

  const send = async (failed: string, request: () => Promise<LimitsView>) => {
    await run(failed, async () => {
      try {
        onDone(await request());
      } catch (error) {
        if (!(error instanceof HavenError) || error.code !== 'CHANGED_MEANWHILE') throw error;
        const newer = await store.read();
        setView(newer);
        setMeanwhile(newer.inForce);
      }
    });
  };
  const readReason = (): string | null => {
    const given = reason.trim();
    if (given.length >= 3) return given;
    setProblems((before) => ({ ...before, reason: 'Say why, in a few words.' }));
    return null;
  };
  const save = (event: SyntheticEvent) => {
    event.preventDefault();
    const { limits, problems: found } = readDraft(draft);
    setProblems(found ?? {});
    const given = readReason();
    if (limits === null || given === null) return;
    void send('Not changed.', () => store.change(limits, given, own ? inForce.version : 0));
  };
  const remove = () => {
    setProblems({});
    const given = readReason();
    if (given !== null) void send('Not changed.', () => store.remove(given, inForce.version));
  };
  const field = (name: NumberField) => (
    <FormField
      key={name}
      field={{
        name,
        label: FIELD_WORDS[name],
        kind: 'text',
        inputMode: 'numeric',
        maxLength: 3,
        ...newerHint(name, draft[name], meanwhile),
      }}
      value={draft[name]}
      problem={problems[name]}
      onChange={(value) => setDraft((before) => ({ ...before, [name]: String(value) }))}
    />
  );

  return (
    <Dialog title={title} onClose={onClose} place="foot">
      <form className={form.form} noValidate data-testid={testIds.limitsEditor} onSubmit={save}>
        {meanwhile !== null && (
          <p className={controls.notice} role="alert" data-testid={testIds.limitsMeanwhile}>
            {meanwhile.changed === null
              ? 'Somebody removed these limits meanwhile. '
              : `Changed meanwhile: ${changedWords(meanwhile.changed)}. `}
            In force now: {limitsWords(meanwhile.limits)}. What you typed is kept: save again to replace them.
          </p>
        )}
        <p className={controls.soft}>In force: {ORIGIN_WORDS[inForce.origin]}.</p>
        <div className={styles.numbers}>{NUMBER_FIELDS.map(field)}</div>
        <FormField
          field={{
            kind: 'choices',
            name: 'on',
            label: 'Alert as well when',
            options: optionalRuleSchema.options.map((rule) => ({ value: rule, name: RULES_ON_WORDS[rule] })),
          }}
          value={[...draft.on]}
          problem={undefined}
          onChange={(chosen) =>
            setDraft((before) => ({
              ...before,
              on: new Set(optionalRuleSchema.options.filter((rule) => chosen.includes(rule))),
            }))
          }
        />
        <FormField
          field={{
            kind: 'text',
            name: 'reason',
            label: 'Reason for the change',
            maxLength: 200,
            suggestions: REASONS,
          }}
          value={reason}
          problem={problems.reason}
          onChange={(value) => setReason(String(value))}
        />
        {problem !== null && (
          <p className={controls.error} role="alert">
            {problem}
          </p>
        )}
        <div className={form.buttons}>
          {own && (
            <button type="button" className={controls.button} disabled={busy} onClick={remove}>
              {origin === 'patient' ? 'Back to the room’s' : 'Back to Haven’s'}
            </button>
          )}
          <button type="button" className={controls.button} onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className={controls.primary} disabled={busy} data-testid={testIds.limitsSave}>
            Save
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** What somebody else has set meanwhile, beside what was typed here. */
function newerHint(name: NumberField, typed: string, meanwhile: LimitsInForce | null): { hint?: string } {
  if (meanwhile === null) return {};
  const now = draftOf(meanwhile.limits)[name];
  return now === typed.trim() ? {} : { hint: `In force now: ${now === '' ? 'none' : now}` };
}
