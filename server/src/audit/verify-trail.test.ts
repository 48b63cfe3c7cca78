import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { AuditRow } from '../records/database.ts';
import { hashOfLine } from './chained-line.ts';
import { isChained, lineOfRow } from './rows.ts';
import { TestTrail } from './testing/trail.ts';

jest.setTimeout(30_000);

const DAYS = ['2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20'] as const;
const [FIRST, , CLOSED, TODAY] = DAYS;
const LINES = 6;
const NODE = 'node-test';

let trail: TestTrail;

beforeAll(async () => {
  trail = await TestTrail.create();
  for (const day of DAYS) await trail.writeDay(day, LINES);
}, 60_000);
afterAll(() => trail.close());

/** Does something to the tables as a superuser, verifies, and puts everything back. */
async function after(...statements: string[]) {
  await trail.sql('create temp table kept_lines as select * from public.audit');
  await trail.sql('create temp table kept_checkpoints as select * from public.audit_checkpoints');
  try {
    for (const statement of statements) {
      expect((await trail.sql(statement)).rowCount).toBeGreaterThan(0);
    }
    const { ok, chains } = await trail.verify(FIRST, TODAY);
    const problems = chains.flatMap(({ node, day, problems: found }) =>
      found.map(({ kind, sequence }) => ({ node, day, kind, sequence })),
    );
    expect(ok).toBe(problems.length === 0);
    return problems;
  } finally {
    await trail.sql('delete from public.audit');
    await trail.sql('delete from public.audit_checkpoints');
    await trail.sql('insert into public.audit select * from kept_lines');
    await trail.sql('insert into public.audit_checkpoints select * from kept_checkpoints');
    await trail.sql('drop table kept_lines, kept_checkpoints');
  }
}
const line = (day: string, sequence: number) =>
  `node = '${NODE}' and day = '${day}' and sequence = ${sequence}`;

/** What makes a line and those behind it, up to one, fit again after a change, as somebody would who knows how. */
async function hashedAnew(day: string, from: number, to: number): Promise<string[]> {
  const { rows } = await trail.sql<AuditRow>(
    `select id, to_json(at) #>> '{}' as at, actor, action, subject, result, code, reason, address, count, node,
            day::text, sequence, previous, hash
       from public.audit where day = '${day}' order by sequence`,
  );
  const statements: string[] = [];
  let previous: string | undefined;
  for (const line of rows.filter(isChained).map(lineOfRow)) {
    if (line.sequence < from || line.sequence > to) continue;
    const changed = { ...line, subject: 'patient:P-9', previous: previous ?? line.previous };
    const { sequence } = line;
    previous = hashOfLine(changed);
    statements.push(
      `update public.audit set subject = 'patient:P-9', previous = '${changed.previous}', hash = '${previous}'
        where node = '${NODE}' and day = '${day}' and sequence = ${sequence}`,
    );
  }
  return statements;
}

test('an untouched trail verifies, day by day', async () => {
  const { ok, chains, beforeChains } = await trail.verify(FIRST, TODAY);
  expect(ok).toBe(true);
  expect(beforeChains).toBe(0);
  expect(chains).toEqual(
    DAYS.map((day) => ({ node: NODE, day, lines: LINES, closed: day !== TODAY, problems: [] })),
  );
});

