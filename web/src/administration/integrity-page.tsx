import { integritySchema, type IntegrityProblem } from '@haven/protocol';
import { useCallback } from 'react';
import { Link } from 'react-router';
import { useSignedIn } from '../session/signed-in.ts';
import controls from '../ui/controls.module.css';
import { Page } from '../ui/page.tsx';
import type { PagePath } from '../ui/pages.ts';
import styles from '../ui/table.module.css';
import { useLoaded } from '../ui/use-loaded.ts';
import { dateAndTime } from '../ui/words.ts';

/** What each kind means, and where it is put right. */
const KINDS: Readonly<Record<IntegrityProblem['kind'], { words: string; page: PagePath; fix: string }>> = {
  'user-without-role': {
    words: 'A user without a role can do nothing.',
    page: '/admin/users',
    fix: 'Give a role, or disable the user',
  },
  'user-without-room': {
    words: 'A user whose roles are for rooms has none.',
    page: '/admin/users',
    fix: 'Assign a room',
  },
  'room-without-clinician': {
    words: 'Nobody who may act on alerts is assigned to the room.',
    page: '/admin/users',
    fix: 'Assign a clinician',
  },
  'patient-without-device': {
    words: 'No device sends the patient’s picture.',
    page: '/admin/devices',
    fix: 'Add a device',
  },
  'account-without-profile': {
    words: 'An account of the account system is no user of Haven.',
    page: '/admin/users',
    fix: 'Add the user, or delete the account there',
  },
  'profile-without-account': {
    words: 'A user has lost the account to sign in with.',
    page: '/admin/users',
    fix: 'Disable the user',
  },
  'device-of-removed-patient': {
    words: 'A device’s patient is gone.',
    page: '/admin/devices',
    fix: 'Revoke the device',
  },
  'limits-of-removed-patient': {
    words: 'Alert limits of a patient who is gone.',
    page: '/admin/patients',
    fix: 'Look for the patient',
  },
};

export function IntegrityPage() {
  const { request } = useSignedIn();
  const check = useCallback(() => request('/admin/integrity', integritySchema), [request]);
  const { value: found, problem, reload } = useLoaded(check);
  return (
    <Page title="Integrity">
      <p className={controls.soft}>What refers to something that is gone, or is of no use to anybody.</p>
      <div className={styles.foot}>
        <p role="status">
          {found === null
            ? 'Checking …'
            : `${found.problems.length === 0 ? 'Nothing is wrong' : `${found.problems.length} to look at`}, checked ${dateAndTime(found.checkedAt)}.`}
        </p>
        <button type="button" className={controls.button} onClick={reload}>
          Check again
        </button>
      </div>
      {problem !== null && (
        <p className={controls.error} role="alert">
          {problem}
        </p>
      )}
      {found !== null && found.problems.length > 0 && (
        <div className={styles.scroll} role="region" aria-label="Problems" tabIndex={0}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col">Where</th>
                <th scope="col">To do</th>
              </tr>
            </thead>
            <tbody>
              {found.problems.map(({ kind, subject }) => (
                <tr key={`${kind} ${subject}`}>
                  <td>{KINDS[kind].words}</td>
                  <td>{subject}</td>
                  <td>
                    <Link to={KINDS[kind].page} state={{ search: subject.slice(subject.indexOf(':') + 1) }}>
                      {KINDS[kind].fix}
                    </Link>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Page>
  );
}
