import controls from './controls.module.css';
import styles from './table.module.css';
import type { Pages } from './use-pages.ts';

type PagerProps = {
  pages: Pick<Pages<never>, 'page' | 'nextPage' | 'previousPage'>;
  /** What is paged, such as `rooms`. */
  things: string;
  previous?: string;
  next?: string;
};

/** Turns over pages; nothing where there is only one. */
export function Pager({ pages, things, previous = 'Previous', next = 'Next' }: PagerProps) {
  const { page, nextPage, previousPage } = pages;
  if (nextPage === null && previousPage === null) return null;
  return (
    <nav className={styles.pager} aria-label={`Pages of ${things}`}>
      <button
        type="button"
        className={controls.button}
        disabled={previousPage === null}
        onClick={() => previousPage?.()}
      >
        {previous}
      </button>
      <span>Page {page}</span>
      <button
        type="button"
        className={controls.button}
        disabled={nextPage === null}
        onClick={() => nextPage?.()}
      >
        {next}
      </button>
    </nav>
  );
}
