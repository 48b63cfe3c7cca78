/** Progress is written at most this often where lines cannot be overwritten, in milliseconds. */
const PROGRESS_EVERY_MS = 5_000;

/** @typedef {(text: string) => void} Progress reports how far a step is, such as "12 of 259 files" */

/**
 * Prints the set-up's steps with the time each took.
 *
 * @param {NodeJS.WriteStream} output
 */
export function createSteps(output) {
  return {
    /**
     * @template T
     * @param {string} name
     * @param {(progress: Progress) => Promise<{ value: T, note: string }>} work
     * @returns {Promise<T>}
     */
    async run(name, work) {
      const startedAt = performance.now();
      let printedAt = startedAt;
      let transient = false;
      const clear = () => {
        if (transient) output.write('\r\x1b[K');
        transient = false;
      };
      const seconds = () => formatSeconds(performance.now() - startedAt);
      try {
        const { value, note } = await work((text) => {
          const now = performance.now();
          if (output.isTTY) {
            clear();
            output.write(`  …  ${name}: ${text} (${seconds()})`.slice(0, output.columns - 1));
            transient = true;
          } else if (now - printedAt >= PROGRESS_EVERY_MS) {
            output.write(`  …  ${name}: ${text} (${seconds()})\n`);
            printedAt = now;
          }
        });
        clear();
        output.write(`  ok ${name}: ${note} (${seconds()})\n`);
        return value;
      } catch (error) {
        clear();
        output.write(`  !! ${name}: failed (${seconds()})\n`);
        throw error;
      }
    },
  };
}

/** @param {number} milliseconds */
export function formatSeconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(milliseconds < 9_950 ? 2 : 0)} s`;
}
