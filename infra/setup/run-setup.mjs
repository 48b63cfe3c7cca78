import { createContext } from './context.mjs';
import { check, install } from './install.mjs';
import { describeMissing } from './missing.mjs';
import { endCommandsWithThisProcess } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';
import { formatSeconds } from './steps.mjs';

/**
 * The set-up as npm start, npm test and npm run setup begin with it. Where it fails, or with
 * HAVEN_SETUP=check, it says why and ends the process.
 *
 * @param {{ forTests: boolean }} options
 * @returns {Promise<import('./install.mjs').Toolchain & { root: string }>}
 */
export async function runSetup(options) {
  const startedAt = performance.now();
  const restoreSignals = endCommandsWithThisProcess();
  try {
    const context = createContext(options);
    if (context.checkOnly) {
      const missing = await check(context);
      console.log(missing.length === 0 ? 'Nothing is missing.' : describeMissing(missing, context.platform));
      process.exit(missing.length === 0 ? 0 : 1);
    }
    console.log(`Setting up Haven on ${context.platform.name} (${context.platform.arch})`);
    const toolchain = await install(context, process.stdout);
    console.log(`Set up in ${formatSeconds(performance.now() - startedAt)}.`);
    return { ...toolchain, root: context.root };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`\n${error.message}`);
    process.exit(1);
  } finally {
    restoreSignals();
  }
}
