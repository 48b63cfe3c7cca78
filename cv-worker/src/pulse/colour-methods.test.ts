import { describe, expect, test } from '@jest/globals';
import { chrom } from './chrom.ts';
import { pos } from './pos.ts';
import { standardDeviation } from './statistics.ts';
import { normalNumbers } from './testing/simulated-skin.ts';

const RATE = 25;
const methods = { pos, chrom };

/** Mean colours of skin whose blood takes most of the green; light changes all three alike. */
function skin(options: { pulse: number; light: number; noise?: number }) {
  const normal = normalNumbers(5);
  const channel = (level: number, strength: number) =>
    Float64Array.from({ length: 250 }, (_, i) => {
      const beat = -options.pulse * strength * Math.sin((2 * Math.PI * 1.2 * i) / RATE);
      const light = options.light * Math.sin((2 * Math.PI * 0.9 * i) / RATE);
      return level * (1 + beat) * (1 + light) * (1 + (options.noise ?? 0) * normal());
    });
  return [channel(170, 0.43), channel(120, 1), channel(95, 0.69)] as const;
}

/** Of a signal with a wave of this frequency. */
function correlation(signal: Float64Array, hertz: number): number {
  let common = 0;
  signal.forEach((value, i) => (common += value * Math.sin((2 * Math.PI * hertz * i) / RATE)));
  return (common * Math.SQRT2) / signal.length / standardDeviation(signal);
}

describe.each(['pos', 'chrom'] as const)('%s', (name) => {
  const method = methods[name];

  test('shows the pulse, falling as blood takes light', () => {
    const [red, green, blue] = skin({ pulse: 0.005, light: 0 });
    expect(correlation(method(red, green, blue, RATE), 1.2)).toBeLessThan(-0.94);
  });

  test('cancels light that is ten times as strong as the pulse', () => {
    const [red, green, blue] = skin({ pulse: 0.002, light: 0.02 });
    expect(Math.abs(correlation(green, 0.9))).toBeGreaterThan(0.95);
    expect(correlation(method(red, green, blue, RATE), 1.2)).toBeLessThan(-0.9);
  });

  test('gives nothing where nothing changes', () => {
    const [red, green, blue] = skin({ pulse: 0, light: 0 });
    expect(standardDeviation(method(red, green, blue, RATE))).toBeLessThan(1e-9);
  });
});
