/** Ticks from a thread of its own: a browser slows the timers of a page in the background, not those of its workers. */
const TICK_MS = 500;

setInterval(() => postMessage(null), TICK_MS);
