import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_ALERT_LIMITS } from '@haven/protocol';
import { EVENT_EFFECTS, RULES, type EventEffect, type RuleDefinition } from './rules.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/alerts.md'), 'utf8');

function delayOf({ delay }: RuleDefinition): string {
  if (delay === 'limits') return 'as limits';
  return delay === 0 ? 'none' : `${delay / 1000} s`;
}

test('docs/alerts.md tells of every rule its priority, its delay and whether it latches', () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+)`\s+\|(.*)\|$/gm)].map(([, rule, cells]) => {
    const [priority, , delay, , latches] = cells!.split('|').map((cell) => cell.trim());
    return [rule, { priority, delay, latches }];
  });
  const expected = Object.entries(RULES).map(([rule, definition]): [string, object] => [
    rule,
    {
      priority: definition.priority,
      delay: delayOf(definition),
      latches: definition.latching ? 'yes' : 'no',
    },
  ]);
  expect(rows).toEqual(expect.arrayContaining(expected));
});

function effectOf({ breaches, ends }: EventEffect): string {
  if (breaches !== null) return `${RULES[breaches].priority} alert \`${breaches}\``;
  return ends.length === 0 ? 'note' : `ends ${ends.map((rule) => `\`${rule}\``).join(', ')}`;
}

test('docs/alerts.md tells what comes of every event that an analysis can see', () => {
  const [section = ''] = (page.split('## What comes of an event')[1] ?? '').split('\n## ');
  const rows = [...section.matchAll(/^\| `([a-z-]+)`\s+\| ([^|]+?)\s+\|/gm)].map(([, event, effect]) => [
    event,
    effect,
  ]);
  const expected = Object.entries(EVENT_EFFECTS).map(([event, effect]) => [event, effectOf(effect)]);
  expect(rows).toEqual(expected);
});

test('docs/alerts.md tells the limits that hold when nobody set any', () => {
  const { pulseLow, pulseHigh, pulseChange, breathingLow, breathingHigh, delaySeconds } =
    DEFAULT_ALERT_LIMITS;
  const told = [...page.matchAll(/^\| (`[a-zA-Z`, ]+)\s+\| (\d+(?:, \d+)?)\s+\|/gm)].map(
    ([, name, value]) => [name!.trim(), value],
  );
  expect(Object.fromEntries(told)).toEqual({
    '`pulseLow`, `pulseHigh`': `${pulseLow}, ${pulseHigh}`,
    '`pulseChange`': String(pulseChange),
    '`breathingLow`, `breathingHigh`': `${breathingLow}, ${breathingHigh}`,
    '`delaySeconds`': String(delaySeconds),
  });
});
