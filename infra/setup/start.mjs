/** `npm start`: sets Haven up, runs the server and stays its parent. */
import { join } from 'node:path';
import { runSetup } from './run-setup.mjs';
import { supervise } from './supervise.mjs';

const { root, node, environment } = await runSetup({ forTests: false });
process.exitCode = await supervise({
  command: node,
  args: [join(root, 'server/src/main.ts')],
  cwd: root,
  environment,
  report: (sentence) => console.error(sentence),
});
