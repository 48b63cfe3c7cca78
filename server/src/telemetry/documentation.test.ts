import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { Haven } from '../haven.ts';
import { wholeServerConfig } from '../testing/whole-server-config.ts';

const root = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Each row of the tables that describe metrics. */
const documented = [
  ...read('docs/operations/metrics.md').matchAll(/^\| `(haven_\w+)` +\| (\w+) .*\| ([^|]*?) +\|$/gm),
].map(([, name = '', kind = '', alerts = '']) => ({
  name,
  kind,
  alerts: alerts === '–' ? [] : alerts.split(', '),
}));
const names = documented.map(({ name }) => name).sort();

const rulesSchema = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
});
const rules = rulesSchema
  .parse(parse(read('infra/prometheus/alerts.yml')))
  .groups.flatMap((group) => group.rules);

/** The names that an expression of PromQL reads; a histogram's parts count as the histogram. */
function namesIn(expression: string): string[] {
  const found = expression.match(/\bhaven_\w+/g) ?? [];
  return found.map((name) => (names.includes(name) ? name : name.replace(/_(bucket|sum|count)$/, '')));
}

describe('docs/operations/metrics.md', () => {
  let haven: Haven;
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'haven-metrics-'));
    haven = await Haven.start(wholeServerConfig(directory), () => undefined);
  }, 60_000);
  afterAll(async () => {
    await haven.close();
    await rm(directory, { recursive: true, force: true });
  }, 30_000);

  test('describes every metric that a server registers, and none that it does not', () => {
    const registered = new Map(haven.instruments.map(({ name, kind }) => [name, kind]));
    expect(names).toEqual([...registered.keys()].sort());
    for (const { name, kind } of documented)
      expect({ name, kind }).toEqual({ name, kind: registered.get(name) });
  });

  test('describes every metric that a scrape shows', async () => {
    const token = (await readFile(join(directory, 'metrics-token'), 'utf8')).trim();
    const answer = await fetch(`${haven.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    const shown = [...(await answer.text()).matchAll(/^# TYPE (haven_\w+) /gm)].map(([, name]) => name);
    expect(shown.length).toBeGreaterThan(30);
    expect(shown.filter((name) => name !== undefined && !names.includes(name))).toEqual([]);
  });
});

describe('what reads the metrics', () => {
  test('every alert rule reads metrics that exist, and stands in their rows', () => {
    expect(rules.length).toBeGreaterThan(30);
    for (const { alert, expr } of rules) {
      const unknown = namesIn(expr).filter((name) => !names.includes(name));
      expect({ alert, unknown }).toEqual({ alert, unknown: [] });
    }
    for (const { name, alerts } of documented) {
      const reading = rules.filter(({ expr }) => namesIn(expr).includes(name)).map(({ alert }) => alert);
      expect({ name, alerts }).toEqual({ name, alerts: reading });
    }
  });

  test('every alert rule has its lines in docs/operations/observation.md, and every line its rule', () => {
    const headings = [...read('docs/operations/observation.md').matchAll(/^### (\w+)$/gm)].map(
      ([, name]) => name,
    );
    expect(headings).toEqual(rules.map(({ alert }) => alert));
  });

  test('the dashboard reads metrics that exist', () => {
    const dashboard = z
      .object({ panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })) })) })
      .parse(JSON.parse(read('infra/grafana/haven.json')));
    const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    expect(expressions.length).toBeGreaterThan(10);
    expect(expressions.flatMap(namesIn).filter((name) => !names.includes(name))).toEqual([]);
  });
});
