import { existsSync, readFileSync } from 'node:fs';
import { descendants } from './process-tree.ts';

/** Of the kernel's clock ticks, which /proc counts in. */
const TICKS_PER_SECOND = 100;

/**
 * CPU time that a process has used, s; user and system time are fields 14 and 15 of proc(5)'s stat. Undefined for one
 * that has ended, such as an encoder that was replaced.
 */
export function cpuSeconds(pid: number): number | undefined {
  const stat = readProc(pid, 'stat');
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Proportional set size, bytes: what is shared by several processes counts for each by its share. */
export function proportionalBytes(pid: number): number {
  return kilobytes(readProc(pid, 'smaps_rollup'), 'Pss');
}

export function residentBytes(pid: number): number {
  return kilobytes(readProc(pid, 'status'), 'VmRSS');
}

/** The part of Haven that a process is, by its command line. */
export function partOf(command: string): string {
  if (command.includes('cv-worker/src')) return 'CV worker';
  if (command.includes('device/src')) return 'devices: rendering and sending';
  if (command.includes('server/src')) return 'server';
  if (command.includes('mediasoup-worker')) return 'mediasoup worker';
  if (command.includes('force_key_frames')) return 'devices: encoders';
  if (command.includes('ffmpeg')) return 'taps: decoders';
  return 'database and others';
}

export type Member = { pid: number; part: string };

/** A server's process and all below it. */
export function family(pid: number): Member[] {
  const below = descendants(pid).map((child) => ({ pid: child.pid, part: partOf(child.command) }));
  return [{ pid, part: 'server' }, ...below];
}

/** Sums of a figure by part; processes without one are left out. */
export function byPart(
  members: readonly Member[],
  read: (pid: number) => number | undefined,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { pid, part } of members) {
    const value = read(pid);
    if (value !== undefined) sums.set(part, (sums.get(part) ?? 0) + value);
  }
  return sums;
}

export function sum(values: Iterable<number>): number {
  return [...values].reduce((total, value) => total + value, 0);
}

function kilobytes(text: string | undefined, name: string): number {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text ?? '');
  return 1024 * Number(match?.[1] ?? 0);
}

function readProc(pid: number, file: string): string | undefined {
  const path = `/proc/${pid}/${file}`;
  if (!existsSync(path)) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It ended just now.
    return undefined;
  }
}
