import type { ViewedTile } from '@haven/protocol';

/** No picture counts as larger, px; the protocol knows no larger ones. */
const MAX_SIZE = 16_384;

type Tile = {
  streamId: string;
  /** CSS px */
  width: number;
  height: number;
  /** Some of it is within the window; null until that was looked at. */
  intersecting: boolean | null;
};

/** Told whenever the view may have changed; `atOnce` where somebody waits for it. */
export type ViewListener = (tiles: readonly ViewedTile[], atOnce: boolean) => void;

/**
 * Watches how large each picture is on this screen, and whether it is seen at all. A change of the window, of the
 * page's zoom and of a screen's pixel density counts; in a background tab nothing is seen.
 */
export class TileViews {
  readonly #listener: ViewListener;
  readonly #tiles = new Map<Element, Tile>();
  #sizes: ResizeObserver | undefined;
  #places: IntersectionObserver | undefined;
  #density: MediaQueryList | undefined;
  #focused: string | null = null;

  constructor(listener: ViewListener) {
    this.#listener = listener;
  }

  /** @returns what ends it: then nothing is seen any more */
  open(): () => void {
    this.#sizes = new ResizeObserver((entries) => {
      for (const { target, contentRect } of entries) {
        const tile = this.#tiles.get(target);
        if (tile !== undefined) resize(tile, contentRect);
      }
      this.#changed(false);
    });
    this.#places = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting, boundingClientRect } of entries) {
        const tile = this.#tiles.get(target);
        if (tile === undefined) continue;
        // What is not displayed has no size from the beginning: the other observer says nothing of it.
        if (tile.intersecting === null) resize(tile, boundingClientRect);
        tile.intersecting = isIntersecting;
      }
      this.#changed(false);
    });
    for (const element of this.#tiles.keys()) this.#observe(element);
    document.addEventListener('visibilitychange', this.#seenOrNot);
    window.visualViewport?.addEventListener('resize', this.#rescaled);
    this.#watchDensity();
    return () => this.#close();
  }

  /** @returns what ends the watching of this picture */
  watch(element: Element, streamId: string): () => void {
    this.#tiles.set(element, { streamId, width: 0, height: 0, intersecting: null });
    this.#observe(element);
    return () => {
      this.#tiles.delete(element);
      this.#sizes?.unobserve(element);
      this.#places?.unobserve(element);
      this.#changed(false);
    };
  }

  /** @param streamId of the picture that is enlarged, or that somebody looks at otherwise */
  focus(streamId: string | null): void {
    if (streamId === this.#focused) return;
    this.#focused = streamId;
    this.#changed(true);
  }

  #observe(element: Element): void {
    this.#sizes?.observe(element);
    this.#places?.observe(element);
  }

  #close(): void {
    this.#sizes?.disconnect();
    this.#places?.disconnect();
    this.#sizes = undefined;
    this.#places = undefined;
    document.removeEventListener('visibilitychange', this.#seenOrNot);
    window.visualViewport?.removeEventListener('resize', this.#rescaled);
    this.#density?.removeEventListener('change', this.#rescaled);
    this.#listener([], true);
  }

  readonly #seenOrNot = (): void => this.#changed(true);

  readonly #rescaled = (): void => {
    this.#watchDensity();
    this.#changed(false);
  };

  /** A media query tells only that the density is no longer the one it names. */
  #watchDensity(): void {
    this.#density?.removeEventListener('change', this.#rescaled);
    this.#density = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    this.#density.addEventListener('change', this.#rescaled);
  }

  #changed(atOnce: boolean): void {
    if (this.#sizes === undefined) return;
    const pageSeen = document.visibilityState === 'visible';
    const tiles = [...this.#tiles.values()];
    // It is looked at within a frame, except in a hidden page, which is never drawn.
    if (pageSeen && tiles.some(({ intersecting }) => intersecting === null)) return;
    // A phone's pinch enlarges without another density.
    const pixels = window.devicePixelRatio * (window.visualViewport?.scale ?? 1);
    this.#listener(
      tiles.map(({ streamId, width, height, intersecting }) => ({
        streamId,
        width: Math.min(MAX_SIZE, Math.round(width * pixels)),
        height: Math.min(MAX_SIZE, Math.round(height * pixels)),
        visible: pageSeen && intersecting === true,
        focused: streamId === this.#focused,
      })),
      atOnce,
    );
  }
}

function resize(tile: Tile, { width, height }: DOMRectReadOnly): void {
  tile.width = width;
  tile.height = height;
}
