import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { SendMetrics } from './send-metrics.ts';

class Recorded extends QuietTelemetry {
  readonly values: number[] = [];
  override histogram() {
    return { record: (value: number) => void this.values.push(value) };
  }
}

test('what a connection sends is timed until it has left, once a second', () => {
  const telemetry = new Recorded();
  const conn = Object.assign(new EventEmitter(), { transport: new EventEmitter() });
  new SendMetrics(telemetry).follow({ conn });
  conn.emit('flush');
  expect(telemetry.values).toEqual([]);
  conn.transport.emit('drain');
  conn.emit('flush');
  conn.transport.emit('drain');
  expect(telemetry.values).toHaveLength(1);
  expect(telemetry.values[0]).toBeGreaterThanOrEqual(0);
});
