import { InvalidArgumentError, Option, type Command } from 'commander';
import { listAudit } from '../access/administration/audit-trail.ts';
import { audit } from '../access/administration/context.ts';
import { checkIntegrity } from '../access/integrity.ts';
import { table, withStore } from './command.ts';

const AUDIT_RESULTS = ['done', 'refused', 'failed'] as const;
/** One answer of the store. */
const MAX_AUDIT_LINES = 1000;

export function addOversightCommands(program: Command): void {
  program
    .command('integrity')
    .description('what refers to something that is gone, or is of no use to anybody')
    .action(() =>
      withStore(async (context) => {
        const problems = await checkIntegrity(context.store);
        await audit(context, 'integrity:read', 'integrity');
        return table(
          problems.map(({ kind, subject }) => [kind, subject]),
          'Everything is in order.',
        );
      }),
    );
  const trail = program.command('audit').description('who did what');
  trail
    .command('list')
    .addOption(new Option('--result <result>', 'only these').choices(AUDIT_RESULTS))
    .option('--limit <lines>', 'the newest lines', lineCount, 100)
    .action((options: { result?: (typeof AUDIT_RESULTS)[number]; limit: number }) =>
      withStore(async (context) => {
        await audit(context, 'audit:read', 'audit');
        const rows = await listAudit(context, options);
        return table(
          rows.map((row) => [
            row.at,
            row.actor,
            row.action,
            row.subject,
            row.result,
            row.code ?? '-',
            row.address ?? '-',
          ]),
          'There are no lines.',
        );
      }),
    );
}

function lineCount(value: string): number {
  const count = Number(value);
  if (Number.isInteger(count) && count >= 1 && count <= MAX_AUDIT_LINES) return count;
  throw new InvalidArgumentError(`A number from 1 to ${MAX_AUDIT_LINES}.`);
}
