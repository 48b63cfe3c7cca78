/** @jest-environment node */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';

const css = readFileSync(new URL('./priority.module.css', import.meta.url), 'utf8');

function flashHz(priority: string): number | undefined {
  const rule = new RegExp(`data-priority='${priority}'\\] \\{[^}]*--flash: ([\\d.]+)s`).exec(css);
  return rule === null ? undefined : 1 / Number(rule[1]);
}

describe('alarm lights after IEC 60601-1-8, table 2', () => {
  test('a high alert flashes 1.4 to 2.8 times a second, a medium one 0.4 to 0.8 times', () => {
    expect(flashHz('high')).toBe(2);
    expect(flashHz('medium')).toBe(0.5);
  });

  test('low and technical ones are constant', () => {
    expect(flashHz('low')).toBeUndefined();
    expect(flashHz('technical')).toBeUndefined();
  });

  test('half of the time is light: between 20 and 60 of 100', () => {
    expect(css).toMatch(/@keyframes flash \{\s*0% \{[^}]*\}\s*50% \{/);
    expect(css).toContain('infinite steps(1, end)');
  });

  test('nothing flashes that was acknowledged, nor for somebody who wants no movement', () => {
    const flashing = /@media \(prefers-reduced-motion: no-preference\) \{[^@]*animation: flash/.exec(css);
    expect(flashing?.[0]).toContain("[data-acknowledged='false']");
    expect(css.match(/animation:/g)).toHaveLength(1);
  });
});
