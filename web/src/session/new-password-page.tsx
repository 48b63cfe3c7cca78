import controls from '../ui/controls.module.css';
import { Disclaimer } from '../ui/disclaimer.tsx';
import { PasswordForm } from './password-form.tsx';
import type { SignedIn } from './signed-in.ts';

/** All that somebody sees whose password came from an administrator. */
export function NewPasswordPage({
  keeper,
  request,
  session,
}: Pick<SignedIn, 'keeper' | 'request' | 'session'>) {
  return (
    <main className={controls.page}>
      <section className={controls.card}>
        <h1>Choose a password</h1>
        <p>
          {session.user.displayName}, an administrator gave you the password that you signed in with. Choose
          one that only you know; then you can go on.
        </p>
        <PasswordForm keeper={keeper} request={request} currentLabel="Password that you were given" />
        <button
          type="button"
          className={controls.button}
          onClick={() => void keeper.signOut().catch(() => undefined)}
        >
          Sign out
        </button>
      </section>
      <Disclaimer className={controls.soft} />
    </main>
  );
}
