/** Opens a store as a server does, says so, and keeps it open until it is killed. */
import { openStore } from '../store.ts';
import { testConfig } from './fixtures.ts';

await openStore(testConfig(process.argv[2] ?? ''));
process.stdout.write('open\n');
setInterval(() => undefined, 1000);
