/** `npm run admin -- records …` and `… migrations …`. */
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { migrateDown } from './embedded/migrations.ts';
import { withMigrationSession } from './embedded/migration-session.ts';
import { listRefused, retryRefused } from './refused-rows.ts';
import { joinStore, ROLLBACK, withDatabase } from './store.ts';

type Surroundings = { config: () => Config; say: (line: string) => void; clock: () => number };

export function addRecordsCommands(program: Command, { config, say, clock }: Surroundings): void {
  program
    .command('records')
    .description('what the record store holds, and what it refused')
    .command('refused')
    .description('rows that the store refused; --retry offers them again')
    .option('--retry')
    .action(async ({ retry }: { retry?: true }) => {
      const settings = config();
      if (retry === true) {
        const store = await joinStore(settings);
        try {
          const { stored, kept } = await retryRefused(settings.dataDirectory, store.service, clock());
          say(`${stored} rows are stored, ${kept} are refused still.`);
        } finally {
          await store.close();
        }
        return;
      }
      const { rows, unreadable } = await listRefused(settings.dataDirectory);
      if (rows.length === 0 && unreadable === 0) say('No row was refused.');
      for (const { table, code, row } of rows) {
        say([table, code, 'id' in row ? row.id : row.day].join('\t'));
      }
      if (unreadable > 0) say(`${unreadable} lines are of no known form.`);
    });

  program
    .command('migrations')
    .description("changes of the database's schema")
    .command('down')
    .description('takes migrations back, with the data that they brought; no server may run')
    .requiredOption('--to <version>', 'the version to end at, such as 20261122000700; 0 takes back all')
    .action(async ({ to }: { to: string }) => {
      const settings = config();
      const back = await withDatabase(settings, (url) =>
        withMigrationSession(url, (session) =>
          migrateDown(session, join(settings.repositoryRoot, ROLLBACK), to),
        ),
      );
      for (const version of back) say(`${version} is taken back.`);
      if (back.length === 0) say('There is nothing to take back.');
    });
}
