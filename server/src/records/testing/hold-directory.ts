/** Takes a data directory, says so or says why not, and holds it until it is killed. */
import { DataDirectoryLock } from '../data-directory-lock.ts';

const directory = process.argv[2] ?? '';
try {
  await DataDirectoryLock.acquire(directory);
  process.stdout.write('held\n');
  setInterval(() => undefined, 1000);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
