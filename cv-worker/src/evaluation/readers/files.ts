import { access, readdir, readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { RecordingError } from '../recording-error.ts';

/** Ten hours of means at 30 a second are about 40 MB: more is no recording of this kind. */
export const MAX_TEXT_BYTES = 64 * 1024 * 1024;

const inflate = promisify(gunzip);

/** @throws RecordingError when the file is missing, no file, or larger than {@link MAX_TEXT_BYTES} */
export async function readText(path: string): Promise<string> {
  return (await readBounded(path)).toString('utf8');
}

/** Text that is compressed by gzip, bounded before and after. */
export async function readGzippedText(path: string): Promise<string> {
  const compressed = await readBounded(path);
  try {
    return (await inflate(compressed, { maxOutputLength: MAX_TEXT_BYTES })).toString('utf8');
  } catch (cause) {
    throw new RecordingError(`${path} is no readable gzip file.`, { cause });
  }
}

async function readBounded(path: string): Promise<Buffer> {
  const status = await stat(path).catch((cause: unknown) => {
    throw new RecordingError(`${path} cannot be read.`, { cause });
  });
  if (!status.isFile()) throw new RecordingError(`${path} is no file.`);
  if (status.size > MAX_TEXT_BYTES) {
    const limit = String(MAX_TEXT_BYTES / 1024 / 1024);
    throw new RecordingError(`${path} is larger than ${limit} MB, the most that is read as text.`);
  }
  return readFile(path).catch((cause: unknown) => {
    throw new RecordingError(`${path} cannot be read.`, { cause });
  });
}

export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Names of a folder's subfolders and files in order; the order of recordings in every table. */
export async function sortedNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new RecordingError(`The folder ${folder} cannot be read.`, { cause });
  });
  return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}
