import type { Room } from '@haven/protocol';
import type { ReactNode } from 'react';
import { testIds } from '../test-ids.ts';
import controls from '../ui/controls.module.css';
import styles from './wall-header.module.css';

type WallHeaderProps = {
  room: Room | null;
  rooms: readonly Room[];
  userName: string;
  /** Now, ms since the epoch. */
  now: number;
  onRoom: (roomId: string) => void;
  onSignOut: () => void;
  /** The way to other pages. */
  menu: ReactNode;
  /** What concerns the whole room: sound, limits. */
  children: ReactNode;
};

const clockFormat = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

export function WallHeader(props: WallHeaderProps) {
  const { room, rooms, userName, now, onRoom, onSignOut, menu, children } = props;
  return (
    <header className={styles.header}>
      <h1 className={styles.title}>Haven</h1>
      {rooms.length > 1 ? (
        <select
          className={styles.rooms}
          aria-label="Room"
          value={room?.id ?? ''}
          onChange={(event) => onRoom(event.target.value)}
        >
          {rooms.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      ) : (
        <span className={styles.room}>{room?.name}</span>
      )}
      <span className={styles.tools}>{children}</span>
      <time className={styles.clock}>{clockFormat.format(now)}</time>
      <span className={styles.user}>{userName}</span>
      {menu}
      <button type="button" className={controls.button} onClick={onSignOut} data-testid={testIds.signOut}>
        Sign out
      </button>
    </header>
  );
}
