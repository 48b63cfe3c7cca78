import type { Status } from './status.ts';

/** Exit code of each health, as monitoring scripts expect it. */
export const EXIT_CODES: Readonly<Record<Status['status'], number>> = {
  healthy: 0,
  degraded: 1,
  unhealthy: 2,
};

/** A status as a person at a terminal reads it. */
export function reportLines({ url, status, message, subsystems = {}, figures }: Status): string[] {
  const { alerts, mediaWorkers } = figures;
  const width = Math.max(0, ...Object.keys(subsystems).map(({ length }) => length));
  const running = alerts.filter(({ count }) => count > 0);
  const given = [
    ...(figures.draining ? ['being taken out of service'] : []),
    ...(figures.overloaded ? ['overloaded'] : []),
    `gives up ${figures.step === 'none' ? 'nothing' : figures.step}`,
  ];
  return [
    `Haven at ${url} is ${status}: ${message}`,
    '',
    ...Object.entries(subsystems).map(
      ([name, subsystem]) => `  ${name.padEnd(width)}  ${subsystem.status.padEnd(9)}  ${subsystem.message}`,
    ),
    '',
    `  ${figures.streams} streams, ${figures.viewers} viewers (${figures.people} people), ${figures.consumers} streams sent, ${figures.taps} to analysis, ${figures.pipes} piped`,
    `  video in ${bitrate(figures.incoming)}, out ${bitrate(figures.outgoing)}`,
    `  ${given.join(', ')}`,
    `  media workers ${mediaWorkers.map(({ worker, cpuCores }) => `${worker}: ${Math.round(100 * cpuCores)} %`).join(', ') || 'none'}`,
    `  alerts ${running.map(({ priority, count }) => `${count} ${priority}`).join(', ') || 'none'}`,
    `  journal ${figures.journalEntries} entries${figures.journalEntries === 0 ? '' : `, the oldest ${Math.round(figures.journalOldestSeconds)} s old`}`,
  ];
}

function bitrate(bitsPerSecond: number): string {
  return `${(bitsPerSecond / 1_000_000).toFixed(1)} Mbit/s`;
}
