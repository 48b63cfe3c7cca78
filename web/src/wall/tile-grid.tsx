import type { Alert } from '@haven/protocol';
import { useCallback, useRef, type CSSProperties, type KeyboardEvent } from 'react';
import { useStore } from '../core/use-store.ts';
import type { Wall } from '../core/wall.ts';
import type { ViewerMedia } from '../media/viewer-media.ts';
import { testIds } from '../test-ids.ts';
import { useWindowSize } from '../ui/use-window-size.ts';
import { chooseColumns, isArrowKey, neighbour } from './grid.ts';
import styles from './tile-grid.module.css';
import { Tile } from './tile.tsx';
import { useTileViews } from './use-tile-views.ts';

/** What stands above and below the tiles, about, CSS px. */
const CHROME_HEIGHT = 120;

export type TileGridProps = {
  wall: Pick<Wall, 'state' | 'moment' | 'alarms' | 'focused' | 'trace' | 'now' | 'focus'> & {
    media: Pick<ViewerMedia, 'tracks' | 'deliveries' | 'shown' | 'view'>;
  };
  alerts: readonly Alert[];
  onDetails: (patientId: string) => void;
  /** Whose panel stands beside the tiles, or over them where there is no room for both. */
  beside: string | null;
};

/** Width of a panel beside the tiles, CSS px; the style sheet says the same. */
const PANEL_WIDTH = 720;

export function TileGrid({ wall, alerts, onDetails, beside }: TileGridProps) {
  const { patients, talks } = useStore(wall.state);
  const moment = useStore(wall.moment);
  const alarms = useStore(wall.alarms);
  const focused = useStore(wall.focused);
  const tracks = useStore(wall.media.tracks);
  const deliveries = useStore(wall.media.deliveries);
  const { width: all, height } = useWindowSize();
  const width = beside === null ? all : all - PANEL_WIDTH;
  const grid = useRef<HTMLElement>(null);
  const onShown = useCallback((streamId: string) => wall.media.shown(streamId), [wall]);
  const now = useCallback(() => wall.now(), [wall]);

  const lookedAt = focused ?? beside;
  const views = useTileViews(
    (tiles, atOnce) => wall.media.view(tiles, atOnce),
    (lookedAt === null ? null : patients.get(lookedAt)?.stream?.streamId) ?? null,
  );

  const enlarged = focused !== null && patients.has(focused);
  const columns = enlarged ? 1 : chooseColumns(patients.size, width, height - CHROME_HEIGHT);
  const onKey = (event: KeyboardEvent, index: number) => {
    if (event.key === 'Escape') wall.focus(null);
    if (!isArrowKey(event.key)) return;
    event.preventDefault();
    const buttons = grid.current?.querySelectorAll<HTMLButtonElement>(`[data-testid=${testIds.tileFocus}]`);
    buttons?.[neighbour(index, event.key, patients.size, columns)]?.focus();
  };

  return (
    <main
      ref={grid}
      className={styles.grid}
      data-enlarged={enlarged}
      data-beside={beside !== null}
      style={gridStyle(enlarged, columns, patients.size, width)}
    >
      {[...patients.values()].map((state, index) => {
        const { id } = state.patient;
        const streamId = state.stream?.streamId;
        return (
          <Tile
            // A new stream is a new picture: nothing of the last one's age or size belongs to it.
            key={`${id} ${streamId ?? ''}`}
            state={state}
            alerts={alerts.filter(({ patientId }) => patientId === id)}
            moment={moment}
            connected={alarms === 'on'}
            track={(streamId === undefined ? undefined : tracks.get(streamId)) ?? null}
            delivery={(streamId === undefined ? undefined : deliveries.get(streamId)) ?? null}
            views={views}
            trace={wall.trace(id)}
            now={now}
            focused={focused === id}
            talker={talks.get(id) ?? null}
            onToggle={() => wall.focus(focused === id ? null : id)}
            onDetails={() => onDetails(id)}
            onKey={(event) => onKey(event, index)}
            onShown={onShown}
          />
        );
      })}
    </main>
  );
}

/** Below this width tiles stand one under another, CSS px; the style sheet says the same. */
const PHONE_WIDTH = 700;

function gridStyle(enlarged: boolean, columns: number, count: number, width: number): CSSProperties {
  if (width < PHONE_WIDTH) return {};
  if (!enlarged) return { gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` };
  return { gridTemplateRows: `repeat(${Math.max(1, count - 1)}, minmax(9rem, 1fr))` };
}
