-- Lines may go only by whole days that a checkpoint closed, oldest first, and only through this function; the
-- checkpoints stay, so that what is left can still be verified.
create or replace function haven_partitions.refuse_audit_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'DELETE' and tg_table_name = 'audit'
    and current_setting('haven.audit_retention', true) = old.day::text then
    return old;
  end if;
  raise exception 'the audit trail is append-only';
end
$$;

-- Removes the oldest closed day before p_before. Answers it, or null when there is none.
create function public.remove_oldest_audit_day(p_before date) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_day date;
  v_lines integer;
begin
  -- A mistake in a setting must not empty the trail.
  if p_before > current_date - 365 then
    raise exception 'the audit trail is kept for a year at least';
  end if;
  select min(l.day) into v_day from public.audit l where l.node is not null and l.day < p_before;
  if v_day is null or exists (
    select from (select distinct node from public.audit where node is not null and day = v_day) l
     where not exists (select from public.audit_checkpoints c where c.node = l.node and c.day = v_day))
  then
    return null;
  end if;
  perform set_config('haven.audit_retention', v_day::text, true);
  delete from public.audit where node is not null and day = v_day;
  get diagnostics v_lines = row_count;
  perform set_config('haven.audit_retention', '', true);
  return jsonb_build_object('day', v_day, 'lines', v_lines);
end
$$;
revoke all on function public.remove_oldest_audit_day(date) from public, anon, authenticated;
grant execute on function public.remove_oldest_audit_day(date) to service_role;
