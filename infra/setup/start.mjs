/** `npm start`: sets Haven up, runs the server and stays its parent. */
import { join } from 'node:path';
import { runSetup } from './run-setup.mjs';
import { supervise } from './supervise.mjs';

/** As the server reads it; what is wrong there it says itself. */
const DRAIN_SECONDS = process.env.NODE_ENV === 'production' ? 20 : 0;

const { root, node, environment } = await runSetup({ forTests: false });
process.exitCode = await supervise({
  command: node,
  args: [join(root, 'server/src/main.ts')],
  cwd: root,
  environment,
  report: (sentence) => console.error(sentence),
  drainMs: 1000 * (Number(process.env.HAVEN_DRAIN_SECONDS || DRAIN_SECONDS) || 0),
});
