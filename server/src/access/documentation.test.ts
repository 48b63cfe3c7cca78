import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { matrixTable } from './matrix-table.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/access.md'), 'utf8');
/** Prettier aligns the columns. */
const plain = (line: string) => line.replaceAll(/-{3,}/g, '---').replaceAll(/ +/g, ' ').trim();

test('docs/access.md holds the access matrix', () => {
  const [, between = ''] = page.split(/<!-- the matrix[^>]*-->/);
  expect(between.trim().split('\n').map(plain)).toEqual(matrixTable());
});
