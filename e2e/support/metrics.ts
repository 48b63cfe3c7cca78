import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HavenServer } from './haven-server.ts';

/** What a server says at `/metrics`, by the metric's name: labels are summed over. */
export async function readMetrics(server: HavenServer): Promise<Map<string, number>> {
  const token = readFileSync(join(server.dataDirectory, 'metrics-token'), 'utf8').trim();
  const response = await server.get('/metrics', token);
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  const values = new Map<string, number>();
  for (const line of (await response.text()).split('\n')) {
    const match = /^([a-z_]+)(?:\{[^}]*\})? (\S+)/.exec(line);
    if (match !== null) values.set(match[1], (values.get(match[1]) ?? 0) + Number(match[2]));
  }
  return values;
}

/** Slope of the straight line through points by least squares; NaN for fewer than two times. */
export function slope(points: readonly { x: number; y: number }[]): number {
  const mean = (read: (point: { x: number; y: number }) => number) =>
    points.reduce((total, point) => total + read(point), 0) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  const spread = mean((point) => (point.x - x) ** 2);
  return mean((point) => (point.x - x) * (point.y - y)) / spread;
}
