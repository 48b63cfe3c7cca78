import controls from '../ui/controls.module.css';
import { Page } from '../ui/page.tsx';
import { ROLE_NAMES } from '../ui/words.ts';
import { PasswordForm } from './password-form.tsx';
import { SecondFactor } from './second-factor.tsx';
import { timeOfDay } from './session-words.ts';
import styles from './session.module.css';
import { useSignedIn } from './signed-in.ts';

/** The user's own password, second factor and session. */
export function AccountPage() {
  const { keeper, watch, request, session, status } = useSignedIn();
  return (
    <Page title="Account">
      <div className={styles.account}>
        <section className={controls.card} aria-labelledby="password">
          <h2 id="password">Password</h2>
          <PasswordForm keeper={keeper} request={request} currentLabel="Present password" />
        </section>
        {status !== null && status.secondFactor !== 'unavailable' && (
          <section className={controls.card} aria-labelledby="second-factor">
            <h2 id="second-factor">Second factor</h2>
            <SecondFactor keeper={keeper} request={request} watch={watch} state={status.secondFactor} />
          </section>
        )}
        {status !== null && (
          <section className={controls.card} aria-labelledby="session">
            <h2 id="session">This session</h2>
            <dl className={styles.facts}>
              <dt>Signed in as</dt>
              <dd>{session.user.displayName}</dd>
              <dt>Roles</dt>
              <dd>{status.user.roles.map((role) => ROLE_NAMES[role]).join(', ') || 'none'}</dd>
              <dt>Rooms</dt>
              <dd>{status.roomIds.join(', ') || 'none'}</dd>
              <dt>Since</dt>
              <dd>{timeOfDay(status.startedAt)}</dd>
              <dt>Ends at</dt>
              <dd>{timeOfDay(status.endsAt)}</dd>
            </dl>
          </section>
        )}
      </div>
    </Page>
  );
}
