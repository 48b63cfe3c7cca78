-- The audit trail as hash chains: one a node and day, each closed by a signed checkpoint. Lines from before have no
-- place in a chain.
alter table public.audit
  add column reason text check (char_length(reason) <= 200),
  add column count integer not null default 1 check (count >= 1),
  add column node text check (char_length(node) between 1 and 64),
  add column day date,
  add column sequence integer check (sequence >= 1),
  add column previous text check (previous ~ '^[0-9a-f]{64}$'),
  add column hash text check (hash ~ '^[0-9a-f]{64}$'),
  add constraint audit_chained_whole
    check (num_nulls(node, day, sequence, previous, hash) in (0, 5));
create unique index audit_by_chain on public.audit (node, day, sequence);
create index audit_before_chain on public.audit (at) where node is null;

-- What auditors filter by; texts also by their beginning, which in the order of bytes is a range. (Behind row-level
-- security PostgreSQL looks a range up in an index, a pattern not: LIKE could tell what is in other rows.)
alter table public.audit
  alter column actor type text collate "C",
  alter column action type text collate "C",
  alter column subject type text collate "C";
drop index public.audit_by_time;
create index audit_by_time on public.audit (at desc, id desc);
create index audit_by_actor on public.audit (actor, at desc);
create index audit_by_action on public.audit (action, at desc);
create index audit_by_subject on public.audit (subject, at desc);
create index audit_by_result on public.audit (result, at desc);

create table public.audit_checkpoints (
  node text not null check (char_length(node) between 1 and 64),
  day date not null,
  sequence integer not null check (sequence >= 1),
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  previous text not null check (previous ~ '^[0-9a-f]{64}$'),
  signed_at timestamptz not null,
  key text not null check (key ~ '^[0-9a-f]{64}$'),
  signature text not null check (char_length(signature) <= 128),
  primary key (node, day)
);
create index audit_checkpoints_by_day on public.audit_checkpoints (day);
create trigger audit_checkpoints_append_only before update or delete on public.audit_checkpoints
  for each row execute function haven_partitions.refuse_audit_change();
create trigger audit_checkpoints_not_truncated before truncate on public.audit_checkpoints
  for each statement execute function haven_partitions.refuse_audit_change();
alter table public.audit_checkpoints enable row level security;
create policy audit_checkpoints_of_auditors on public.audit_checkpoints for select to authenticated
  using ((select haven_access.has_role('auditor')));
revoke all on public.audit_checkpoints from anon, authenticated;
grant select on public.audit_checkpoints to authenticated;
revoke update, delete, truncate on public.audit_checkpoints from service_role;

-- The chains of some days, as far as the caller may see them.
create function public.audit_chains(p_from date, p_to date)
returns table (node text, day date, lines integer)
language sql stable set search_path = '' as $$
  select l.node, l.day, count(*)::integer
    from public.audit l
   where l.node is not null and l.day between p_from and p_to
   group by l.node, l.day
   order by l.node, l.day
$$;
create index audit_by_day on public.audit (day, node) where node is not null;
revoke all on function public.audit_chains(date, date) from public, anon, authenticated;
grant execute on function public.audit_chains(date, date) to authenticated, service_role;
