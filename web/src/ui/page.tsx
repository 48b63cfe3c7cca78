import { useEffect, type ReactNode } from 'react';
import { Link } from 'react-router';
import { useSignedIn } from '../session/signed-in.ts';
import { testIds } from '../test-ids.ts';
import controls from './controls.module.css';
import { Disclaimer } from './disclaimer.tsx';
import { PageLinks } from './page-links.tsx';
import styles from './page.module.css';
import { mayWatch, WALL_PATH } from './pages.ts';

type PageProps = { title: string; children: ReactNode };

/** A page other than the wall. */
export function Page({ title, children }: PageProps) {
  const { keeper, session, status } = useSignedIn();
  useEffect(() => {
    document.title = `${title} – Haven`;
  }, [title]);
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <span className={styles.name}>Haven</span>
        <nav aria-label="Pages">
          <PageLinks />
        </nav>
        <span className={styles.user}>{session.user.displayName}</span>
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
        <p className={styles.noAlarms}>
          No alarms are shown or heard on this page. <Link to={WALL_PATH}>Back to the wall</Link>
        </p>
      )}
      <main className={styles.main}>
        <h1 className={styles.title} tabIndex={-1}>
          {title}
        </h1>
        {children}
      </main>
      <Disclaimer className={styles.disclaimer} />
    </div>
  );
}
