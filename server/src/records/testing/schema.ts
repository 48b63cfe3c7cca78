/** What a database's schema is, and what is in its tables: for tests that change one and the other. */
import type pg from 'pg';

/** Everything that the migrations make but the days' partitions, one line each, sorted. */
const SCHEMA = `
  with relations as (
    select c.oid, n.nspname || '.' || c.relname as name, c.relrowsecurity, c.relacl
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname like any (array['public', 'haven%']) and c.relkind in ('r', 'p', 'v', 'S')
       and c.relname !~ '_[0-9]{8}$'
  ), functions as (
    select p.* from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname like any (array['public', 'haven%'])
  )
  select line from (
    select format('column %s.%s %s %s %s', r.name, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                  pg_get_expr(d.adbin, d.adrelid)) as line
      from relations r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
    union all select format('row security %s %s', name, relrowsecurity) from relations
    union all select format('grant %s %s %s', r.name, a.grantee::regrole, a.privilege_type)
      from relations r cross join aclexplode(r.relacl) a where a.grantee <> 0
    union all select 'constraint ' || r.name || ' ' || c.conname || ' ' || pg_get_constraintdef(c.oid)
      from relations r join pg_constraint c on c.conrelid = r.oid
    union all select 'index ' || pg_get_indexdef(i.indexrelid) from relations r join pg_index i on i.indrelid = r.oid
    union all select 'trigger ' || pg_get_triggerdef(t.oid)
      from relations r join pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
    union all select format('policy %s %s %s %s %s', p.schemaname, p.tablename, p.policyname, p.cmd, p.qual)
      from pg_policies p where p.schemaname = 'public'
    union all select 'function ' || pg_get_functiondef(f.oid) from functions f
    union all select format('grant %s %s', f.oid::regprocedure, a.grantee::regrole)
      from functions f cross join aclexplode(f.proacl) a where a.grantee <> 0
  ) lines order by line`;

export async function schemaOf(session: pg.Client): Promise<string[]> {
  const { rows } = await session.query<{ line: string }>(SCHEMA);
  return rows.map(({ line }) => line);
}

export type Rows = Map<string, Record<string, unknown>[]>;

/** The rows of every public table; partitioned tables count as one. */
export async function rowsOf(session: pg.Client): Promise<Rows> {
  const { rows: tables } = await session.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p') order by 1`,
  );
  const all: Rows = new Map();
  for (const { name } of tables) {
    const { rows } = await session.query<{ row: Record<string, unknown> }>(
      `select to_jsonb(t) as row from public.${name} t order by to_jsonb(t)::text`,
    );
    all.set(
      name,
      rows.map(({ row }) => row),
    );
  }
  return all;
}
