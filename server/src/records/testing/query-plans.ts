/** What PostgreSQL really did for each statement, those inside functions included: its own module auto_explain says. */
import pg from 'pg';
import { z } from 'zod';
import { until } from './until.ts';

export type SequentialScan = { relation: string; query: string };

const nodeSchema = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  get Plans() {
    return z.array(nodeSchema).optional();
  },
});
const entrySchema = z.object({ 'Query Text': z.string(), Plan: nodeSchema });
type PlanNode = z.infer<typeof nodeSchema>;

/** Each continuation line of PostgreSQL's log begins with a tab. */
const ENTRY = /plan:\n((?:\t.*\n)+)/g;

export class QueryPlans {
  #output = '';

  /** To be given PostgreSQL's log. */
  readonly take = (text: string): void => {
    this.#output += text;
  };

  /** From now on, new sessions tell their plans. */
  async begin(url: string): Promise<void> {
    await withSession(url, async (session) => {
      for (const [name, value] of Object.entries({
        session_preload_libraries: 'auto_explain',
        'auto_explain.log_min_duration': '0',
        'auto_explain.log_nested_statements': 'on',
        'auto_explain.log_format': 'json',
        'auto_explain.log_parameter_max_length': '0',
      })) {
        // Settings of a module that is not loaded yet are known by their prefix only.
        if (name.startsWith('auto_explain')) await session.query("load 'auto_explain'");
        await session.query(`alter system set ${name} = '${value}'`);
      }
      await session.query('select pg_reload_conf()');
    });
    this.#output = '';
  }

  /** The plans of all statements so far. */
  async read(url: string): Promise<{ statements: number; scans: SequentialScan[] }> {
    const marker = `marker ${crypto.randomUUID()}`;
    await withSession(url, (session) => session.query(`select '${marker}'`));
    const output = await until(
      () => Promise.resolve(this.#output),
      (text) => text.includes(marker),
      'PostgreSQL has told the last plan',
    );
    const entries = [...output.matchAll(ENTRY)].map(([, json = '']) => entrySchema.parse(JSON.parse(json)));
    const scans = entries.flatMap((entry) =>
      sequentialScans(entry.Plan).map((relation) => ({ relation, query: entry['Query Text'] })),
    );
    return { statements: entries.length, scans };
  }
}

function sequentialScans(node: PlanNode): string[] {
  const inside = (node.Plans ?? []).flatMap(sequentialScans);
  const relation = node['Relation Name'];
  return node['Node Type'] === 'Seq Scan' && relation !== undefined ? [relation, ...inside] : inside;
}

async function withSession(url: string, run: (session: pg.Client) => Promise<unknown>): Promise<void> {
  const session = new pg.Client({ connectionString: url });
  await session.connect();
  try {
    await run(session);
  } finally {
    await session.end();
  }
}
