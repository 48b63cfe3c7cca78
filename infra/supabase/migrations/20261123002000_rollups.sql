-- What was measured in each minute and each hour, so that a trend reads hundreds of rows instead of a day's 86,400.

create table public.vitals_minutes (
  patient_id text not null,
  name text not null,
  -- The beginning, a whole minute.
  minute timestamptz not null check (minute = date_trunc('minute', minute, 'UTC')),
  -- How many values, of how many different seconds: at 1 Hz the same.
  measured integer not null check (measured >= 1),
  seconds integer not null check (seconds >= 1),
  total double precision not null,
  low double precision not null,
  high double precision not null,
  primary key (patient_id, name, minute)
) partition by range (minute);
create table haven_partitions.vitals_minutes_default partition of public.vitals_minutes default;

-- 3,600 rows a day for 50 patients: too few for partitions.
create table public.vitals_hours (
  patient_id text not null,
  name text not null,
  hour timestamptz not null check (hour = date_trunc('hour', hour, 'UTC')),
  measured integer not null check (measured >= 1),
  seconds integer not null check (seconds >= 1),
  total double precision not null,
  low double precision not null,
  high double precision not null,
  primary key (patient_id, name, hour)
) with (fillfactor = 70);

alter table public.vitals_minutes enable row level security;
alter table public.vitals_hours enable row level security;
create policy vitals_minutes_of_user on public.vitals_minutes for select to authenticated
  using (patient_id in (select haven_access.patients_with(array['administrator', 'clinician', 'observer'])));
create policy vitals_hours_of_user on public.vitals_hours for select to authenticated
  using (patient_id in (select haven_access.patients_with(array['administrator', 'clinician', 'observer'])));
revoke all on public.vitals_minutes, public.vitals_hours from anon, authenticated;
grant select on public.vitals_minutes, public.vitals_hours to authenticated;

-- Makes the day partitions of vitals and of their minutes; rows that the default ones took meanwhile move over.
create function public.ensure_records_partitions(p_first date, p_days integer) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_name text;
  v_from timestamptz;
  v_until timestamptz;
  -- Refuses a wrong p_days, and lets servers take turns until the transaction ends.
  v_made integer := public.ensure_vitals_partitions(p_first, p_days);
