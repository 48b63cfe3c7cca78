/** Prints the numbers of a journal's entries. */
import { Journal } from '../journal/journal.ts';

const { journal, entries, tornBytes } = await Journal.open({ directory: process.argv[2] ?? '' });
const numbers = entries.map(({ payload }) => Number(/"entry":(\d+)/.exec(payload)?.[1]));
process.stdout.write(`listed ${JSON.stringify({ entries: numbers, tornBytes })}\n`);
await journal.close();
