import type { LayerFigures, LinkQuality } from '@haven/protocol';
import type { MediaFigures, PatientFigures } from '../http/live-figures-api.ts';
import type { Sfu } from '../sfu/sfu.ts';
import type { Stream } from '../sfu/stream.ts';
import type { AnalysisMetrics } from './analysis-metrics.ts';
import type { CvCoordinator } from './cv-coordinator.ts';
import type { DeviceMetrics } from './device-metrics.ts';
import type { Operations } from './operations.ts';

type Parts = {
  analysisMetrics: AnalysisMetrics;
  clock: () => number;
  coordinator: CvCoordinator;
  deviceMetrics: DeviceMetrics;
  operations: Pick<Operations, 'load'>;
  sfu: Sfu;
};

/** How every stream, viewer and media worker fares now, from what is known already: nothing is read for it. */
export function readMediaFigures(parts: Parts): MediaFigures {
  const { clock, operations, sfu } = parts;
  const { census } = sfu.observation;
  const qualities = sfu.viewerQualities;
  const having = (quality: LinkQuality) => qualities.filter((other) => other === quality).length;
  const watched = sfu.observation.consumersByProducer();
  return {
    at: clock(),
    load: operations.load,
    streams: sfu.streams.live().map((stream) => figuresOf(stream, parts, watched)),
    viewers: { good: having('good'), fair: having('fair'), poor: having('poor'), lost: having('lost') },
    mediaWorkers: [...census.workers].map(([{ index, pid, load }, counts]) => ({
      ...{ index, pid, cpuCores: load.cpu },
      ...counts,
    })),
  };
}

function figuresOf(
  stream: Stream,
  { analysisMetrics, coordinator, deviceMetrics, sfu }: Parts,
  watched: ReadonlyMap<string, number>,
): PatientFigures {
  const { identity, mediaWorker, state, streamId } = stream;
  const peer = sfu.observation.census.peer(stream.transportOptions.id);
  const producer = [...(peer?.producers ?? [])].find(({ kind }) => kind === 'video');
  const held = coordinator.heldOf(streamId);
  const status = held === undefined ? undefined : analysisMetrics.of(held.assignment.assignmentId);
  return {
    ...{ streamId, patientId: identity.patientId, deviceId: identity.deviceId, source: identity.source },
    ...{ startedAt: stream.startedAt, quality: state.quality, privacy: state.privacy !== null },
    conditions: state.conditions,
    layers: layersOf(stream, producer === undefined ? [] : sfu.observation.statistics.layersOf(producer)),
    framesPerSecond: deviceMetrics.of(stream)?.framesPerSecond ?? null,
    mediaWorker: mediaWorker.index,
    viewers: (producer === undefined ? 0 : (watched.get(producer.id) ?? 0)) + sfu.playersOf(stream),
    analysis:
      held === undefined
        ? null
        : {
            layers: held.tap?.layers ?? null,
            frameRate: status?.frameRate ?? null,
            reduced: status?.reduced ?? false,
          },
  };
}

function layersOf(
  stream: Stream,
  readings: readonly Omit<LayerFigures, 'width' | 'height'>[],
): LayerFigures[] {
  const { sizes } = stream;
  return readings.map((reading, layer) => ({ ...reading, ...(sizes[layer] ?? { width: 0, height: 0 }) }));
}
