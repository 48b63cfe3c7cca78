import { HavenError, type ErrorCode } from '@haven/protocol';
import { useState, type ReactNode, type SyntheticEvent } from 'react';
import type { z } from 'zod';
import { sentenceOf } from '../core/sentences.ts';
import controls from './controls.module.css';
import { FormField, type FieldDefinition, type FieldValue } from './form-field.tsx';
import styles from './form.module.css';

export type FormProps<S extends z.ZodType> = {
  fields: readonly FieldDefinition[];
  initial: Readonly<Record<string, FieldValue>>;
  /** What is sent: an answer that has not its form is told so at its field, with the field's hint. */
  schema: S;
  /** Rejects with the server's refusal. After it has resolved the form is done with. */
  send: (value: z.output<S>) => Promise<void>;
  submit: string;
  /** The button that sends takes something away. */
  dangerous?: boolean;
  onCancel?: (() => void) | undefined;
  /** Which field a refusal is about, and what is said about it there instead of the code's advice. */
  refusals?: Partial<Record<ErrorCode, { field?: string; sentence?: string }>>;
  /** Says what happens, above the fields. */
  children?: ReactNode;
};

type Problem = { field: string | null; sentence: string };

/** Refusals whose own message says more than the code's advice. */
const TELLING: ReadonlySet<ErrorCode> = new Set(['IN_USE', 'PASSWORD_WEAK', 'ALREADY_EXISTS', 'FORBIDDEN']);

/** Asks, checks, sends, and tells what was refused where it was answered. */
export function Form<S extends z.ZodType>(props: FormProps<S>) {
  const { fields, schema, send, submit, dangerous = false, onCancel, refusals = {}, children } = props;
  const [values, setValues] = useState(props.initial);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);

  const wrongField = (name: string): Problem => {
    const field = fields.find((candidate) => candidate.name === name);
    return field === undefined
      ? { field: null, sentence: sentenceOf(new HavenError('INVALID_REQUEST')) }
      : { field: name, sentence: field.hint ?? `${field.label} is needed.` };
  };
  const refused = (error: unknown): Problem => {
    if (!(error instanceof HavenError)) return { field: null, sentence: sentenceOf(error) };
    const named = /^(\w+)[.:]/.exec(error.message)?.[1];
    if (error.code === 'INVALID_REQUEST') {
      return named !== undefined && fields.some(({ name }) => name === named)
        ? wrongField(named)
        : { field: null, sentence: error.message };
    }
    const known = refusals[error.code];
    const sentence = known?.sentence ?? (TELLING.has(error.code) ? error.message : sentenceOf(error));
    return { field: known?.field ?? null, sentence };
  };
  const onSubmit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const parsed = schema.safeParse(values);
    if (!parsed.success) {
      setProblem(wrongField(String(parsed.error.issues[0]?.path[0])));
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      await send(parsed.data);
    } catch (error) {
      setProblem(refused(error));
    }
    setBusy(false);
  };

  return (
    <form className={styles.form} noValidate onSubmit={(event) => void onSubmit(event)}>
      {children}
      {fields.map((field) => (
        <FormField
          key={field.name}
          field={field}
          value={values[field.name] ?? ''}
          problem={problem?.field === field.name ? problem.sentence : undefined}
          onChange={(value) => setValues((before) => ({ ...before, [field.name]: value }))}
        />
      ))}
      {problem?.field === null && (
        <p className={controls.error} role="alert">
          {problem.sentence}
        </p>
      )}
      <div className={styles.buttons}>
        {onCancel !== undefined && (
          <button type="button" className={controls.button} onClick={onCancel}>
            Cancel
          </button>
        )}
        <button type="submit" className={dangerous ? controls.dangerous : controls.primary} disabled={busy}>
          {submit}
        </button>
      </div>
    </form>
  );
}
