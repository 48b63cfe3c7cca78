import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { errorCode } from './setup-error.mjs';

/** Folders that are made from the sources, or by npm. */
const SKIPPED = new Set(['node_modules', 'dist']);

/**
 * One checksum over files and folders: it changes when a file's name or content does.
 *
 * @param {string} root the names are taken relative to it
 * @param {readonly string[]} paths those that do not exist are left out
 * @param {readonly string[]} [also] further facts that belong to it
 * @returns {string} SHA-256, hexadecimal
 */
export function checksum(root, paths, also = []) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap((path) => filesIn(join(root, path))).sort()) {
    const content = readFileSync(path);
    hash.update(`${relative(root, path)}\0${content.length}\0`).update(content);
  }
  hash.update(JSON.stringify(also));
  return hash.digest('hex');
}

/** @param {string} path @returns {string[]} the files in it, or itself */
function filesIn(path) {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter(({ name }) => !SKIPPED.has(name))
      .flatMap((entry) => (entry.isDirectory() ? filesIn(join(path, entry.name)) : [join(path, entry.name)]));
  } catch (error) {
    if (errorCode(error) === 'ENOTDIR') return [path];
    throw error;
  }
}
