import { linkQualitySchema, type StreamFigures, type TechnicalCondition } from '@haven/protocol';
import { RULE_WORDS } from '../core/alert-view.ts';
import { Tag } from '../ui/tag.tsx';
import { SortableTable, type SortableColumn } from './sortable-table.tsx';
import { ageWords, bitrateWords, percentWords, QUALITY_WORDS, worstLayer } from './streams-words.ts';
import styles from './streams.module.css';

/** What is not known sorts after everything that is. */
const UNKNOWN = Number.POSITIVE_INFINITY;

const CONDITION_WORDS: Readonly<Record<TechnicalCondition, string>> = {
  ...RULE_WORDS,
  'too-dark': 'Too dark',
};

const SOURCES: Readonly<Record<StreamFigures['source'], string>> = {
  camera: 'Camera',
  file: 'File',
  synthetic: 'SIMULATED',
};

function columns(now: number): SortableColumn<StreamFigures>[] {
  return [
    { name: 'Bed', cell: placeOf, sortBy: placeOf },
    { name: 'Source', cell: ({ source }) => SOURCES[source], sortBy: ({ source }) => SOURCES[source] },
    {
      name: 'Quality',
      cell: ({ quality, privacy }) => (
        <>
          <Tag kind={QUALITY_WORDS[quality].kind}>{QUALITY_WORDS[quality].words}</Tag>
          {privacy && <Tag kind="off">Privacy</Tag>}
        </>
      ),
      // The worst first.
      sortBy: ({ quality }) => -linkQualitySchema.options.indexOf(quality),
    },
    { name: 'Conditions', cell: conditionsOf, sortBy: ({ conditions }) => -conditions.length },
    {
      name: 'Layers',
      numeric: true,
      cell: ({ layers }) => (
        <span className={styles.layers}>
          {layers.map(({ width, height, bitrate }, layer) => (
            <span key={layer}>
              {width}×{height} {bitrate > 0 ? bitrateWords(bitrate) : 'off'}
            </span>
          ))}
        </span>
      ),
      sortBy: ({ layers }) => layers.reduce((sum, { bitrate }) => sum + bitrate, 0),
    },
    number(
      'Frames/s',
      ({ framesPerSecond }) => framesPerSecond,
      (rate) => rate.toFixed(0),
    ),
    number('Loss', (stream) => worstLayer(stream)?.lossFraction ?? null, percentWords),
    number('Jitter', (stream) => worstLayer(stream)?.jitterMs ?? null, milliseconds),
    number('Round trip', (stream) => worstLayer(stream)?.roundTripMs ?? null, milliseconds),
    number(
      'Score',
      (stream) => worstLayer(stream)?.score ?? null,
      (score) => `${score} of 10`,
    ),
    number('Viewers', ({ viewers }) => viewers, String),
    { name: 'Analysis', cell: analysisOf, sortBy: ({ analysis }) => analysis?.frameRate ?? UNKNOWN },
    number('Worker', ({ mediaWorker }) => mediaWorker, String),
    number('Runs for', ({ startedAt }) => now - startedAt, ageWords),
    { name: 'Device', cell: ({ deviceId }) => deviceId.slice(0, 8), sortBy: ({ deviceId }) => deviceId },
  ];
}

export function StreamsTable({ streams, now }: { streams: readonly StreamFigures[]; now: number }) {
  return (
    <SortableTable
      caption="Streams"
      items={streams}
      keyOf={({ streamId }) => streamId}
      columns={columns(now)}
      sortedBy="Quality"
    />
  );
}

function number(
  name: string,
  read: (stream: StreamFigures) => number | null,
  words: (value: number) => string,
): SortableColumn<StreamFigures> {
  return {
    name,
    numeric: true,
    cell: (stream) => {
      const value = read(stream);
      return value === null ? '–' : words(value);
    },
    sortBy: (stream) => read(stream) ?? UNKNOWN,
  };
}

const milliseconds = (ms: number) => `${ms.toFixed(0)} ms`;

function placeOf({ room, bed }: StreamFigures): string {
  return `${room}, bed ${bed}`;
}

function conditionsOf({ conditions }: StreamFigures): string {
  return conditions.map((condition) => CONDITION_WORDS[condition]).join(', ') || '–';
}

function analysisOf({ analysis }: StreamFigures): string {
  if (analysis === null) return 'none';
  const layer = analysis.layers === null ? 'no tap' : `layer ${analysis.layers.spatialLayer}`;
  const rate = analysis.frameRate === null ? '' : `, ${analysis.frameRate}/s`;
  return `${layer}${rate}${analysis.reduced ? ' (reduced)' : ''}`;
}
