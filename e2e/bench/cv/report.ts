import { sum } from '../../support/process-usage.ts';
import { quantile } from '../figures.ts';
import type { Measurement } from './measurement.ts';

const MEGABYTE = 1e6;
const say = (line: string) => process.stdout.write(`${line}\n`);
const row = (name: string, ...cells: string[]) =>
  say(`  ${name.padEnd(34)}${cells.map((cell) => ` ${cell.padStart(13)}`).join('')}`);

/** Prints one measurement. @param streams how many were analysed */
export function report(measurement: Measurement, streams: number): void {
  const { cores, memory, seconds, latencies, slopes, reduced } = measurement;
  const [allCores, allMemory] = [sum(cores.values()), sum(memory.values())];
  row('part', 'cores', 'memory MB');
  for (const part of [...cores.keys()].sort((a, b) => (cores.get(b) ?? 0) - (cores.get(a) ?? 0))) {
    row(part, (cores.get(part) ?? 0).toFixed(3), ((memory.get(part) ?? 0) / MEGABYTE).toFixed(0));
  }
  row('Haven', allCores.toFixed(3), (allMemory / MEGABYTE).toFixed(0));
  row('generator, not part of Haven', measurement.generatorCores.toFixed(3));
  row('machine', `${(100 * measurement.machineShare).toFixed(0)} %`);
  row(
    'a stream',
    `${((100 * allCores) / streams).toFixed(2)} %`,
    (allMemory / streams / MEGABYTE).toFixed(1),
  );
  row('frames analysed /s', (measurement.framesAnalysed / seconds).toFixed(1));
  row('frames dropped /s', (measurement.framesDropped / seconds).toFixed(2));
  row('streams with a reduced rate', `${reduced.last}`, `most ${reduced.most}`);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(latencies, share).toFixed(0));
  row('frame to vital at a viewer, ms', `p50 ${p50}`, `p95 ${p95}`, `p99 ${p99}`);
  row('slope of the threads’ heap', `${(slopes.heap / MEGABYTE).toFixed(2)} MB/min`);
  row(
    'slope of RSS: CV worker, server',
    ...[slopes.cvWorker, slopes.server].map((s) => `${(s / MEGABYTE).toFixed(2)} MB/min`),
  );
  row('tensors', measurement.tensors.toFixed(0), `${slopes.tensors.toFixed(2)} /min`);
  for (const { face, measured, held, withheld, errors } of measurement.faces) {
    const all = measured + held + withheld;
    const share = (count: number) => `${((100 * count) / all).toFixed(0)} %`;
    row(
      `pulse, faces of ${(100 * face).toFixed(0)} %`,
      ...[`measured ${share(measured)}`, `held ${share(held)}`, `withheld ${share(withheld)}`].map((cell) =>
        cell.padStart(14),
      ),
    );
    if (errors.length === 0) continue;
    const mean = (sum(errors) / errors.length).toFixed(2);
    row('  error of what is shown, /min', `mean ${mean}`, `max ${Math.max(...errors).toFixed(1)}`);
  }
  say(`  first to give: ${firstToGive(measurement)}`);
}

/** What a machine that is too small gives up first, of what is seen here. */
function firstToGive({ framesDropped, latencies, machineShare, reduced }: Measurement): string {
  const signs = [
    ...(reduced.most > 0 ? [`the frame rate of up to ${reduced.most} streams`] : []),
    ...(framesDropped > 0 ? ['frames, dropped before their analysis'] : []),
    ...(quantile(latencies, 0.99) > 200 ? ['latency, beyond 200 ms'] : []),
  ];
  const used = `${(100 * machineShare).toFixed(0)} % of the machine are used`;
  return signs.length === 0 ? `nothing yet; ${used}` : `${signs.join('; then ')}; ${used}`;
}