begin
  for v_offset in 0 .. p_days - 1 loop
    v_from := (p_first + v_offset)::timestamp at time zone 'UTC';
    v_until := (p_first + v_offset + 1)::timestamp at time zone 'UTC';
    v_name := 'vitals_minutes_' || to_char(p_first + v_offset, 'YYYYMMDD');
    continue when to_regclass('haven_partitions.' || v_name) is not null;
    -- Each row is updated up to sixty times: room for that in its own page.
    execute format(
      'create table haven_partitions.%I (like public.vitals_minutes including defaults including constraints)
         with (fillfactor = 70)', v_name);
    execute format(
      'with moved as (
         delete from haven_partitions.vitals_minutes_default where minute >= %L and minute < %L returning *)
       insert into haven_partitions.%I select * from moved', v_from, v_until, v_name);
    execute format(
      'alter table public.vitals_minutes attach partition haven_partitions.%I for values from (%L) to (%L)',
      v_name, v_from, v_until);
    v_made := v_made + 1;
  end loop;
  return v_made;
end
$$;

-- Stores vitals any number of times. Only rows that are really new count in their minute and their hour, in the same
-- transaction: a batch that is written again changes nothing. Rows are taken in one order, so that two servers that
-- write the same patient wait for each other instead of locking each other out.
create function public.keep_vitals(p_vitals jsonb) returns integer
language sql set search_path = '' as $$
  with kept as (
    insert into public.vitals
    select * from jsonb_populate_recordset(null::public.vitals, p_vitals) order by id
    on conflict (id, day) do nothing
    returning patient_id, name, at, value, state
  ), minutes as (
    insert into public.vitals_minutes as stored
    select patient_id, name, date_trunc('minute', at, 'UTC'), count(*), count(distinct date_trunc('second', at)),
           sum(value), min(value), max(value)
      from kept where state = 'measured' group by 1, 2, 3 order by 1, 2, 3
    on conflict (patient_id, name, minute) do update set
      measured = stored.measured + excluded.measured,
      seconds = stored.seconds + excluded.seconds,
      total = stored.total + excluded.total,
      low = least(stored.low, excluded.low),
      high = greatest(stored.high, excluded.high)
  ), hours as (
    insert into public.vitals_hours as stored
    select patient_id, name, date_trunc('hour', at, 'UTC'), count(*), count(distinct date_trunc('second', at)),
           sum(value), min(value), max(value)
      from kept where state = 'measured' group by 1, 2, 3 order by 1, 2, 3
    on conflict (patient_id, name, hour) do update set
      measured = stored.measured + excluded.measured,
      seconds = stored.seconds + excluded.seconds,
      total = stored.total + excluded.total,
      low = least(stored.low, excluded.low),
      high = greatest(stored.high, excluded.high)
  )
  select count(*)::integer from kept
$$;

-- A patient's trend between two times (the first included, the second not), oldest first: by name, lists of
-- beginnings (in minutes or hours since 1970), means, lowest and highest values, and seconds measured. One value, since
-- an answer in rows ends at the thousandth; lists of numbers, since they are made three times as fast as points.
-- Runs with the caller's rights.
create function public.vitals_trend(p_patient_id text, p_step text, p_since timestamptz, p_until timestamptz)
returns json language plpgsql stable set search_path = '' as $$
declare
  v_trend json;
begin
  if p_step = 'minute' then
    select json_object_agg(t.name, json_build_object(
             'at', t.at, 'mean', t.mean, 'low', t.low, 'high', t.high, 'seconds', t.seconds)) into v_trend
      from (
        select m.name,
               array_agg((date_part('epoch', m.minute) / 60)::integer order by m.minute) as at,
               array_agg((m.total / m.measured)::real order by m.minute) as mean,
               array_agg(m.low::real order by m.minute) as low,
               array_agg(m.high::real order by m.minute) as high,
               array_agg(m.seconds order by m.minute) as seconds
          from public.vitals_minutes m
         where m.patient_id = p_patient_id and m.minute >= p_since and m.minute < p_until
         group by m.name) t;
  elsif p_step = 'hour' then
    select json_object_agg(t.name, json_build_object(
             'at', t.at, 'mean', t.mean, 'low', t.low, 'high', t.high, 'seconds', t.seconds)) into v_trend
      from (
        select h.name,
               array_agg((date_part('epoch', h.hour) / 3600)::integer order by h.hour) as at,
               array_agg((h.total / h.measured)::real order by h.hour) as mean,
               array_agg(h.low::real order by h.hour) as low,
               array_agg(h.high::real order by h.hour) as high,
               array_agg(h.seconds order by h.hour) as seconds
          from public.vitals_hours h
         where h.patient_id = p_patient_id and h.hour >= p_since and h.hour < p_until
         group by h.name) t;
  else
    raise exception 'p_step must be minute or hour';
  end if;
  return coalesce(v_trend, '{}'::json);
end
$$;

revoke all on function public.ensure_records_partitions(date, integer) from public, anon, authenticated;
revoke all on function public.keep_vitals(jsonb) from public, anon, authenticated;
revoke all on function public.vitals_trend(text, text, timestamptz, timestamptz) from public, anon;
grant execute on function public.ensure_records_partitions(date, integer) to service_role;
grant execute on function public.keep_vitals(jsonb) to service_role;
grant execute on function public.vitals_trend(text, text, timestamptz, timestamptz) to authenticated, service_role;

-- What was stored before there were rollups. Days without a partition of minutes go to the default one.
do $$ begin
  perform public.ensure_records_partitions(days.day, 1)
     from (select distinct v.day from public.vitals v) days order by days.day;
end $$;
insert into public.vitals_minutes
select patient_id, name, date_trunc('minute', at, 'UTC'), count(*), count(distinct date_trunc('second', at)),
       sum(value), min(value), max(value)
  from public.vitals where state = 'measured' group by 1, 2, 3;
insert into public.vitals_hours
select patient_id, name, date_trunc('hour', at, 'UTC'), count(*), count(distinct date_trunc('second', at)),
       sum(value), min(value), max(value)
  from public.vitals where state = 'measured' group by 1, 2, 3;
