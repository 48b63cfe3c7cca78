import controls from '../ui/controls.module.css';
import styles from './audit.module.css';
import type { AuditFilter } from './audit-words.ts';

type AuditFilterProps = { filter: AuditFilter; onChange: (filter: AuditFilter) => void; onClear: () => void };

const TEXTS = [
  { name: 'actor', label: 'Who', example: 'user:*' },
  { name: 'action', label: 'Action', example: 'alert:*' },
  { name: 'subject', label: 'What', example: 'patient:P-101' },
] as const;
const TIMES = [
  { name: 'since', label: 'From' },
  { name: 'until', label: 'To' },
] as const;

/** What the lines are searched by. A text matches whole, or by its beginning when it ends with `*`. */
export function AuditFilterForm({ filter, onChange, onClear }: AuditFilterProps) {
  return (
    <form className={styles.filter} role="search" onSubmit={(event) => event.preventDefault()}>
      {TIMES.map(({ name, label }) => (
        <label key={name} className={controls.field}>
          {label}
          <input
            className={controls.input}
            type="datetime-local"
            value={filter[name]}
            onChange={({ target }) => onChange({ ...filter, [name]: target.value })}
          />
        </label>
      ))}
      {TEXTS.map(({ name, label, example }) => (
        <label key={name} className={controls.field}>
          {label}
          <input
            className={controls.input}
            maxLength={name === 'action' ? 64 : 128}
            placeholder={example}
            value={filter[name]}
            onChange={({ target }) => onChange({ ...filter, [name]: target.value })}
          />
        </label>
      ))}
      <label className={controls.field}>
        Result
        <select
          className={controls.input}
          value={filter.result}
          onChange={({ target }) => onChange({ ...filter, result: target.value })}
        >
          <option value="">all</option>
          <option value="done">done</option>
          <option value="refused">refused</option>
          <option value="failed">failed</option>
        </select>
      </label>
      <button type="button" className={controls.button} onClick={onClear}>
        Clear
      </button>
    </form>
  );
}
