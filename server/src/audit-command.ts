/** `npm run audit -- …`: verifies and exports the audit trail, whether the server runs or not. */
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { KeyObject } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HavenError, type AuditChainReport } from '@haven/protocol';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { dayOfMoment, daySchema } from './audit/chained-line.ts';
import { DirectAudit } from './audit/direct-audit.ts';
import { exportDay } from './audit/export-day.ts';
import { AuditKeyError, parsePublicKeys, pemOf, readAuditKeys } from './audit/signing-key.ts';
import { ExportFormatError, verifyExport } from './audit/verify-export.ts';
import { verifyTrail } from './audit/verify-trail.ts';
import { readWitnesses } from './audit/witness.ts';
import { ConfigError, readConfig, type Config } from './config/config.ts';
import { DataDirectoryInUseError, StoreStartError } from './records/errors.ts';
import { hasCode } from './records/private-files.ts';
import { StoreCalls } from './records/store-calls.ts';
import { joinStore, type StoreClient } from './records/store.ts';

/** The trail is whole; something in it is wrong; it could not be examined. */
const EXIT = { whole: 0, damaged: 1, unknown: 2 } as const;
const FIRST_DAY = '2000-01-01';

const say = (line: string) => process.stdout.write(`${line}\n`);

type Reading = { client: StoreClient; calls: StoreCalls; config: Config };

/** Opens the store, keeps that the trail was read, does the work, and closes the store whatever comes of it. */
async function withStore<T>(
  action: string,
  subject: string,
  work: (reading: Reading) => Promise<T>,
): Promise<T> {
  const config = readConfig(process.env);
  const store = await joinStore(config);
  try {
    const { service: client } = store;
    const actor = `command-line:${userInfo().username}`;
    const trail = new DirectAudit({ client, config, clock: Date.now });
    await trail.keep({ actor, action, subject, result: 'done', at: Date.now() });
    return await work({ client, calls: new StoreCalls(), config });
  } finally {
    await store.close();
  }
}

function day(value: string): string {
  if (daySchema.safeParse(value).success) return value;
  throw new InvalidArgumentError('A day in UTC, such as 2026-11-22.');
}

async function readPublicKeys(file: string): Promise<ReadonlyMap<string, KeyObject>> {
  const keys = parsePublicKeys(await readFile(file, 'utf8'), file);
  if (keys.size === 0) throw new AuditKeyError(file);
  return keys;
}

function describe({ node, day: ofDay, lines, closed, problems }: AuditChainReport): string[] {
  const state = closed ? 'closed' : 'not closed';
  const verdict = problems.length === 0 ? 'whole' : 'DAMAGED';
  return [
    `${ofDay}\t${node}\t${lines} lines\t${state}\t${verdict}`,
    ...problems.map(
      ({ kind, sequence, message }) =>
        `  ${kind}\t${sequence === null ? '-' : `line ${sequence}`}\t${message}`,
    ),
  ];
}

function conclude(reports: readonly AuditChainReport[]): void {
  for (const report of reports) for (const line of describe(report)) say(line);
  const damaged = reports.filter(({ problems }) => problems.length > 0).length;
  say(
    damaged === 0
      ? `${reports.length} chains are whole.`
      : `${damaged} of ${reports.length} chains are damaged.`,
  );
  process.exitCode = damaged === 0 ? EXIT.whole : EXIT.damaged;
}

type VerifyOptions = { from?: string; to?: string; publicKey?: string; json?: true };

async function verify({
  from = FIRST_DAY,
  to = dayOfMoment(Date.now()),
  publicKey,
  json,
}: VerifyOptions): Promise<void> {
  const verification = await withStore('audit:verify', `audit:${from}..${to}`, async (reading) => {
    const { dataDirectory, auditKeyFile, auditRetentionDays: retentionDays } = reading.config;
    const own = await readAuditKeys(dataDirectory, auditKeyFile);
    const publicKeys = publicKey === undefined ? own.trusted : await readPublicKeys(publicKey);
    const witnesses = await readWitnesses(dataDirectory);
    return verifyTrail({ ...reading, from, to, publicKeys, witnesses, retentionDays, clock: Date.now });
  });
  if (json === true) {
    say(JSON.stringify(verification));
    process.exitCode = verification.ok ? EXIT.whole : EXIT.damaged;
    return;
  }
  conclude(verification.chains);
  if (verification.beforeChains > 0) {
    say(`${verification.beforeChains} lines are from before there were chains; nothing vouches for them.`);
  }
}

async function exportTo({ day: ofDay, out }: { day: string; out?: string }): Promise<void> {
  await withStore('audit:export', `audit:${ofDay}`, async (reading) => {
    const lines = Readable.from(exportDay(reading, ofDay));
    if (out === undefined) await pipeline(lines, process.stdout, { end: false });
    else await pipeline(lines, createWriteStream(out, { mode: 0o600 }));
  });
}

async function verifyFile(file: string, { publicKey }: { publicKey: string }): Promise<void> {
  conclude(await verifyExport(await readFile(file, 'utf8'), await readPublicKeys(publicKey)));
}

async function showPublicKey(): Promise<void> {
  const { dataDirectory, auditKeyFile } = readConfig(process.env);
  const { trusted } = await readAuditKeys(dataDirectory, auditKeyFile);
  for (const key of trusted.values()) process.stdout.write(pemOf(key));
}

function createProgram(): Command {
  const program = new Command('audit').description('Verifies and exports the audit trail.');
  program.exitOverride();
  program
    .command('verify')
    .description(
      'examines every chain; the exit code is 0 when all are whole, 1 when not, 2 when that is unknown',
    )
    .option('--from <day>', 'first day in UTC', day)
    .option('--to <day>', 'last day in UTC', day)
    .option('--public-key <file>', "trusts the keys in this file instead of the data directory's")
    .option('--json', 'prints the whole report')
    .action(verify);
  program
    .command('export')
    .description('writes a day as JSON lines')
    .requiredOption('--day <day>', 'in UTC', day)
    .option('--out <file>', 'instead of standard output')
    .action(exportTo);
  program
    .command('verify-file <file>')
    .description('examines an exported day by nothing but the file and the public key')
    .requiredOption('--public-key <file>', 'as `public-key` printed it')
    .action(verifyFile);
  program
    .command('public-key')
    .description('prints the keys that auditors keep elsewhere')
    .action(showPublicKey);
  return program;
}

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  // Commander has said what is wrong, or has shown the help.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT.unknown;
  } else {
    const known = [
      AuditKeyError,
      ConfigError,
      DataDirectoryInUseError,
      ExportFormatError,
      HavenError,
      StoreStartError,
    ];
    const expected =
      error instanceof Error && (hasCode(error, 'ENOENT') || known.some((kind) => error instanceof kind));
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${expected ? error.message : trace}\n`);
    process.exitCode = EXIT.unknown;
  }
}
