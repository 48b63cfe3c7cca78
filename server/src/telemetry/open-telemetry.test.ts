import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenTelemetry } from './open-telemetry.ts';

const lines: string[] = [];
const telemetry = new OpenTelemetry({
  service: 'haven-test',
  logLevel: 'info',
  destination: { write: (line: string) => void lines.push(line) },
});
let server: Server | undefined;
afterEach(() => {
  server?.close();
});

async function scrape(): Promise<string> {
  server = createServer((request, response) => telemetry.handleScrape(request, response));
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

describe('telemetry', () => {
  test('exports counters, histograms and gauges under the names they were given', async () => {
    telemetry.counter('things_total', 'Things').add(3, { kind: 'a' });
    telemetry.histogram('wait_seconds', 'Waiting', 's').record(0.03);
    telemetry.gauge('open_things', 'Open things', () => 7);
    const text = await scrape();
    expect(text).toContain('things_total{kind="a"} 3');
    expect(text).toContain('wait_seconds_bucket{le="0.05"} 1');
    expect(text).toContain('open_things 7');
  });

  test('gives every log line within a trace its id', async () => {
    await telemetry.trace('work', () => {
      telemetry.logger.info('within');
      return Promise.resolve();
    });
    telemetry.logger.info('without');
    const [within, without] = lines.slice(-2).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(within).toMatchObject({
      msg: 'within',
      service: 'haven-test',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(without).not.toHaveProperty('traceId');
  });

  test('passes errors through a trace', async () => {
    await expect(telemetry.trace('work', () => Promise.reject(new RangeError('no')))).rejects.toThrow(
      RangeError,
    );
  });
});
