import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The UDP ports at which processes listen, by proc(5): media workers, taps and their decoders. Linux only. */
export function udpPortsOf(pids: readonly number[]): number[] {
  const sockets = new Set(pids.flatMap(socketsOf));
  const ports = readFileSync('/proc/net/udp', 'utf8')
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      return sockets.has(fields[9]) ? [Number.parseInt(fields[1].split(':')[1], 16)] : [];
    });
  return [...new Set(ports)];
}

/** Inodes of the sockets that a process holds; none of one that has ended. */
function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap(
      (fd) => /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1] ?? [],
    );
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
