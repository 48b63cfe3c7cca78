import { describe, expect, test } from '@jest/globals';
import type { Vital, WithheldReason } from '@haven/protocol';
import { analysisFigure } from './analysis-figure.ts';
import { calibrationFigure } from './calibration-figure.ts';
import { text } from './svg.ts';
import { withheldStretches } from './withheld-stretches.ts';

const common = { name: 'pulse', unit: '/min', method: 'test', windowMs: 10_000 } as const;
const shown = (value: number, state: 'measured' | 'held' = 'measured'): Vital => ({
  ...common,
  ...{ state, value, quality: 0.9, measuredAt: 10_000, reason: null },
  interval: { low: value - 2, high: value + 2 },
});
const withheld = (reason: WithheldReason): Vital => ({
  ...common,
  ...{ state: 'withheld', value: null, quality: 0, measuredAt: null, reason },
});

describe('withheld stretches', () => {
  test('join seconds of one reason, and begin a second before the first of them', () => {
    const vitals = [
      withheld('starting'),
      withheld('starting'),
      withheld('moving'),
      shown(60),
      withheld('moving'),
    ];
    expect(withheldStretches(vitals.map((vital, i) => ({ atS: i + 1, vital })))).toEqual([
      { fromS: 0, toS: 2, reason: 'starting' },
      { fromS: 2, toS: 3, reason: 'moving' },
      { fromS: 4, toS: 5, reason: 'moving' },
    ]);
  });
});

describe('the picture of an analysis', () => {
  const analysis = (vitals: Vital[]) => ({
    ...{ frames: 30, startedAt: 500, durationMs: vitals.length * 1000, conditions: [], events: [] },
    seconds: vitals.map((vital, i) => ({
      ...{ at: 1500 + i * 1000, pulse: vital, breathing: withheld('weak-signal'), motion: null },
    })),
    waveform: { startAt: 500, rateHz: 25, samples: [] },
    clearest: null,
  });

  test('shows measured values filled, held ones hollow, and why nothing is shown', () => {
    const svg = analysisFigure('bed <7>.csv', analysis([withheld('moving'), shown(71), shown(71, 'held')]));
    expect(svg.match(/<circle/g)).toHaveLength(2);
    expect(svg.match(/<circle[^>]*fill="#ffffff"/g)).toHaveLength(1);
    for (const words of [
      'Patient is moving',
      'Signal too weak',
      'bed &lt;7&gt;.csv',
      '1/min',
      'no skin was seen',
    ]) {
      expect(svg).toContain(words);
    }
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('shows the skin’s brightness and its spectrum where no pulse was believed', () => {
    const samples = Array.from({ length: 250 }, (_, i) => 0.002 * Math.sin(i / 3));
    const clearest = {
      ...{ fromMs: 500, toMs: 10_460, rateHz: 25, samples, reading: null },
      spectrum: { perMin: [40, 70, 100], power: [0.2, 1, 0.1] },
    };
    const svg = analysisFigure('dark.mp4', { ...analysis([withheld('too-dark')]), clearest });
    for (const words of ['no pulse was believed', '‰ of its level', 'Its spectrum<'])
      expect(svg).toContain(words);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('can be drawn of a recording without a second', () => {
    expect(analysisFigure('short.csv', analysis([]))).not.toMatch(/NaN|undefined|Infinity/);
  });
});

test('the picture of a calibration leaves empty bins out and says how many values the others have', () => {
  const svg = calibrationFigure('bidmc pulse', 5, [
    { from: 0.8, to: 0.9, n: 0, quality: null, share: null },
    { from: 0.9, to: 1, n: 412, quality: 0.97, share: 0.98 },
  ]);
  expect(svg.match(/<circle/g)).toHaveLength(1);
  expect(svg).toContain('n 412');
  expect(svg).not.toMatch(/NaN|undefined/);
});

test('text is escaped', () => {
  expect(text('a < b & "c"', { x: 1.005 })).toBe('<text x="1">a &lt; b &amp; &quot;c&quot;</text>');
});
