import { expect, test } from '@jest/globals';
import type { ClientSpan } from '@haven/protocol';
import { JoinTrace } from './join-trace.ts';

class Track extends EventTarget {
  muted = true;
  arrive(): void {
    this.muted = false;
    this.dispatchEvent(new Event('unmute'));
  }
}

function aJoin() {
  const time = { now: 0 };
  const spans: ClientSpan[] = [];
  return {
    time,
    spans,
    trace: new JoinTrace(
      (span) => spans.push(span),
      () => time.now,
    ),
  };
}

test('one trace goes from opening the transport to the first packet', () => {
  const { spans, time, trace } = aJoin();
  const context = trace.contextOf('transport:open');
  expect(trace.contextOf('consumer:resume')).toEqual(context);
  expect(trace.contextOf('alert:acknowledge')).toBeUndefined();
  const tracks = [new Track(), new Track()];
  trace.tracks(tracks);
  time.now = 480;
  tracks[1]?.arrive();
  tracks[0]?.arrive();
  expect(spans).toEqual([{ name: 'join', span: context?.traceparent, durationMs: 480 }]);
  expect(trace.contextOf('consumer:create')).toBeUndefined();
});

test('a transport that is opened anew is another trace; what the earlier one waited for no longer counts', () => {
  const { spans, trace } = aJoin();
  const first = trace.contextOf('transport:open');
  const old = new Track();
  trace.tracks([old]);
  expect(trace.contextOf('transport:open')).not.toEqual(first);
  old.arrive();
  expect(spans).toEqual([]);
});

test('a stream that comes later than the transport is a trace of its own', () => {
  const { spans, time, trace } = aJoin();
  const opened = trace.contextOf('transport:open');
  time.now = 60_000;
  const created = trace.contextOf('consumer:create');
  expect(created).not.toEqual(opened);
  const track = new Track();
  trace.tracks([track]);
  time.now = 60_300;
  expect(trace.contextOf('consumer:create')).toEqual(created);
  track.arrive();
  expect(spans).toEqual([{ name: 'join', span: created?.traceparent, durationMs: 300 }]);
});
