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

/** A bell, crossed out: no sound for a while. */
export function SoundOffSymbol() {
  return (
    <svg className={styles.bell} viewBox="0 0 24 24" aria-hidden="true">
      <path
        d="M12 3a6 6 0 0 1 6 6v5l2 3H4l2-3V9a6 6 0 0 1 6-6zM10 20h4"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinejoin="round"
      />
      <path d="M3 3 21 22" stroke="currentColor" strokeWidth="2.5" />
    </svg>
  );
}
