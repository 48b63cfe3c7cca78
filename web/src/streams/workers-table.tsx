import type { MediaWorkerFigures } from '@haven/protocol';
import { SortableTable, type SortableColumn } from './sortable-table.tsx';
import { percentWords } from './streams-words.ts';

const count = (
  name: string,
  read: (worker: MediaWorkerFigures) => number,
): SortableColumn<MediaWorkerFigures> => ({
  ...{ name, numeric: true, sortBy: read },
  cell: (worker) => String(read(worker)),
});

const COLUMNS: readonly SortableColumn<MediaWorkerFigures>[] = [
  { name: 'Worker', cell: ({ index, pid }) => `${index} (process ${pid})`, sortBy: ({ index }) => index },
  { ...count('Processor', ({ cpuCores }) => cpuCores), cell: ({ cpuCores }) => percentWords(cpuCores) },
  count('Transports', ({ transports }) => transports),
  count('Incoming', ({ producers }) => producers),
  count('Outgoing', ({ consumers }) => consumers),
  count('To analysis', ({ taps }) => taps),
  count('To other workers', ({ pipes }) => pipes),
];

export function WorkersTable({ workers }: { workers: readonly MediaWorkerFigures[] }) {
  return (
    <SortableTable
      caption="Media workers"
      items={workers}
      keyOf={({ index }) => String(index)}
      columns={COLUMNS}
      sortedBy="Worker"
    />
  );
}
