import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ViewedTile } from '@haven/protocol';
import { uuid } from '../testing/fixtures.ts';
import { TileViews } from './tile-views.ts';

/** jsdom has no layout: a test says what an observer would see. */
class TestObserver {
  static all: TestObserver[] = [];
  readonly elements = new Set<Element>();
  readonly #callback: (entries: object[]) => void;

  constructor(callback: (entries: object[]) => void) {
    this.#callback = callback;
    TestObserver.all.push(this);
  }

  observe(element: Element): void {
    this.elements.add(element);
  }

  unobserve(element: Element): void {
    this.elements.delete(element);
  }

  disconnect(): void {
    this.elements.clear();
  }

  see(target: Element, seen: object): void {
    this.#callback([{ target, ...seen }]);
  }
}

let told: { tiles: readonly ViewedTile[]; atOnce: boolean }[];
let views: TileViews;
let close: () => void;
const picture = document.createElement('video');
const observers = {
  ResizeObserver: globalThis.ResizeObserver,
  IntersectionObserver: globalThis.IntersectionObserver,
};

beforeEach(() => {
  TestObserver.all = [];
  Object.assign(globalThis, { ResizeObserver: TestObserver, IntersectionObserver: TestObserver });
  told = [];
  views = new TileViews((tiles, atOnce) => told.push({ tiles, atOnce }));
  close = views.open();
});
afterEach(() => {
  close();
  Object.assign(globalThis, observers);
  setPage('visible', 1);
});

function setPage(visibility: DocumentVisibilityState, density: number): void {
  Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true });
  Object.defineProperty(window, 'devicePixelRatio', { value: density, configurable: true });
}
const resize = (width: number, height: number) =>
  TestObserver.all[0]?.see(picture, { contentRect: { width, height } });
const intersect = (isIntersecting: boolean, width = 320, height = 240) =>
  TestObserver.all[1]?.see(picture, { isIntersecting, boundingClientRect: { width, height } });
const shown = (change: Partial<ViewedTile> = {}): ViewedTile => ({
  ...{ streamId: uuid(1), width: 320, height: 240, visible: true, focused: false },
  ...change,
});

describe('the view of a wall', () => {
  test('is told once each picture was measured', () => {
    views.watch(picture, uuid(1));
    resize(320, 240);
    expect(told).toEqual([]);
    intersect(true);
    expect(told).toEqual([{ tiles: [shown()], atOnce: false }]);
  });

  test('names a picture that is not displayed at all, of which nothing else is ever measured', () => {
    views.watch(picture, uuid(1));
    intersect(false, 0, 0);
    expect(told.at(-1)?.tiles).toEqual([shown({ width: 0, height: 0, visible: false })]);
  });

  test("counts the screen's own pixels", () => {
    setPage('visible', 2);
    views.watch(picture, uuid(1));
    intersect(true);
    resize(320.4, 240);
    expect(told.at(-1)?.tiles).toEqual([shown({ width: 641, height: 480 })]);
  });

  test('a picture that is scrolled away is not seen', () => {
    views.watch(picture, uuid(1));
    resize(320, 240);
    intersect(false);
    expect(told.at(-1)?.tiles).toEqual([shown({ visible: false })]);
  });

  test('in a background tab nothing is seen, which is told at once, though nothing was measured there', () => {
    views.watch(picture, uuid(1));
    setPage('hidden', 1);
    document.dispatchEvent(new Event('visibilitychange'));
    expect(told).toEqual([{ tiles: [shown({ width: 0, height: 0, visible: false })], atOnce: true }]);
  });

  test('what is focused is told at once', () => {
    views.watch(picture, uuid(1));
    resize(320, 240);
    intersect(true);
    views.focus(uuid(1));
    expect(told.at(-1)).toEqual({ tiles: [shown({ focused: true })], atOnce: true });
  });

  test('a picture that is taken away is not named any more, and nothing is seen after the end', () => {
    const unwatch = views.watch(picture, uuid(1));
    resize(320, 240);
    intersect(true);
    unwatch();
    expect(told.at(-1)?.tiles).toEqual([]);
    expect(TestObserver.all.every(({ elements }) => elements.size === 0)).toBe(true);
    views.watch(picture, uuid(1));
    close();
    expect(told.at(-1)).toEqual({ tiles: [], atOnce: true });
  });

  test('no picture counts as larger than the largest screens', () => {
    setPage('visible', 8);
    views.watch(picture, uuid(1));
    intersect(true);
    resize(7680, 4320);
    expect(told.at(-1)?.tiles).toEqual([shown({ width: 16_384, height: 16_384 })]);
  });
});
