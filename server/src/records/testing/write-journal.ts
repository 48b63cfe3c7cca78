/** Writes numbered entries to a journal as fast as it can, and prints each number once it is acknowledged. */
import { Journal } from '../journal/journal.ts';

const { journal } = await Journal.open({ directory: process.argv[2] ?? '' });
const padding = 'x'.repeat(Number(process.argv[3] ?? '100'));
for (let number = 0; ;) {
  const group = Array.from({ length: 8 }, () => number++);
  try {
    await Promise.all(
      group.map(async (entry) => {
        await journal.append(JSON.stringify({ entry, padding }));
        process.stdout.write(`${entry}\n`);
      }),
    );
  } catch (error) {
    process.stderr.write(
      `${error instanceof Error && 'code' in error ? String(error.code) : String(error)}\n`,
    );
    break;
  }
}
