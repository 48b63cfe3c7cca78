-- Who did what. Append-only: no role may change a row, and a trigger refuses it even to the owner.
create table public.audit (
  id uuid primary key,
  at timestamptz not null,
  actor text not null check (char_length(actor) between 1 and 128),
  action text not null check (char_length(action) between 1 and 64),
  subject text not null check (char_length(subject) between 1 and 160),
  result text not null check (result in ('done', 'refused', 'failed')),
  code text check (char_length(code) <= 64),
  address text check (char_length(address) <= 64)
);
create index audit_by_time on public.audit (at);

create function haven_partitions.refuse_audit_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'the audit trail is append-only';
end
$$;
create trigger audit_append_only before update or delete on public.audit
  for each row execute function haven_partitions.refuse_audit_change();
create trigger audit_not_truncated before truncate on public.audit
  for each statement execute function haven_partitions.refuse_audit_change();
