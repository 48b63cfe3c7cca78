/** `npm run setup [-- --tests]`: installs what Haven needs to run, and with --tests what its tests need. */
import { runSetup } from './run-setup.mjs';

const unknown = process.argv.slice(2).filter((argument) => argument !== '--tests');
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(' ')}. Usage: npm run setup [-- --tests]`);
  process.exit(1);
}
await runSetup({ forTests: process.argv.includes('--tests') });
