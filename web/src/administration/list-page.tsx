import { useEffect, useRef, useState, type ReactNode } from 'react';
import controls from '../ui/controls.module.css';
import { Page } from '../ui/page.tsx';
import { Pager } from '../ui/pager.tsx';
import styles from '../ui/table.module.css';
import { Problem } from '../ui/problem.tsx';
import type { List } from './use-list.ts';

/** A column; the first one names the row. */
export type Column<T> = { name: string; cell: (item: T) => ReactNode };

/** Opens a dialogue, which calls `close` when it is done. */
export type ListAction<T> = {
  name: string;
  dialog: (item: T, close: () => void) => ReactNode;
  /** Where it has no meaning it is left out. */
  offered?: (item: T) => boolean;
};

type ListPageProps<T> = {
  title: string;
  /** What the things are called, such as `rooms`. */
  things: string;
  /** What the page is for. */
  intro: ReactNode;
  list: List<T>;
  keyOf: (item: T) => string;
  /** How the row is called in the names of its buttons. */
  nameOf: (item: T) => string;
  columns: readonly Column<T>[];
  actions: readonly ListAction<T>[];
  add?: { name: string; dialog: (close: () => void) => ReactNode };
};

/** A page with a table: searched and turned over by the server, with dialogues that add and change. */
export function ListPage<T>(props: ListPageProps<T>) {
  const { title, things, intro, list, keyOf, nameOf, columns, actions, add } = props;
  const [dialog, setDialog] = useState<ReactNode>(null);
  const main = useRef<HTMLDivElement>(null);
  const { answer, loading, reload } = list;
  const close = () => {
    setDialog(null);
    reload();
  };
  useEffect(() => {
    // The row whose dialogue has just closed may be gone, and the focus with it.
    if (loading || dialog !== null || document.activeElement !== document.body) return;
    main.current?.querySelector<HTMLInputElement>('input[type=search]')?.focus();
  }, [loading, dialog]);

  return (
    <Page title={title}>
      <div ref={main} className={styles.list}>
        <p className={controls.soft}>{intro}</p>
        <div className={styles.tools}>
          <label className={styles.search}>
            Search
            <input
              className={controls.input}
              type="search"
              maxLength={80}
              value={list.search}
              onChange={(event) => list.setSearch(event.target.value)}
            />
          </label>
          {add !== undefined && (
            <button type="button" className={controls.primary} onClick={() => setDialog(add.dialog(close))}>
              {add.name}
            </button>
          )}
        </div>
        <Problem words={list.problem} role="alert" onRetry={reload} />
        {answer !== null && answer.items.length > 0 && (
          <div className={styles.scroll} role="region" aria-label={title} tabIndex={0}>
            <table className={styles.table} aria-busy={loading}>
              <thead>
                <tr>
                  {columns.map(({ name }) => (
                    <th key={name} scope="col">
                      {name}
                    </th>
                  ))}
                  {actions.length > 0 && <th scope="col">Actions</th>}
                </tr>
              </thead>
              <tbody>
                {answer.items.map((item) => (
                  <tr key={keyOf(item)}>
                    {columns.map(({ name, cell }, index) =>
                      index === 0 ? (
                        <th key={name} scope="row">
                          {cell(item)}
                        </th>
                      ) : (
                        <td key={name}>{cell(item)}</td>
                      ),
                    )}
                    {actions.length > 0 && (
                      <td>
                        <div className={styles.actions}>
                          {actions
                            .filter(({ offered }) => offered === undefined || offered(item))
                            .map((action) => (
                              <button
                                key={action.name}
                                type="button"
                                className={controls.button}
                                aria-label={`${action.name} ${nameOf(item)}`}
                                onClick={() => setDialog(action.dialog(item, close))}
                              >
                                {action.name}
                              </button>
                            ))}
                        </div>
                      </td>
                    )}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        <div className={styles.foot}>
          <p role="status">{countOf(list, things)}</p>
          <Pager pages={list} things={things} />
        </div>
      </div>
      {dialog}
    </Page>
  );
}

function countOf(list: List<unknown>, things: string): string {
  if (list.answer === null) return list.problem === null ? 'Loading …' : '';
  const { total } = list.answer;
  if (total === 0) return list.search.trim() === '' ? `No ${things} yet.` : `No ${things} match the search.`;
  return `${total} ${things}`;
}
