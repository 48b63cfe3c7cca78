import { useEffect, useState, type RefObject } from 'react';
import { TileViews, type ViewListener } from './tile-views.ts';

/** Watches the pictures of a wall as long as it is on screen. @param focused stream that is enlarged */
export function useTileViews(listener: ViewListener, focused: string | null): TileViews {
  const [views] = useState(() => new TileViews(listener));
  useEffect(() => views.open(), [views]);
  useEffect(() => views.focus(focused), [views, focused]);
  return views;
}

/** Has a tile's picture watched. */
export function useTileView(
  views: TileViews,
  picture: RefObject<Element | null>,
  streamId: string | undefined,
): void {
  useEffect(() => {
    if (picture.current === null || streamId === undefined) return undefined;
    return views.watch(picture.current, streamId);
  }, [views, picture, streamId]);
}
