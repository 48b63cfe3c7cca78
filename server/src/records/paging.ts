import type { StoreAnswer, StoreCalls } from './store-calls.ts';

/** PostgREST answers at most this many rows to one request. */
export const PAGE_ROWS = 1000;
/** Beyond this a table is not what it is meant to be; a runaway read ends here. */
const MAX_PAGES = 100;

/**
 * Reads a whole, rather small table in pages.
 * @param page rows of an ordered query, both ends included
 * @throws HavenError STORAGE_UNAVAILABLE
 */
export async function readAllPages<Row>(
  calls: StoreCalls,
  page: (from: number, to: number) => PromiseLike<StoreAnswer<Row[]>>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let number = 0; number < MAX_PAGES; number++) {
    const from = number * PAGE_ROWS;
    const next = await calls.read(() => page(from, from + PAGE_ROWS - 1));
    rows.push(...next);
    if (next.length < PAGE_ROWS) break;
  }
  return rows;
}
