import { describe, expect, test } from '@jest/globals';
import { parseKept } from './kept-entry.ts';
import { pulseAlert } from './testing/fixtures.ts';

/** As it was written before alerts had silences, reasons and changes. */
function entryOf(change: object): string {
  const alert = { ...pulseAlert('P-101'), silence: undefined, change: undefined, ...change };
  return JSON.stringify({ kind: 'alert', keptAt: 1, alert });
}
const by = { userId: 'f4b3a3a2-5a4c-4c53-9d0e-5f8a4f0f9a11', userName: 'Anna' };

describe('an alert that an earlier version left in the journal', () => {
  test.each([
    ['raised', {}, { kind: 'raised', at: 1_795_000_000_000 }],
    [
      'cleared',
      { condition: 'cleared', clearedAt: 1_795_000_005_000 },
      { kind: 'cleared', at: 1_795_000_005_000 },
    ],
    [
      'acknowledged',
      { acknowledgement: { ...by, at: 1_795_000_007_000 }, clearedAt: 1_795_000_005_000 },
      { kind: 'acknowledged', at: 1_795_000_007_000 },
    ],
    [
      'cleared after it was acknowledged',
      { acknowledgement: { ...by, at: 1_795_000_003_000 }, clearedAt: 1_795_000_005_000 },
      { kind: 'cleared', at: 1_795_000_005_000 },
    ],
  ])('is read as %s', (_what, old, change) => {
    const kept = parseKept(entryOf(old));
    expect(kept).toMatchObject({ kind: 'alert', alert: { silence: null, change } });
    if ('acknowledgement' in old) {
      expect(kept).toMatchObject({ alert: { acknowledgement: { ...old.acknowledgement, reason: null } } });
    }
  });
});
