import { executableFrom, findOnPath } from './executables.mjs';
import { describeMissing } from './missing.mjs';
import { SetupError } from './setup-error.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** @param {import('./context.mjs').Context} context @returns {string | undefined} */
function findChromium({ environment }) {
  return executableFrom('CHROMIUM_PATH', environment) ?? findOnPath(NAMES, environment);
}

/**
 * @param {import('./context.mjs').Context} context
 * @returns {import('./missing.mjs').Missing[]}
 */
export function checkChromium(context) {
  if (findChromium(context) !== undefined) return [];
  const missing = { what: 'Chromium', why: 'the end-to-end tests drive it' };
  // Ubuntu's package of that name only installs a snap, which needs a running snapd and hides /tmp.
  if (context.platform.ubuntu) {
    return [
      {
        ...missing,
        packages: [],
        instead:
          'Ubuntu has it only as a snap: install Google Chrome (https://www.google.com/chrome), or run `npx playwright-core install --with-deps chromium` and set CHROMIUM_PATH to what it installed.',
      },
    ];
  }
  return [
    {
      ...missing,
      packages: ['chromium', 'fonts-dejavu-core'],
      instead: 'CHROMIUM_PATH=/path/to/chrome names one that you have.',
    },
  ];
}

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<{ value: string, note: string }>} the executable's path
 */
export async function ensureChromium(context) {
  const path = findChromium(context);
  if (path === undefined) throw new SetupError(describeMissing(checkChromium(context), context.platform));
  return { value: path, note: path };
}
