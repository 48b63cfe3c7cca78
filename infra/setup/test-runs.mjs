/** On two cores, which is what a small CI machine has, two of the quick tests at once leave a third of them idle. */
const QUICK_WORKERS = 3;
/** Real media run beside tests end to end. */
const CALM_WORKERS = 2;

const PARTS = ['unit', 'web', 'e2e'];

/**
 * Jest’s runs: what is quick in parallel, likewise what a busy machine does no harm end to end, then one test file after
 * the other, because each of them has the machine's media to itself.
 *
 * @param {readonly string[]} selected parts, all when empty
 * @returns {{ name: string, args: string[] }[]}
 * @throws {RangeError} naming a part that does not exist
 */
export function planRuns(selected) {
  const unknown = selected.filter((part) => !PARTS.includes(part));
  if (unknown.length > 0) {
    throw new RangeError(`Unknown: ${unknown.join(' ')}. Usage: npm test [-- ${PARTS.join('|')} ...]`);
  }
  const parts = PARTS.filter((part) => selected.length === 0 || selected.includes(part));
  const quick = parts.filter((part) => part !== 'e2e');
  return [
    ...(quick.length > 0
      ? [{ name: quick.join('-'), args: ['--selectProjects', ...quick, `--maxWorkers=${QUICK_WORKERS}`] }]
      : []),
    ...(parts.includes('e2e')
      ? [
          { name: 'e2e-calm', args: ['--selectProjects', 'e2e-calm', `--maxWorkers=${CALM_WORKERS}`] },
          { name: 'e2e', args: ['--selectProjects', 'e2e', '--runInBand'] },
        ]
      : []),
  ];
}
