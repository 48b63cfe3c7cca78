import type { AlertPriority } from '@haven/protocol';
import styles from './alert-symbol.module.css';

const MARKS: Readonly<Record<Exclude<AlertPriority, 'technical'>, string>> = {
  high: '!!!',
  medium: '!!',
  low: '!',
};

/** The priority without colour: a triangle with one to three marks, or a crossed-out camera. */
export function AlertSymbol({ priority }: { priority: AlertPriority }) {
  if (priority === 'technical') {
    return (
      <svg className={styles.symbol} viewBox="0 0 36 28" aria-hidden="true">
        <path d="M4 8h18v13H4zM22 12l9-4v13l-9-4z" fill="none" stroke="currentColor" strokeWidth="2.5" />
        <path d="M3 26 31 3" stroke="currentColor" strokeWidth="3" />
      </svg>
    );
  }
  return (
    <svg className={styles.symbol} viewBox="0 0 36 28" aria-hidden="true">
      <path d="M18 2 34 26H2z" fill="none" stroke="currentColor" strokeWidth="2.5" strokeLinejoin="round" />
      <text x="18" y="23" textAnchor="middle" fontSize="14" fontWeight="800" fill="currentColor">
        {MARKS[priority]}
      </text>
    </svg>
  );
}
