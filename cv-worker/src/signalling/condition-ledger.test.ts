import { describe, expect, test } from '@jest/globals';
import { ConditionLedger, FRAMES_TO_JUDGE } from './condition-ledger.ts';

describe('the ledger of conditions', () => {
  test('ends a condition that a new analyzer does not see, once it has seen the picture for a while', () => {
    const ledger = new ConditionLedger();
    ledger.report('camera-covered', true);
    ledger.restarted(1000);
    expect(ledger.takeCleared(1000 + FRAMES_TO_JUDGE - 1)).toEqual([]);
    expect(ledger.takeCleared(1000 + FRAMES_TO_JUDGE)).toEqual(['camera-covered']);
    expect(ledger.takeCleared(1000 + FRAMES_TO_JUDGE)).toEqual([]);
  });

  test('keeps a condition that the new analyzer sees as well', () => {
    const ledger = new ConditionLedger();
    ledger.report('camera-covered', true);
    ledger.restarted(0);
    ledger.report('camera-covered', true);
    expect(ledger.takeCleared(FRAMES_TO_JUDGE)).toEqual([]);
  });

  test('has nothing to end without a restart', () => {
    const ledger = new ConditionLedger();
    ledger.report('too-dark', true);
    expect(ledger.takeCleared(100_000)).toEqual([]);
  });

  test('remembers through several restarts', () => {
    const ledger = new ConditionLedger();
    ledger.report('too-dark', true);
    ledger.report('picture-frozen', true);
    ledger.report('picture-frozen', false);
    ledger.restarted(0);
    ledger.restarted(10);
    expect(ledger.takeCleared(10 + FRAMES_TO_JUDGE)).toEqual(['too-dark']);
  });
});
