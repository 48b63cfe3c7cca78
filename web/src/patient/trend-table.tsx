import type { TrendRow } from '../core/trend-view.ts';
import { dayWords } from './day-words.ts';
import styles from './patient-panel.module.css';

/** The chart's numbers, newest first, for whoever cannot see it or wants to read them off. */
export function TrendTable({ name, rows }: { name: string; rows: readonly TrendRow[] }) {
  const whole = (value: number | null) => (value === null ? '–' : Math.round(value));
  return (
    <details className={styles.table}>
      <summary>{name} as a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Mean</th>
            <th scope="col">Lowest</th>
            <th scope="col">Highest</th>
            <th scope="col">Measured</th>
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map((row) => (
            <tr key={row.at}>
              <th scope="row">{dayWords(row.at)}</th>
              <td>{whole(row.mean)}</td>
              <td>{whole(row.low)}</td>
              <td>{whole(row.high)}</td>
              <td>{row.mean === null ? 'nothing' : `${Math.round(row.coverage * 100)} of 100 s`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