describe('a superuser is found who', () => {
  test.each([
    ["subject = 'patient:P-999'"],
    ["actor = 'user:somebody-else'"],
    ["at = at + interval '1 second'"],
    ["result = 'refused'"],
    ["address = '192.0.2.1'"],
    ["reason = 'because'"],
    ['count = 2'],
    ["hash = repeat('a', 64)"],
    ["previous = repeat('a', 64)"],
  ])('changes a line: %s', async (change) => {
    expect(await after(`update public.audit set ${change} where ${line(CLOSED, 3)}`)).toEqual([
      { node: NODE, day: CLOSED, kind: 'line-changed', sequence: 3 },
    ]);
  });

  test('deletes a line', async () => {
    expect(await after(`delete from public.audit where ${line(CLOSED, 3)}`)).toEqual([
      { node: NODE, day: CLOSED, kind: 'line-missing', sequence: 3 },
    ]);
  });

  test('deletes the first line of a day', async () => {
    expect(await after(`delete from public.audit where ${line(CLOSED, 1)}`)).toEqual([
      { node: NODE, day: CLOSED, kind: 'line-missing', sequence: 1 },
    ]);
  });

  test('exchanges the places of two lines', async () => {
    const swap = (from: number, to: number) =>
      `update public.audit set sequence = ${to} where ${line(CLOSED, from)}`;
    expect(await after(swap(2, 9999), swap(5, 2), swap(9999, 5))).toEqual([
      { node: NODE, day: CLOSED, kind: 'lines-swapped', sequence: 2 },
    ]);
  });

  test('exchanges the contents of two lines', async () => {
    const swap = `update public.audit as a set subject = b.subject, at = b.at from public.audit as b
      where a.node = b.node and a.day = b.day and a.day = '${CLOSED}'
        and (a.sequence, b.sequence) in ((3, 4), (4, 3))`;
    expect(await after(swap)).toEqual([{ node: NODE, day: CLOSED, kind: 'lines-swapped', sequence: 3 }]);
  });

  test('cuts off the end of a closed day', async () => {
    expect(await after(`delete from public.audit where day = '${CLOSED}' and sequence > 4`)).toContainEqual({
      node: NODE,
      day: CLOSED,
      kind: 'chain-cut-off',
      sequence: 5,
    });
  });

  test('cuts off the end of the running day', async () => {
    expect(await after(`delete from public.audit where day = '${TODAY}' and sequence > 4`)).toEqual([
      { node: NODE, day: TODAY, kind: 'chain-cut-off', sequence: 5 },
    ]);
  });

  test('deletes all lines of a closed day', async () => {
    expect(await after(`delete from public.audit where day = '${CLOSED}'`)).toEqual([
      { node: NODE, day: CLOSED, kind: 'chain-cut-off', sequence: 1 },
    ]);
  });

  test('deletes a day with its checkpoint', async () => {
    expect(
      await after(
        `delete from public.audit where day = '${DAYS[1]}'`,
        `delete from public.audit_checkpoints where day = '${DAYS[1]}'`,
      ),
    ).toEqual([
      { node: NODE, day: CLOSED, kind: 'line-missing', sequence: 1 },
      { node: NODE, day: CLOSED, kind: 'checkpoint-missing', sequence: null },
    ]);
  });

  test('deletes a checkpoint', async () => {
    expect(await after(`delete from public.audit_checkpoints where day = '${CLOSED}'`)).toEqual([
      { node: NODE, day: CLOSED, kind: 'checkpoint-missing', sequence: null },
    ]);
  });

  test('changes a checkpoint', async () => {
    const change = `update public.audit_checkpoints set sequence = 4 where day = '${CLOSED}'`;
    expect(await after(change)).toContainEqual({
      node: NODE,
      day: CLOSED,
      kind: 'checkpoint-forged',
      sequence: null,
    });
  });

  test('changes a line and its hash', async () => {
    expect(await after(...(await hashedAnew(CLOSED, 3, 3)))).toEqual([
      { node: NODE, day: CLOSED, kind: 'line-changed', sequence: 3 },
    ]);
  });

  test('writes the rest of a closed day anew', async () => {
    expect(await after(...(await hashedAnew(CLOSED, 3, LINES)))).toEqual([
      { node: NODE, day: CLOSED, kind: 'line-changed', sequence: LINES },
    ]);
  });

  test('writes the rest of the running day anew, by what the server remembers', async () => {
    expect(await after(...(await hashedAnew(TODAY, 1, LINES)))).toEqual([
      { node: NODE, day: TODAY, kind: 'line-changed', sequence: LINES },
    ]);
  });

  test('adds a line without a place', async () => {
    const forged = `insert into public.audit (id, at, actor, action, subject, result)
      values (gen_random_uuid(), '${TODAY}T13:00:00Z', 'user:x', 'vitals:read', 'patient:P-1', 'done')`;
    expect(await after(forged)).toEqual([{ node: '-', day: TODAY, kind: 'line-changed', sequence: null }]);
  });
});
