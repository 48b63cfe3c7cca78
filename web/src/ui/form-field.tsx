import { useId } from 'react';
import controls from './controls.module.css';
import styles from './form.module.css';

export type Option = { value: string; name: string };

/** What a field asks for. `hint` says which form the answer has; it is also what a wrong answer is told. */
export type FieldDefinition = { name: string; label: string; hint?: string } & (
  | {
      kind: 'text' | 'email' | 'password' | 'date' | 'long-text';
      maxLength: number;
      autoComplete?: string;
      inputMode?: 'numeric';
      /** Answers to choose from, or to write another one. */
      suggestions?: readonly Option[];
    }
  | { kind: 'choice'; options: readonly Option[] }
  | { kind: 'choices'; options: readonly Option[] }
);
export type FieldValue = string | readonly string[];

type FieldProps = {
  field: FieldDefinition;
  value: FieldValue;
  problem: string | undefined;
  onChange: (value: FieldValue) => void;
};

export function FormField({ field, value, problem, onChange }: FieldProps) {
  const id = useId();
  const described = [
    ...(field.hint === undefined ? [] : [`${id}-hint`]),
    ...(problem === undefined ? [] : [`${id}-problem`]),
  ].join(' ');
  const common = {
    'aria-describedby': described === '' ? undefined : described,
    'aria-invalid': problem === undefined ? undefined : true,
  };
  const remarks = (
    <>
      {field.hint !== undefined && (
        <span id={`${id}-hint`} className={controls.soft}>
          {field.hint}
        </span>
      )}
      {problem !== undefined && (
        <span id={`${id}-problem`} className={styles.problem} role="alert">
          {problem}
        </span>
      )}
    </>
  );
  if (field.kind === 'choices') {
    const chosen = new Set(value);
    return (
      <fieldset className={styles.choices} {...common}>
        <legend>{field.label}</legend>
        {remarks}
        {field.options.map((option) => (
          <label key={option.value} className={styles.choice}>
            <input
              type="checkbox"
              name={field.name}
              checked={chosen.has(option.value)}
              onChange={({ target }) => {
                if (target.checked) chosen.add(option.value);
                else chosen.delete(option.value);
                onChange([...chosen]);
              }}
            />
            {option.name}
          </label>
        ))}
      </fieldset>
    );
  }
  const input = { ...common, id, name: field.name, className: controls.input, value: String(value) };
  return (
    <div className={controls.field}>
      <label htmlFor={id}>{field.label}</label>
      {field.kind === 'choice' ? (
        <select {...input} onChange={({ target }) => onChange(target.value)}>
          {field.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.name}
            </option>
          ))}
        </select>
      ) : field.kind === 'long-text' ? (
        <textarea
          {...input}
          rows={3}
          maxLength={field.maxLength}
          onChange={({ target }) => onChange(target.value)}
        />
      ) : (
        <input
          {...input}
          type={field.kind}
          maxLength={field.maxLength}
          autoComplete={field.autoComplete ?? 'off'}
          inputMode={field.inputMode}
          list={field.suggestions === undefined ? undefined : `${id}-suggestions`}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
      {'suggestions' in field && field.suggestions !== undefined && (
        <datalist id={`${id}-suggestions`}>
          {field.suggestions.map((option) => (
            <option key={option.value} value={option.value}>
              {option.name}
            </option>
          ))}
        </datalist>
      )}
      {remarks}
    </div>
  );
}
