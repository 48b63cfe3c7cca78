import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keyOf, type ClipCell } from './clip.ts';
import { measurementSchema, type Measurement } from './measure.ts';

const ANALYSIS = fileURLToPath(new URL('../../../cv-worker/src', import.meta.url));
/** Neither tests nor the evaluation itself change what is measured. */
const IRRELEVANT = /\.test\.ts$|^(evaluation|plot|testing)\//;

/** A name for the analysis as it is now: a run that was interrupted goes on with what the same code has measured. */
export async function analysisVersion(): Promise<string> {
  const files = (await readdir(ANALYSIS, { recursive: true })).filter(
    (file) => file.endsWith('.ts') && !IRRELEVANT.test(file),
  );
  const hash = createHash('sha256');
  for (const file of files.toSorted()) hash.update(file).update(await readFile(join(ANALYSIS, file)));
  return hash.digest('hex').slice(0, 16);
}

/** Measurements of one version of the analysis, in the cache. */
export class ResultStore {
  readonly #folder: string;

  constructor(cache: string, version: string) {
    this.#folder = join(cache, 'results', version);
  }

  /** Undefined when the cell was not measured yet. */
  async read(cell: ClipCell): Promise<Measurement | undefined> {
    const text = await readFile(this.#path(cell), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : measurementSchema.parse(JSON.parse(text));
  }

  async write(cell: ClipCell, measurement: Measurement): Promise<void> {
    const path = this.#path(cell);
    await mkdir(dirname(path), { recursive: true });
    const partial = `${path}.${process.pid}`;
    await writeFile(partial, JSON.stringify(measurement));
    await rename(partial, path);
  }

  #path(cell: ClipCell): string {
    return join(this.#folder, `${keyOf(cell)}.json`);
  }
}
