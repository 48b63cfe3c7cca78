import { useState } from 'react';
import controls from './controls.module.css';
import styles from './shown-once.module.css';

type ShownOnceProps = {
  /** What it is, such as `Password of nurse@example.org`. */
  name: string;
  secret: string;
  /** What it is for, and what happens when it is lost. */
  advice: string;
  onDone: () => void;
};

/** A secret that the server does not show again. */
export function ShownOnce({ name, secret, advice, onDone }: ShownOnceProps) {
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no');
  const copy = () => {
    // Without HTTPS, or when the browser refuses, there is no clipboard.
    const written =
      'clipboard' in navigator ? navigator.clipboard.writeText(secret) : Promise.reject(new Error());
    written.then(
      () => setCopied('yes'),
      () => setCopied('failed'),
    );
  };
  return (
    <div className={styles.shown}>
      <p className={controls.notice}>Shown only now. Copy it before you close this. {advice}</p>
      <label className={controls.field}>
        {name}
        <input
          className={styles.secret}
          readOnly
          value={secret}
          autoComplete="off"
          spellCheck={false}
          onFocus={(event) => event.target.select()}
        />
      </label>
      <p role="status" className={controls.soft}>
        {copied === 'yes' && 'Copied.'}
        {copied === 'failed' && 'The browser gives no access to the clipboard: select and copy it by hand.'}
      </p>
      <div className={styles.buttons}>
        <button type="button" className={controls.button} onClick={copy}>
          Copy
        </button>
        <button type="button" className={controls.primary} onClick={onDone}>
          I have it
        </button>
      </div>
    </div>
  );
}
