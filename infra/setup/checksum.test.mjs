import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { checksum } from './checksum.mjs';

function newSources() {
  const root = mkdtempSync(join(tmpdir(), 'haven-checksum-'));
  mkdirSync(join(root, 'web/src'), { recursive: true });
  writeFileSync(join(root, 'web/src/main.ts'), 'main');
  writeFileSync(join(root, 'lock.json'), '{}');
  return root;
}
const PATHS = ['web', 'lock.json', 'not-there'];

describe('The checksum of sources', () => {
  test('is the same for the same files in another place', () => {
    expect(checksum(newSources(), PATHS)).toBe(checksum(newSources(), PATHS));
  });

  test("changes with a file's content, its name, a new file, and a removed one", () => {
    const root = newSources();
    const seen = new Set([checksum(root, PATHS)]);
    writeFileSync(join(root, 'web/src/main.ts'), 'other');
    seen.add(checksum(root, PATHS));
    renameSync(join(root, 'web/src/main.ts'), join(root, 'web/src/index.ts'));
    seen.add(checksum(root, PATHS));
    writeFileSync(join(root, 'web/index.html'), '');
    seen.add(checksum(root, PATHS));
    rmSync(join(root, 'lock.json'));
    seen.add(checksum(root, PATHS));
    expect(seen.size).toBe(5);
  });

  test('does not change with what is made from the sources', () => {
    const root = newSources();
    const before = checksum(root, PATHS);
    for (const folder of ['dist', 'node_modules']) {
      mkdirSync(join(root, 'web', folder));
      writeFileSync(join(root, 'web', folder, 'made.js'), 'made');
    }
    expect(checksum(root, PATHS)).toBe(before);
  });
});
