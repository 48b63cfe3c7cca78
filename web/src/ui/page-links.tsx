import { NavLink } from 'react-router';
import { useSignedIn } from '../session/signed-in.ts';
import { pagesFor } from './pages.ts';
import styles from './page.module.css';

/** Links to the pages that the user may open, the present one marked; emergency access for those who may ask for it. */
export function PageLinks() {
  const { status, askForEmergencyAccess } = useSignedIn();
  return (
    <ul className={styles.links}>
      {pagesFor(status).map(({ path, name }) => (
        <li key={path}>
          <NavLink to={path} end className={styles.link}>
            {name}
          </NavLink>
        </li>
      ))}
      {askForEmergencyAccess !== null && (
        <li>
          <button type="button" className={styles.link} onClick={askForEmergencyAccess}>
            Enter in an emergency
          </button>
        </li>
      )}
    </ul>
  );
}
