import { useId, useLayoutEffect, useRef, type ReactNode } from 'react';
import styles from './dialog.module.css';

type DialogProps = {
  title: string;
  /** Asked for by Escape; a dialogue without it is left only by what it holds. */
  onClose?: (() => void) | undefined;
  /** Where it stands: at the foot it leaves what is above in view. */
  place?: 'centre' | 'foot';
  children: ReactNode;
};

/** A modal dialogue: the focus stays inside while it is there, and returns to where it was. */
export function Dialog({ title, onClose, place = 'centre', children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // Before the element is taken out of the page: only then does closing give the focus back.
  useLayoutEffect(() => {
    const dialog = element.current;
    if (dialog === null) return;
    if (!dialog.open) dialog.showModal();
    return () => dialog.close();
  }, []);
  return (
    <dialog
      ref={element}
      className={styles.dialog}
      data-place={place}
      aria-labelledby={titleId}
      onCancel={(event) => {
        // Whether it is there is this page's state, and the browser must not close it by itself.
        event.preventDefault();
        onClose?.();
      }}
      onKeyDown={(event) => {
        // Chromium closes at the second Escape, whatever became of the first one's `cancel`.
        if (event.key === 'Escape' && onClose === undefined) event.preventDefault();
        event.stopPropagation();
      }}
    >
      <div className={styles.content}>
        <h2 id={titleId}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
