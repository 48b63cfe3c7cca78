import { alertSchema, CLIENT_STATISTICS_INTERVAL_MS, type ClientSpan } from '@haven/protocol';
import { steadyNow } from '../core/clock.ts';
import type { MonitorConnection } from '../core/wall.ts';
import { heldBackSince } from '../media/delivery.ts';
import { NOTHING_RECEIVED, readReception, receptionSince } from '../media/reception.ts';
import type { ViewerMedia } from '../media/viewer-media.ts';

/** What a wall tells of itself is worth no second attempt. */
const forgotten = () => undefined;

export function reportSpan(connection: MonitorConnection, span: ClientSpan): void {
  connection.request('client:span', span).catch(forgotten);
}

/** Tells regularly how pictures arrive, and of traced alerts when they were drawn. @returns ends it */
export function reportFrom(
  connection: MonitorConnection,
  media: Pick<ViewerMedia, 'statistics' | 'tracks' | 'deliveries'>,
): () => void {
  let before = NOTHING_RECEIVED;
  let readAt = steadyNow();
  const timer = setInterval(() => {
    void media.statistics().then((report) => {
      const now = report === null ? NOTHING_RECEIVED : readReception(report.values());
      const heldBack = heldBackSince(readAt, media.tracks.get(), media.deliveries.get());
      const statistics = receptionSince(before, now, heldBack);
      before = now;
      readAt = steadyNow();
      if (statistics !== null) connection.request('client:statistics', statistics).catch(forgotten);
    }, forgotten);
  }, CLIENT_STATISTICS_INTERVAL_MS);
  connection.on('alert', alertSchema, (_alert, trace) => {
    if (trace === undefined) return;
    const cameAt = steadyNow();
    // The first callback runs before the picture with the alert is drawn, the second after it.
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        reportSpan(connection, {
          ...{ name: 'alert-shown', parent: trace.traceparent },
          durationMs: steadyNow() - cameAt,
        }),
      ),
    );
  });
  return () => clearInterval(timer);
}
