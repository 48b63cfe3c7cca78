-- Records end after a time that the server is told. Whole days of vitals go by dropping their partitions.

-- By which expired rows are found, and by which the newest alerts are read.
create index events_by_time on public.events (at);
create index alerts_by_time on public.alerts (started_at desc);
create index vitals_hours_by_time on public.vitals_hours (hour);

-- Days in UTC before p_before of which there is a partition, oldest first.
create function public.expired_days(p_before date) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(d.day order by d.day), '[]'::jsonb) from (
    select distinct to_date(right(c.relname, 8), 'YYYYMMDD') as day
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'haven_partitions' and c.relkind = 'r' and c.relispartition
       and c.relname ~ '^vitals_(minutes_)?[0-9]{8}$') d
   where d.day < p_before
$$;

-- Takes a day of vitals and of their minutes out of the records; free_dropped_day gives their disk back. Waits two
-- seconds at most for readers, since writers wait behind it. Returns false when another server is at it.
create function public.drop_expired_day(p_day date) returns boolean
language plpgsql security definer set search_path = '' set lock_timeout = '2s' as $$
begin
  if p_day >= (now() at time zone 'UTC')::date then
    raise exception 'the day is not over';
  end if;
  if not pg_try_advisory_xact_lock(hashtext('haven.retention')) then
    return false;
  end if;
  if to_regclass('haven_partitions.vitals_' || to_char(p_day, 'YYYYMMDD')) is not null then
    execute format('alter table public.vitals detach partition haven_partitions.%I',
      'vitals_' || to_char(p_day, 'YYYYMMDD'));
  end if;
  if to_regclass('haven_partitions.vitals_minutes_' || to_char(p_day, 'YYYYMMDD')) is not null then
    execute format('alter table public.vitals_minutes detach partition haven_partitions.%I',
      'vitals_minutes_' || to_char(p_day, 'YYYYMMDD'));
  end if;
  return true;
end
$$;

-- Drops one table, or one index of a table, that drop_expired_day left: gigabytes go file by file, which takes a
-- second for a large ward's day. Returns false when there is nothing left, or another server is at it.
create function public.free_dropped_day() returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_table oid;
  v_constraint text;
  v_index oid;
begin
  if not pg_try_advisory_xact_lock(hashtext('haven.retention')) then
    return false;
  end if;
  select c.oid into v_table
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = 'haven_partitions' and c.relkind = 'r' and not c.relispartition
     and c.relname ~ '^vitals_(minutes_)?[0-9]{8}$'
   order by c.relname limit 1;
  if v_table is null then
    return false;
  end if;
  select k.conname into v_constraint from pg_constraint k where k.conrelid = v_table and k.contype in ('p', 'u') limit 1;
  if v_constraint is not null then
    execute format('alter table %s drop constraint %I', v_table::regclass, v_constraint);
    return true;
  end if;
  select i.indexrelid into v_index from pg_index i where i.indrelid = v_table limit 1;
  if v_index is not null then
    execute format('drop index %s', v_index::regclass);
    return true;
  end if;
  execute format('drop table %s', v_table::regclass);
  return true;
end
$$;

-- Deletes what lies outside the day partitions and is older: at most p_rows rows of each table, so that no
-- transaction is long. Alerts that are still on screen stay. Returns how many rows went, null when another server is
-- at it.
create function public.delete_expired_rows(p_before timestamptz, p_rows integer) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_deleted integer;
  v_all integer := 0;
begin
  if p_before > now() or p_rows not between 1 and 100000 then
    raise exception 'p_before must be past, and p_rows from 1 to 100000';
  end if;
  if not pg_try_advisory_xact_lock(hashtext('haven.retention')) then
    return null;
  end if;

  delete from haven_partitions.vitals_default where ctid = any (array(
    select ctid from haven_partitions.vitals_default where day < p_before::date limit p_rows));
  get diagnostics v_deleted = row_count;
  v_all := v_all + v_deleted;

  delete from haven_partitions.vitals_minutes_default where ctid = any (array(
    select ctid from haven_partitions.vitals_minutes_default where minute < p_before limit p_rows));
  get diagnostics v_deleted = row_count;
  v_all := v_all + v_deleted;

  delete from public.vitals_hours where ctid = any (array(
    select ctid from public.vitals_hours where hour < p_before order by hour limit p_rows));
  get diagnostics v_deleted = row_count;
  v_all := v_all + v_deleted;

  delete from public.events where ctid = any (array(
    select ctid from public.events where at < p_before order by at limit p_rows));
  get diagnostics v_deleted = row_count;
  v_all := v_all + v_deleted;

  -- What happened to them goes with them.
  delete from public.alerts where ctid = any (array(
    select ctid from public.alerts where started_at < p_before and not active order by started_at limit p_rows));
  get diagnostics v_deleted = row_count;
  return v_all + v_deleted;
end
$$;

revoke all on function public.expired_days(date) from public, anon, authenticated;
revoke all on function public.drop_expired_day(date) from public, anon, authenticated;
revoke all on function public.free_dropped_day() from public, anon, authenticated;
revoke all on function public.delete_expired_rows(timestamptz, integer) from public, anon, authenticated;
grant execute on function public.expired_days(date) to service_role;
grant execute on function public.drop_expired_day(date) to service_role;
grant execute on function public.free_dropped_day() to service_role;
grant execute on function public.delete_expired_rows(timestamptz, integer) to service_role;
