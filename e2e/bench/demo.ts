/**
 * `npm run bench:demo`: the CPU time of the demonstration, that is of Haven, its CV worker and four simulated devices,
 * without a viewer and with one. Prints its figures and their conditions. Linux only: it reads /proc.
 */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchChromium, signInOnPage } from '../support/browser.ts';
import { HavenServer } from '../support/haven-server.ts';
import { MonitorClient } from '../support/monitor-client.ts';
import { descendants } from '../support/process-tree.ts';
import { until } from '../support/process.ts';

const SECONDS = Number(process.env.HAVEN_BENCH_SECONDS ?? 20);
/** Of the kernel's clock ticks, which /proc counts in. */
const TICKS_PER_SECOND = 100;
const PATIENTS = ['P-101', 'P-102', 'P-103', 'P-104'];

/**
 * CPU time that a process has used, s; user and system time are fields 14 and 15 of proc(5)'s stat. Undefined for one
 * that has ended, such as an encoder that was replaced.
 */
function cpuSeconds(pid: number): number | undefined {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return undefined;
  const stat = readFileSync(path, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function partOf(command: string): string {
  if (command.includes('cv-worker/src')) return 'CV worker';
  if (command.includes('device/src')) return 'devices: rendering and sending';
  if (command.includes('server/src')) return 'server';
  if (command.includes('mediasoup-worker')) return 'mediasoup worker';
  if (command.includes('force_key_frames')) return 'devices: encoders';
  if (command.includes('ffmpeg')) return 'taps: decoders';
  return 'database and others';
}

async function measure(what: string, server: HavenServer): Promise<void> {
  const { pid } = server.program;
  const family = [{ pid, command: 'server/src' }, ...descendants(pid)];
  const before = new Map(family.map((member) => [member.pid, cpuSeconds(member.pid)]));
  await sleep(1000 * SECONDS);
  const parts = new Map<string, number>();
  for (const { pid: member, command } of family) {
    const [start, end] = [before.get(member), cpuSeconds(member)];
    if (start === undefined || end === undefined) continue;
    const cores = (end - start) / SECONDS;
    parts.set(partOf(command), (parts.get(partOf(command)) ?? 0) + cores);
  }
  const total = [...parts.values()].reduce((sum, cores) => sum + cores, 0);
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
