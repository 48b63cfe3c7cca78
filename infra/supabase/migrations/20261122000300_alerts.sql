create table public.alerts (
  id uuid primary key,
  patient_id text not null,
  room_id text not null,
  rule text not null,
  priority text not null check (priority in ('high', 'medium', 'low', 'technical')),
  episode integer not null check (episode >= 1),
  source text not null check (source in ('camera', 'file', 'synthetic')),
  condition text not null check (condition in ('present', 'cleared')),
  started_at timestamptz not null,
  cleared_at timestamptz,
  acknowledged_by uuid,
  acknowledged_by_name text,
  acknowledged_at timestamptz,
  value double precision,
  "limit" double precision,
  active boolean not null,
  version integer not null check (version >= 1),
  unique (patient_id, rule, episode),
  check ((acknowledged_at is null) = (acknowledged_by is null)),
  check ((acknowledged_at is null) = (acknowledged_by_name is null))
);
create index alerts_by_room on public.alerts (room_id, started_at desc);
create index alerts_by_patient on public.alerts (patient_id, started_at desc);
create index alerts_active on public.alerts (room_id) where active;

-- Stores versions of alerts in any order and any number of times: a lower version never overwrites a higher one.
create function public.keep_alerts(p_alerts jsonb) returns integer
language sql set search_path = '' as $$
  with given as (
    select distinct on (id) *
      from pg_catalog.jsonb_populate_recordset(null::public.alerts, p_alerts)
     order by id, version desc
  ), kept as (
    insert into public.alerts as stored select * from given
    on conflict (id) do update set
      condition = excluded.condition,
      cleared_at = excluded.cleared_at,
      acknowledged_by = excluded.acknowledged_by,
      acknowledged_by_name = excluded.acknowledged_by_name,
      acknowledged_at = excluded.acknowledged_at,
      value = excluded.value,
      "limit" = excluded."limit",
      priority = excluded.priority,
      active = excluded.active,
      version = excluded.version
    where stored.version < excluded.version
    returning 1
  )
  select count(*)::integer from kept
$$;

create function public.last_alert_episodes() returns table (patient_id text, rule text, episode integer)
language sql stable set search_path = '' as $$
  select a.patient_id, a.rule, max(a.episode) from public.alerts a group by a.patient_id, a.rule
$$;
