-- What the CV workers observe. No foreign key to patients: what was measured is kept, whoever is removed meanwhile.

create schema haven_partitions;
revoke all on schema haven_partitions from public;

create table public.vitals (
  id uuid not null,
  -- The day in UTC of "at": the partition key, so part of the primary key.
  day date not null,
  patient_id text not null,
  stream_id uuid not null,
  source text not null check (source in ('camera', 'file', 'synthetic')),
  at timestamptz not null,
  name text not null,
  unit text not null,
  state text not null check (state in ('measured', 'held', 'withheld')),
  value double precision,
  quality double precision not null check (quality between 0 and 1),
  method text not null,
  window_ms integer not null check (window_ms >= 0),
  measured_at timestamptz,
  reason text,
  primary key (id, day),
  check (day = (at at time zone 'UTC')::date),
  check ((state = 'withheld') = (value is null)),
  check ((state = 'withheld') = (reason is not null))
) partition by range (day);
create index vitals_by_patient on public.vitals (patient_id, at, id);

-- Takes what no day's partition takes, so that nothing is ever refused.
create table haven_partitions.vitals_default partition of public.vitals default;

-- Makes the partitions of p_days days from p_first on; rows that the default partition took meanwhile move over.
create function public.ensure_vitals_partitions(p_first date, p_days integer) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_day date;
  v_name text;
  v_made integer := 0;
begin
  if p_days not between 1 and 366 then
    raise exception 'p_days must be from 1 to 366';
  end if;
  -- Two servers that start at the same time take turns.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('haven.ensure_vitals_partitions'));
  for v_offset in 0 .. p_days - 1 loop
    v_day := p_first + v_offset;
    v_name := 'vitals_' || pg_catalog.to_char(v_day, 'YYYYMMDD');
    continue when pg_catalog.to_regclass('haven_partitions.' || v_name) is not null;
    execute pg_catalog.format(
      'create table haven_partitions.%I (like public.vitals including defaults including constraints)', v_name);
    execute pg_catalog.format(
      'with moved as (delete from haven_partitions.vitals_default where day = %L returning *)
       insert into haven_partitions.%I select * from moved', v_day, v_name);
    execute pg_catalog.format(
      'alter table public.vitals attach partition haven_partitions.%I for values from (%L) to (%L)',
      v_name, v_day, v_day + 1);
    v_made := v_made + 1;
  end loop;
  return v_made;
end
$$;

create table public.events (
  id uuid primary key,
  patient_id text not null,
  stream_id uuid not null,
  source text not null check (source in ('camera', 'file', 'synthetic')),
  at timestamptz not null,
  kind text not null check (kind in ('event', 'condition')),
  -- The detected event or the technical condition.
  name text not null,
  confidence double precision check (confidence between 0 and 1),
  present boolean,
  check ((kind = 'event') = (confidence is not null)),
  check ((kind = 'condition') = (present is not null))
);
create index events_by_patient on public.events (patient_id, at);
