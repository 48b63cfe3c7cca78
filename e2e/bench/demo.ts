/**
 * `npm run bench:demo`: the CPU time of the demonstration, that is of Haven, its CV worker and four simulated devices,
 * without a viewer and with one. Prints its figures and their conditions. Linux only: it reads /proc.
 */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchChromium, signInOnPage } from '../support/browser.ts';
import { HavenServer } from '../support/haven-server.ts';
import { MonitorClient } from '../support/monitor-client.ts';
import { byPart, cpuSeconds, family, sum } from '../support/process-usage.ts';
import { until } from '../support/process.ts';

const SECONDS = Number(process.env.HAVEN_BENCH_SECONDS ?? 20);
const PATIENTS = ['P-101', 'P-102', 'P-103', 'P-104'];

async function measure(what: string, server: HavenServer): Promise<void> {
  const members = family(server.program.pid);
  const before = new Map(members.map(({ pid }) => [pid, cpuSeconds(pid)]));
  await sleep(1000 * SECONDS);
  const parts = byPart(members, (pid) => {
    const [start, end] = [before.get(pid), cpuSeconds(pid)];
    return start === undefined || end === undefined ? undefined : (end - start) / SECONDS;
  });
  const total = sum(parts.values());
  console.log(`${what}: ${total.toFixed(2)} cores over ${SECONDS} s`);
  for (const [part, cores] of [...parts].sort(([, a], [, b]) => b - a)) {
    console.log(`  ${part.padEnd(32)} ${cores.toFixed(3)}`);
  }
}

const server = await HavenServer.start({ HAVEN_DEMO: '1' });
const monitor = await MonitorClient.join(server.url, (await server.signIn()).accessToken);
const browser = await launchChromium();
try {
  await until('all four pulses', 60_000, () =>
    PATIENTS.every((patientId) => monitor.latest(patientId)?.state === 'measured'),
  );
  const model = cpus()[0]?.model ?? 'unknown';
  console.log(
    `conditions: ${availableParallelism()} cores, ${model}, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`,
  );
  console.log('            four devices, 640×480 in two layers at 15 pictures a second\n');
  await measure('without a viewer', server);
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  await signInOnPage(page, server.url, server.user);
  await page.getByTestId('tile-P-104').waitFor();
  await measure('with a viewer (its browser not counted)', server);
} finally {
  await browser.close();
  monitor.close();
  await server.stop();
}
