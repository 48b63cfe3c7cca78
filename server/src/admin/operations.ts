import {
  drainRequestSchema,
  errorBodySchema,
  HavenError,
  operationsStateSchema,
  type OperationsState,
} from '@haven/protocol';
import { InvalidArgumentError, type Command } from 'commander';
import { readConfig } from '../config/config.ts';
import { OPERATIONS_TOKEN_FILE } from '../records/seed.ts';
import { findServer } from '../status/server-at.ts';
import { say } from './command.ts';

/** Asked of the server that runs on this machine: unlike everything else of these commands, it is in no store. */
export function addOperationsCommands(program: Command): void {
  program
    .command('load')
    .description('what the running server carries, and what it gives up')
    .action(() => ask('/operations'));
  program
    .command('drain')
    .description('takes the running server out of service')
    .requiredOption('--seconds <seconds>', 'how long the sessions that run may go on', seconds)
    .action((request: { seconds: number }) =>
      ask('/operations/drain', { method: 'POST', body: { seconds: request.seconds } }),
    );
  program
    .command('undrain')
    .description('takes a drain back')
    .action(() => ask('/operations/drain', { method: 'DELETE' }));
  program
    .command('overload-reset')
    .description('ends overload mode')
    .action(() => ask('/operations/overload/reset', { method: 'POST', body: {} }));
}

async function ask(path: string, change?: { method: 'POST' | 'DELETE'; body?: object }): Promise<void> {
  const server = findServer({
    dataDirectory: readConfig(process.env).dataDirectory,
    url: undefined,
    token: undefined,
    tokenFile: OPERATIONS_TOKEN_FILE,
    authorityFile: process.env.HAVEN_CA_FILE,
  });
  const { status, body } = await server.ask(`/api/v1${path}`, change);
  const answer: unknown = JSON.parse(body);
  if (status !== 200) throw HavenError.fromWire(errorBodySchema.parse(answer).error);
  for (const line of linesOf(operationsStateSchema.parse(answer))) say(line);
}

/** Cells are separated by tabs, so that scripts can read them. */
function linesOf({ load, overloadedBy, limits, machine }: OperationsState): string[] {
  const { drainingUntil } = load;
  const rows = [
    ['given up', load.step],
    ['overloaded', overloadedBy ?? 'no'],
    ['draining until', drainingUntil === null ? '-' : new Date(drainingUntil).toISOString()],
    ...limits.map(({ name, taken, limit }) => [name, rounded(taken), rounded(limit)]),
    ...Object.entries(machine).map(([name, value]) => [name, rounded(value)]),
  ];
  return rows.map((row) => row.join('\t'));
}

const rounded = (value: number): string => String(Math.round(100 * value) / 100);

function seconds(value: string): number {
  const parsed = drainRequestSchema.safeParse({ seconds: Number(value) });
  if (parsed.success) return parsed.data.seconds;
  throw new InvalidArgumentError('A number from 0 to 3600.');
}
