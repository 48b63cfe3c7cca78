import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newTraceparent } from '@haven/protocol';
import { OtlpReceiver } from '../testing/otlp-receiver.ts';
import { OpenTelemetry } from './open-telemetry.ts';

let receiver: OtlpReceiver;

beforeAll(async () => {
  receiver = await OtlpReceiver.start();
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = receiver.url;
});
afterAll(() => {
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  receiver.close();
});
beforeEach(() => {
  receiver.spans.length = 0;
});

function start(share = 1): OpenTelemetry {
  return new OpenTelemetry({
    ...{ service: 'haven-test', logLevel: 'silent' },
    traces: { exported: true, share },
  });
}

describe('traces', () => {
  test('leave over OTLP, each span under the one within which it ran', async () => {
    const telemetry = start();
    await telemetry.trace('outer', () => telemetry.trace('inner', () => Promise.resolve()));
    await telemetry.close();
    const [outer, inner] = [await receiver.span('outer'), await receiver.span('inner')];
    expect(outer.parentSpanId ?? '').toBe('');
    expect(inner).toMatchObject({ traceId: outer.traceId, parentSpanId: outer.spanId });
  });

  test('go on from the span of another process, which is told afterwards under its own id', async () => {
    const telemetry = start();
    const self = newTraceparent();
    const [, traceId, spanId] = self.split('-');
    await telemetry.trace('request', () => Promise.resolve(), { parent: self });
    telemetry.past({ name: 'join', self, startedAt: 1_000, endedAt: 1_500 });
    await telemetry.close();
    expect(await receiver.span('request')).toMatchObject({ traceId, parentSpanId: spanId });
    expect(await receiver.span('join')).toMatchObject({
      ...{ traceId, spanId },
      ...{ startTimeUnixNano: 1_000e6, endTimeUnixNano: 1_500e6 },
    });
  });

  test('name the active span to whoever carries it further', async () => {
    const telemetry = start();
    expect(telemetry.traceparent()).toBeUndefined();
    const carried = await telemetry.trace('first', () => Promise.resolve(telemetry.traceparent()));
    const past = telemetry.past({ name: 'second', parent: carried, startedAt: 1, endedAt: 2 });
    await telemetry.close();
    const [first, second] = [await receiver.span('first'), await receiver.span('second')];
    expect(carried).toBe(`00-${first.traceId}-${first.spanId}-01`);
    expect(second.parentSpanId).toBe(first.spanId);
    expect(past).toBe(`00-${first.traceId}-${second.spanId}-01`);
  });

  test('are recorded in the share that was asked for, whatever a client wishes', async () => {
    const telemetry = start(0);
    await telemetry.trace('own', () => Promise.resolve());
    await telemetry.trace('asked for', () => Promise.resolve(), { parent: newTraceparent() });
    await telemetry.close();
    expect(receiver.spans).toEqual([]);
  });
});
