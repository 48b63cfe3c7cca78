import type { AlertPriority, DegradationStep, TileSending, ViewedTile } from '@haven/protocol';
import type { Size } from './layer-sizes.ts';

/**
 * Up to this height, pixels, a tile is small: those of a wall with four rows or more on a screen of 1080 lines. Of such
 * a picture nobody sees half the frames missing.
 */
export const SMALL_TILE_HEIGHT = 270;
/** A picture that nobody looks at in particular may be shown so much larger than it was sent. */
const TOLERATED_ENLARGEMENT = 1.5;
/** What was on screen is sent so much longer, ms: scrolling back and forth costs no key frames. */
export const HIDE_GRACE_MS = 1_000;
/** Fewer layers are wanted for so long, ms, before they are given up: each way back costs a key frame. */
export const FALL_DELAY_MS = 5_000;

/**
 * mediasoup's priority of a consumer, 1–255. When a link is short, every consumer gets its lowest layer in this order,
 * and then each as many layers more at a time as its number says: patients in alert all they want, the others one each.
 */
const PRIORITY = { normal: 1, focused: 100, medium: 150, high: 200 } as const;
/** Of two patients in alert, first the one that is looked at. */
const FOCUSED_IN_ALERT = 50;

/** Where each step stands in the order in which things are given up. */
const STEPS: readonly DegradationStep[] = ['none', 'analysis', 'layers', 'off-screen', 'refusing'];

export type Situation = {
  /** Undefined before the viewer's first report, null when the report does not name the stream. */
  tile: Omit<ViewedTile, 'streamId'> | null | undefined;
  /** Of the stream's spatial layers, lowest first; at least one. */
  sizes: readonly Size[];
  temporalLayers: number;
  alert: AlertPriority | null;
  step: DegradationStep;
  /** Whether the viewer's link carries it at all. */
  affordable: boolean;
};

export type View = {
  sending: TileSending;
  because: 'network' | 'server-load' | null;
  spatialLayer: number;
  temporalLayer: number;
  /** 1–255 */
  priority: number;
};

/**
 * What a viewer is sent of one stream: the smallest layer that fills its tile, at half the frame rate where that is
 * not seen; more at once, less only after a while. What is focused or in alert is spared when the server is too busy.
 */
export class ViewPolicy {
  #shownAt: number | undefined;
  #layers = { spatialLayer: 0, temporalLayer: 0 };
  #lessSince: number | undefined;

  /** @param now ms, of any clock that does not go backwards */
  decide(situation: Situation, now: number): View {
    const { tile, alert, step, affordable } = situation;
    const visible = tile === undefined || tile?.visible === true;
    if (visible) this.#shownAt = now;
    const spared = tile?.focused === true || alert !== null;
    const view = { because: null, ...this.#layers, priority: priorityOf(situation) };
    if (!visible && !this.#inGrace(step, now)) return { ...view, sending: 'hidden' };
    if (!spared && reached(step, 'off-screen') && isSmall(tile)) {
      return { ...view, sending: 'still', because: 'server-load' };
    }
    if (!affordable) return { ...view, sending: 'still', because: 'network' };
    if (visible) this.#settleLayers(situation, spared, now);
    return { ...view, ...this.#layers, sending: 'live' };
  }

  #inGrace(step: DegradationStep, now: number): boolean {
    if (this.#shownAt === undefined || reached(step, 'off-screen')) return false;
    return now - this.#shownAt < HIDE_GRACE_MS;
  }

  #settleLayers(situation: Situation, spared: boolean, now: number): void {
    const relieved = !spared && reached(situation.step, 'layers');
    const wanted = relieved ? lowest(situation) : layersFor(situation);
    const { spatialLayer, temporalLayer } = this.#layers;
    const less = wanted.spatialLayer - spatialLayer || wanted.temporalLayer - temporalLayer;
    if (less >= 0) this.#lessSince = undefined;
    else {
      this.#lessSince ??= now;
      if (!relieved && now - this.#lessSince < FALL_DELAY_MS) return;
      this.#lessSince = undefined;
    }
    this.#layers = wanted;
  }
}

function layersFor(situation: Situation): { spatialLayer: number; temporalLayer: number } {
  const { tile, sizes, temporalLayers, alert } = situation;
  if (tile === undefined || tile === null) return lowest(situation);
  const tolerated = tile.focused ? 1 : TOLERATED_ENLARGEMENT;
  const filling = sizes.findIndex(
    ({ width, height }) => Math.min(tile.width / width, tile.height / height) <= tolerated,
  );
  const spatialLayer = filling === -1 ? sizes.length - 1 : filling;
  const full = tile.focused || alert === 'high' || !isSmall(tile);
  return { spatialLayer, temporalLayer: full ? temporalLayers - 1 : halfRate(temporalLayers) };
}

/** A tile of unknown size counts as small: so are all until the viewer has told. */
function isSmall(tile: Situation['tile']): boolean {
  return !tile || tile.height <= SMALL_TILE_HEIGHT;
}

function lowest({ temporalLayers }: Situation): { spatialLayer: number; temporalLayer: number } {
  return { spatialLayer: 0, temporalLayer: halfRate(temporalLayers) };
}

/** Each temporal layer of VP8 doubles the frame rate. */
function halfRate(temporalLayers: number): number {
  return Math.max(0, temporalLayers - 2);
}

function priorityOf({ tile, alert }: Situation): number {
  const focused = tile?.focused === true;
  if (alert === 'high' || alert === 'medium') return PRIORITY[alert] + (focused ? FOCUSED_IN_ALERT : 0);
  return focused ? PRIORITY.focused : PRIORITY.normal;
}

function reached(step: DegradationStep, what: DegradationStep): boolean {
  return STEPS.indexOf(step) >= STEPS.indexOf(what);
}
