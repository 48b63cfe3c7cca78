import controls from './controls.module.css';

type ProblemProps = {
  /** Why it failed, as a sentence; null when it did not. */
  words: string | null;
  /** `alert` interrupts a screen reader, `status` waits until it has finished. */
  role: 'alert' | 'status';
  onRetry: () => void;
};

/** What could not be read, with a way to try again. */
export function Problem({ words, role, onRetry }: ProblemProps) {
  if (words === null) return null;
  return (
    <p className={controls.error} role={role}>
      {words}{' '}
      <button type="button" className={controls.button} onClick={onRetry}>
        Try again
      </button>
    </p>
  );
}
