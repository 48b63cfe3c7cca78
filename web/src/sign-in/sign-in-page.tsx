import { HavenError, type PublicSettings } from '@haven/protocol';
import { useEffect, useState, type SyntheticEvent } from 'react';
import type { AlarmSound } from '../core/alarm-sound.ts';
import type { SessionKeeper } from '../core/session-keeper.ts';
import { sentenceOf } from '../core/sentences.ts';
import { testIds } from '../test-ids.ts';
import controls from '../ui/controls.module.css';
import { Disclaimer } from '../ui/disclaimer.tsx';
import { AlarmsOff } from '../wall/notices.tsx';

type SignInPageProps = {
  keeper: SessionKeeper;
  /** Why the last session ended, if the server ended it. */
  endedBy: HavenError | null;
  sound: Pick<AlarmSound, 'play'>;
  settings: PublicSettings | null;
};

/** How often the sound is given the chance to begin its next burst, ms. */
const SOUND_CHECK_MS = 500;

export function SignInPage({ keeper, endedBy, sound, settings }: SignInPageProps) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  /** Of the second factor; null until the server has asked for it. */
  const [code, setCode] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(endedBy === null ? null : sentenceOf(endedBy));
  const lost = endedBy !== null;
  useEffect(() => {
    // A wall stood here a moment ago: whoever relies on its alarms must hear that they ended.
    if (!lost) return;
    const timer = setInterval(() => sound.play('alarms-off'), SOUND_CHECK_MS);
    return () => {
      clearInterval(timer);
      sound.play(null);
    };
  }, [lost, sound]);

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await keeper.signIn(email.trim(), password, code?.trim());
    } catch (error) {
      if (error instanceof HavenError && error.code === 'SECOND_FACTOR_REQUIRED') setCode('');
      else setProblem(sentenceOf(error));
      setBusy(false);
    }
  };

  return (
    <main className={controls.page}>
      {lost && <AlarmsOff />}
      <form className={controls.card} onSubmit={(event) => void submit(event)}>
        <h1>Haven</h1>
        {settings?.demo === true && (
          <p className={controls.demo}>
            Demonstration: all patients are simulated. The addresses and passwords are in the terminal in
            which Haven was started for the first time.
          </p>
        )}
        <label className={controls.field}>
          E-mail address
          <input
            className={controls.input}
            type="email"
            autoComplete="username"
            required
            maxLength={254}
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            data-testid={testIds.signInEmail}
          />
        </label>
        <label className={controls.field}>
          Password
          <input
            className={controls.input}
            type="password"
            autoComplete="current-password"
            required
            maxLength={256}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            data-testid={testIds.signInPassword}
          />
        </label>
        {code !== null && (
          <label className={controls.field}>
            Code of your authenticator app
            <input
              className={controls.input}
              autoFocus
              autoComplete="one-time-code"
              inputMode="numeric"
              required
              pattern="[0-9]{6}"
              title="six digits"
              maxLength={6}
              value={code}
              onChange={(event) => setCode(event.target.value)}
              data-testid={testIds.signInCode}
            />
          </label>
        )}
        {problem !== null && (
          <p className={controls.error} role="alert" data-testid={testIds.signInError}>
            {problem}
          </p>
        )}
        <button className={controls.primary} type="submit" disabled={busy} data-testid={testIds.signInSubmit}>
          {busy ? 'Signing in …' : 'Sign in'}
        </button>
      </form>
      <Disclaimer className={controls.soft} />
    </main>
  );
}
