import { beforeEach, describe, expect, test } from '@jest/globals';
import { PoolLoad } from '../pool/pool-load.ts';
import type { FrameRate } from './frame-rate.ts';
import { PacedStream, Pacer } from './pacer.ts';

let rates: Map<string, FrameRate>;
let streams: Map<string, { pace: PacedStream }>;
let pacer: Pacer;
let second: number;

beforeEach(() => {
  rates = new Map();
  second = 0;
  const ids = Array.from({ length: 10 }, (_, index) => String(index));
  streams = new Map(
    ids.map((id) => {
      const tap = { layers: null, aim: (_view: unknown, rate: FrameRate) => rates.set(id, rate) };
      return [id, { pace: new PacedStream(tap) }];
    }),
  );
  // A machine of which half is used.
  pacer = new Pacer({
    normalRate: 15,
    load: new PoolLoad(),
    processorTime: () => ({ busy: 500 * second, total: 1000 * second }),
  });
});

function play(seconds: number): void {
  for (let played = 0; played < seconds; played++) pacer.update(1000 * second++, streams);
}
const at = (rate: FrameRate) => [...rates].filter(([, own]) => own === rate).map(([id]) => id);

describe('when the server asks for less', () => {
  test('frame rates are halved although the worker keeps up, never of patients in alert', () => {
    for (const id of ['0', '1']) streams.get(id)!.pace.inAlert = true;
    pacer.reduced = true;
    play(60);
    expect(at(15)).toEqual(['0', '1']);
    expect(at(7.5)).toHaveLength(8);
  });

  test('nothing is given where everybody is in alert', () => {
    for (const { pace } of streams.values()) pace.inAlert = true;
    pacer.reduced = true;
    play(60);
    expect(at(15)).toHaveLength(10);
  });

  test('the rates come back slowly once it asks no more', () => {
    pacer.reduced = true;
    play(30);
    pacer.reduced = false;
    play(20);
    expect(at(7.5)).toHaveLength(10);
    play(60);
    expect(at(15)).toHaveLength(10);
  });
});
