import { useState, type ReactNode } from 'react';
import table from '../ui/table.module.css';
import styles from './streams.module.css';

export type SortableColumn<T> = {
  name: string;
  cell: (item: T) => ReactNode;
  /** What the rows are sorted by; smaller comes first. */
  sortBy: (item: T) => number | string;
  /** Numbers stand right. */
  numeric?: true;
};

type Order = { column: string; descending: boolean };

type SortableTableProps<T> = {
  caption: string;
  items: readonly T[];
  keyOf: (item: T) => string;
  /** The first one names the row. */
  columns: readonly SortableColumn<T>[];
  sortedBy: string;
};

/** A table that a press on a column's name sorts, and a second one the other way round. */
export function SortableTable<T>({ caption, items, keyOf, columns, sortedBy }: SortableTableProps<T>) {
  const [order, setOrder] = useState<Order>({ column: sortedBy, descending: false });
  const sort = (column: string) =>
    setOrder((before) => ({ column, descending: before.column === column && !before.descending }));
  const by = columns.find(({ name }) => name === order.column)?.sortBy;
  const sorted = by === undefined ? items : sortedItems(items, by, order.descending);
  return (
    <div className={table.scroll} role="region" aria-label={caption} tabIndex={0}>
      <table className={table.table}>
        <caption className={styles.caption}>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name, numeric }) => {
              const here = order.column === name;
              const direction = order.descending ? 'descending' : 'ascending';
              return (
                <th
                  key={name}
                  scope="col"
                  className={numeric && styles.numeric}
                  aria-sort={here ? direction : 'none'}
                >
                  <button type="button" className={styles.sort} onClick={() => sort(name)}>
                    {name}
                    <span aria-hidden="true">{here ? (order.descending ? ' ▾' : ' ▴') : ''}</span>
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {sorted.map((item) => (
            <tr key={keyOf(item)}>
              {columns.map(({ name, cell, numeric }, index) =>
                index === 0 ? (
                  <th key={name} scope="row">
                    {cell(item)}
                  </th>
                ) : (
                  <td key={name} className={numeric && styles.numeric}>
                    {cell(item)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function sortedItems<T>(items: readonly T[], by: (item: T) => number | string, descending: boolean): T[] {
  const sign = descending ? -1 : 1;
  return items.toSorted((one, other) => sign * compare(by(one), by(other)));
}

/** Beds are called 2 and 10. */
const natural = new Intl.Collator('en', { numeric: true });

function compare(one: number | string, other: number | string): number {
  return typeof one === 'number' && typeof other === 'number'
    ? one - other
    : natural.compare(String(one), String(other));
}
