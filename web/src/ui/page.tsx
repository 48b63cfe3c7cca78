import { useEffect, useRef, type ReactNode } from 'react';
import { Link } from 'react-router';
import { useSignedIn } from '../session/signed-in.ts';
import { testIds } from '../test-ids.ts';
import controls from './controls.module.css';
import { Disclaimer } from './disclaimer.tsx';
import { FoldedMenu } from './folded-menu.tsx';
import { PageLinks } from './page-links.tsx';
import styles from './page.module.css';
import { mayWatch, WALL_PATH } from './pages.ts';
import { useWindowSize } from './use-window-size.ts';

type PageProps = { title: string; children: ReactNode };

/** From this width on every link fits beside the rest of the header, CSS px. */
const WIDE = 1280;

/** A page other than the wall. */
export function Page({ title, children }: PageProps) {
  const { keeper, session, status } = useSignedIn();
  useEffect(() => {
    document.title = `${title} – Haven`;
  }, [title]);
  const heading = useRef<HTMLHeadingElement>(null);
  // Whoever does not see the page hears that another one is there.
  useEffect(() => heading.current?.focus(), []);
  const { width } = useWindowSize();
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <span className={styles.name}>Haven</span>
        {width >= WIDE && (
          <nav aria-label="Pages">
            <PageLinks />
          </nav>
        )}
        <span className={styles.user}>{session.user.displayName}</span>
        {width < WIDE && <FoldedMenu />}
        <button
          type="button"
          className={controls.button}
          onClick={() => void keeper.signOut().catch(() => undefined)}
          data-testid={testIds.signOut}
        >
          Sign out
        </button>
      </header>
      {mayWatch(session.user.roles, status) && (
        <aside className={styles.noAlarms} aria-label="Alarms">
          No alarms are shown or heard on this page. <Link to={WALL_PATH}>Back to the wall</Link>
        </aside>
      )}
      <main className={styles.main}>
        <h1 ref={heading} className={styles.title} tabIndex={-1}>
          {title}
        </h1>
        {children}
      </main>
      <Disclaimer className={styles.disclaimer} />
    </div>
  );
}
