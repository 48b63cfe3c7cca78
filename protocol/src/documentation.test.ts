import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  alertRuleSchema,
  cvRequests,
  deviceRequests,
  ERRORS,
  monitorRequests,
  PROTOCOL_VERSION,
} from './index.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/protocol.md'), 'utf8');

describe('docs/protocol.md', () => {
  test.each([
    ['request of a device', Object.keys(deviceRequests)],
    ['request of a monitor', Object.keys(monitorRequests)],
    ['request of a CV worker', Object.keys(cvRequests)],
    ['alert rule', alertRuleSchema.options],
  ])('names every %s', (_what, names) => {
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  test('says the version that a handshake has to name', () => {
    const named = [...page.matchAll(/^Version (\d+)|\bprotocol: (\d+)/gm)].map(([, a, b]) => Number(a ?? b));
    expect(named).toEqual([PROTOCOL_VERSION, PROTOCOL_VERSION]);
  });

  test('names every error code with its HTTP status', () => {
    const documented = new Map(
      [...page.matchAll(/^\| `([A-Z_]+)`\s+\| (\d{3})/gm)].map(([, code, status]) => [code, Number(status)]),
    );
    expect(Object.fromEntries(documented)).toEqual(
      Object.fromEntries(Object.entries(ERRORS).map(([code, { status }]) => [code, status])),
    );
  });

  test('names every event that the server sends', () => {
    const files = ['device-signalling.ts', 'monitor-signalling.ts', 'cv-signalling.ts', 'talk.ts'];
    const events = files.flatMap((file) => {
      const source = readFileSync(join(import.meta.dirname, file), 'utf8');
      const map = /export type ServerTo\w+ = (?:\w+ & )?\{([\s\S]*?)\n\};/.exec(source)?.[1] ?? '';
      return [...map.matchAll(/^ {2}'?([\w:-]+)'?: \(/gm)].map(([, name]) => name);
    });
    expect(events.length).toBeGreaterThan(15);
    expect(events.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
