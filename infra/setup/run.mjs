/**
 * `npm run bench:… [-- arguments]`: sets Haven up with what its tests need, then runs a script of the repository with
 * the same tools.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { runSetup } from './run-setup.mjs';

const [script, ...rest] = process.argv.slice(2);
if (script === undefined) {
  console.error('Usage: node infra/setup/run.mjs SCRIPT [arguments]');
  process.exit(1);
}
const { root, node, environment } = await runSetup({ forTests: true });
const child = spawn(node, [join(root, script), ...rest], { cwd: root, env: environment, stdio: 'inherit' });
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
  process.on(signal, () => child.kill(signal));
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
