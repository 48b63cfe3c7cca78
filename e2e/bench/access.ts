/**
 * `npm run bench:access`: how long it takes to decide whether a user may, warm, with as many users signed in: the
 * decision alone, and with the verification of the token as every HTTP request does both. Prints its figures and their
 * conditions.
 */
import { HavenError } from '../../protocol/src/index.ts';
import { TestInstallation, type SignedIn } from '../../server/src/access/testing/installation.ts';
import { machineConditions, quantile } from './figures.ts';

const USERS = Number(process.env.HAVEN_BENCH_USERS ?? 200);
const DECISIONS = 20_000;
const REQUESTS = 5_000;
/** Calls before those that count. */
const WARM_UP = 500;

const say = (line: string) => process.stdout.write(`${line}\n`);

function report(name: string, times: readonly number[]): void {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(times, share).toFixed(3));
  say(`  ${name.padEnd(34)} p50 ${p50} ms   p95 ${p95} ms   p99 ${p99} ms`);
}

async function measure(name: string, times: number, run: (call: number) => unknown): Promise<void> {
  const taken: number[] = [];
  for (let call = -WARM_UP; call < times; call++) {
    const begun = performance.now();
    await run(call + WARM_UP);
    if (call >= 0) taken.push(performance.now() - begun);
  }
  report(name, taken);
}

const installation = await TestInstallation.open();
try {
  say(`${machineConditions()}; ${USERS} users sign in …`);
  const users: SignedIn[] = [];
  while (users.length < USERS) users.push(await installation.signedIn());
  const { access } = installation;
  const userOf = (call: number): SignedIn => users[call % users.length];

  say(`with ${users.length} users, each with a running session:`);
  await measure('may (rights, session, room)', DECISIONS, (call) => {
    access.authorize(userOf(call).principal, 'room:watch', 'ward-a');
  });
  await measure('may not (a foreign room)', DECISIONS, (call) => {
    try {
      access.authorize(userOf(call).principal, 'room:watch', 'ward-b');
    } catch (error) {
      if (!(error instanceof HavenError)) throw error;
    }
  });
  await measure("a request's token, then the right", REQUESTS, async (call) => {
    const principal = await access.authenticateUser(userOf(call).session.accessToken);
    access.authorize(principal, 'vitals:read', 'ward-a');
  });
  const polled = performance.now();
  await access.reread();
  say(`  reading all rights anew takes ${(performance.now() - polled).toFixed(0)} ms, every 2 s`);
} finally {
  await installation.close();
}
