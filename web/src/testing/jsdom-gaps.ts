/** What browsers have and jsdom has not; loaded before each test of the web app. */
import { TextDecoder, TextEncoder } from 'node:util';

const nothing = () => undefined;
/** There is no layout: nothing is ever measured. */
class SilentObserver {
  readonly observe = nothing;
  readonly unobserve = nothing;
  readonly disconnect = nothing;
}

Object.assign(globalThis, {
  TextDecoder,
  TextEncoder,
  ResizeObserver: SilentObserver,
  IntersectionObserver: SilentObserver,
  matchMedia: () => new EventTarget(),
});
