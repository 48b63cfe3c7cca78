/** Stands in for every CSS module in unit tests: a class name is its own key. */
const classNames: Record<string, string> = new Proxy({}, { get: (_target, key) => String(key) });

export default classNames;
