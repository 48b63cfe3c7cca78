drop function public.remove_oldest_audit_day(date);
create or replace function haven_partitions.refuse_audit_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'the audit trail is append-only';
end
$$;
