/**
 * `npm run k6 -- SCENARIO [--seconds N] [--url ORIGIN,…]`: runs a scenario of k6/ in k6 and prints what it found, the
 * machine, and what each server cost. Without `--url` it starts a Haven of its own, with patients and users; with it,
 * HAVEN_K6_ROOM and HAVEN_K6_USERS (JSON: `[{ "email", "password" }]`) name the room and its clinicians.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { machineConditions } from '../bench/figures.ts';
import { ServerCost } from '../load/server-cost.ts';
import { openOwn } from './own-server.ts';
import { runScenario, SCENARIOS, type Target } from './scenario.ts';

const USAGE = `Usage: npm run k6 -- ${SCENARIOS.join('|')} [--seconds N] [--url ORIGIN,…]`;

const environmentSchema = z.object({
  HAVEN_K6_ROOM: z.string(),
  HAVEN_K6_USERS: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.array(z.object({ email: z.string(), password: z.string() })).min(1)),
});

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seconds: { type: 'string' }, url: { type: 'string' }, help: { type: 'boolean' } },
  });
  const scenario = SCENARIOS.find((name) => name === positionals[0]);
  const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
  const wrong = seconds !== undefined && !(seconds > 0);
  if (scenario === undefined || values.help === true || wrong) {
    console.error(USAGE);
    process.exit(2);
  }
  return { scenario, seconds, url: values.url };
}

function givenTarget(url: string): Target {
  const { HAVEN_K6_ROOM, HAVEN_K6_USERS } = environmentSchema.parse(process.env);
  return { url, roomId: HAVEN_K6_ROOM, users: HAVEN_K6_USERS };
}

const { scenario, seconds, url } = readArguments();
const own = url === undefined ? await openOwn(scenario) : undefined;
try {
  const target = own?.target ?? givenTarget(url ?? '');
  const costs = own?.pids.map((pid) => ServerCost.follow(pid)) ?? [];
  console.log(`${scenario}: ${machineConditions()}; k6 runs beside the server`);
  const { passed } = await runScenario(scenario, target, seconds, (text) => process.stdout.write(text));
  for (const cost of costs) cost.print();
  process.exitCode = passed ? 0 : 1;
} finally {
  await own?.close();
}
