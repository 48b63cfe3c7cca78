import { useState } from 'react';
import controls from './controls.module.css';
import { PageLinks } from './page-links.tsx';
import styles from './page.module.css';

/** The way to other pages where there is no room for a row of links. */
export function FoldedMenu() {
  const [open, setOpen] = useState(false);
  return (
    <div
      className={styles.menu}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) setOpen(false);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        event.stopPropagation();
        setOpen(false);
        event.currentTarget.querySelector('button')?.focus();
      }}
    >
      <button
        type="button"
        className={controls.button}
        aria-expanded={open}
        onClick={() => setOpen((before) => !before)}
      >
        Menu
      </button>
      {open && (
        <nav className={styles.unfolded} aria-label="Pages">
          <PageLinks />
        </nav>
      )}
    </div>
  );
}
