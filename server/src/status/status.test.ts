import { describe, expect, test } from '@jest/globals';
import { reportLines } from './report.ts';
import { readSamples } from './samples.ts';
import { readStatus, type Ask } from './status.ts';

const HEALTH = {
  status: 'degraded',
  message: 'Impaired: cv-workers',
  subsystems: {
    database: { status: 'healthy', message: 'answers' },
    'cv-workers': { status: 'degraded', message: '0 connected' },
  },
};
const METRICS = `# HELP haven_active_streamers Patients whose video arrives
# TYPE haven_active_streamers gauge
haven_active_streamers 4
haven_active_viewers 2
haven_sfu_incoming_bits_per_second 2400000
haven_degradation_step 2
haven_alerts_active{priority="high"} 1
haven_alerts_active{priority="low"} 0
haven_sfu_worker_cpu_cores{worker="0"} 0.214
haven_sfu_worker_cpu_cores{worker="1"} 0.5
`;
const answering =
  (health: unknown, metrics = { status: 200, body: METRICS }): Ask =>
  (path) =>
    Promise.resolve(path === '/health' ? { status: 200, body: JSON.stringify(health) } : metrics);

describe('a status', () => {
  test('is read from health and metrics, and said in few lines', async () => {
    const status = await readStatus('http://127.0.0.1:3000', answering(HEALTH));
    expect(status.figures).toMatchObject({ streams: 4, viewers: 2, step: 'layers', overloaded: false });
    const lines = reportLines(status);
    expect(lines[0]).toBe('Haven at http://127.0.0.1:3000 is degraded: Impaired: cv-workers');
    expect(lines).toContain('  cv-workers  degraded   0 connected');
    expect(lines).toContain('  video in 2.4 Mbit/s, out 0.0 Mbit/s');
    expect(lines).toContain('  gives up layers');
    expect(lines).toContain('  media workers 0: 21 %, 1: 50 %');
    expect(lines).toContain('  alerts 1 high');
  });

  test.each([
    ['is no Haven', answering('<html>'), /no Haven/],
    ['refuses the token', answering(HEALTH, { status: 403, body: '' }), /refuses the token/],
  ])('is not there when what answers %s', async (_what, ask, words) => {
    await expect(readStatus('http://127.0.0.1:1', ask)).rejects.toThrow(words);
  });
});

test('samples are read with their labels, whatever these hold', () => {
  expect(readSamples('a{b="c,d=\\"e\\"",f="g"} 1.5\n# HELP a\n\nh 2 1700000000\nbroken\n')).toEqual([
    { name: 'a', labels: { b: 'c,d=\\"e\\"', f: 'g' }, value: 1.5 },
    { name: 'h', labels: {}, value: 2 },
  ]);
});
