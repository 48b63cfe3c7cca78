/** What every administration command needs: the store, and the audit trail. */
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { AdministrationError, type AdministrationContext } from '../access/administration/context.ts';
import { DirectAudit } from '../audit/direct-audit.ts';
import { readConfig, type Config } from '../config/config.ts';
import { joinStore } from '../records/store.ts';

type Work = (context: AdministrationContext, config: Config) => Promise<string | readonly string[]>;

export const say = (line: string) => process.stdout.write(`${line}\n`);

/** Opens the store, does the work, and closes the store again whatever comes of it. */
export async function withStore(work: Work): Promise<void> {
  const config = readConfig(process.env);
  const embedded = config.supabase === undefined && config.databaseUrl === undefined;
  if (embedded && !existsSync(config.dataDirectory)) {
    throw new AdministrationError(
      'INVALID_REQUEST',
      `There is no data directory ${config.dataDirectory}. Start Haven once (npm start), or name its directory with HAVEN_DATA_DIR.`,
    );
  }
  const store = await joinStore(config);
  try {
    const trail = new DirectAudit({ client: store.service, config, clock: Date.now });
    const context = {
      store,
      actor: `command-line:${userInfo().username}`,
      keep: trail.keep.bind(trail),
      clock: Date.now,
    };
    const answer = await work(context, config);
    for (const line of typeof answer === 'string' ? [answer] : answer) say(line);
  } finally {
    await store.close();
  }
}

/** Cells of a row are separated by tabs, so that scripts can read them. */
export const table = (rows: readonly (readonly string[])[], none: string): readonly string[] =>
  rows.length === 0 ? [none] : rows.map((row) => row.join('\t'));
