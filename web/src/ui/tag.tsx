import type { ReactNode } from 'react';
import styles from './table.module.css';

/** A state in a cell. */
export function Tag({ kind, children }: { kind: 'good' | 'off' | 'warning'; children: ReactNode }) {
  return (
    <span className={styles.tag} data-kind={kind}>
      {children}
    </span>
  );
}
