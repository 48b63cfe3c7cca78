import type { RefObject } from 'react';
import type { PictureView } from '../core/picture.ts';
import { testIds } from '../test-ids.ts';
import styles from './picture.module.css';

type PictureProps = {
  video: RefObject<HTMLVideoElement | null>;
  /** Holds the last frame. */
  still: RefObject<HTMLCanvasElement | null>;
  /** The frame on {@link PictureProps.still} is the last one. */
  held: boolean;
  view: PictureView;
};

export function Picture({ video, still, held, view }: PictureProps) {
  return (
    <div className={styles.picture} data-dim={view.dim} data-state={view.state}>
      <video
        ref={video}
        className={styles.video}
        data-testid={testIds.video}
        muted
        playsInline
        autoPlay
        disablePictureInPicture
      />
      <canvas ref={still} className={styles.still} hidden={!held} />
      {view.words !== null && (
        <p className={styles.words} data-testid={testIds.pictureState} data-state={view.state}>
          {view.words}
          {view.reason !== undefined && <span className={styles.reason}> – {view.reason}</span>}
        </p>
      )}
    </div>
  );
}
