-- Every version of an alert is kept, not only the newest: who did what to it, when and why.

alter table public.alerts
  add column acknowledge_reason text check (char_length(acknowledge_reason) <= 200),
  add column silenced_by uuid,
  add column silenced_by_name text,
  add column silenced_at timestamptz,
  add column silenced_until timestamptz,
  add column silence_reason text check (char_length(silence_reason) <= 200),
  add column change_kind text check (change_kind in
    ('raised', 'cleared', 'returned', 'acknowledged', 'silenced', 'moved', 'ended')),
  add column change_at timestamptz,
  add constraint alerts_silence_whole check (num_nulls(silenced_by, silenced_by_name, silenced_at, silenced_until)
    in (0, 4));

-- The last change of alerts from before, as far as it can still be told.
update public.alerts set
  change_kind = case
    when acknowledged_at is not null and (cleared_at is null or acknowledged_at >= cleared_at) then 'acknowledged'
    when cleared_at is not null then 'cleared'
    else 'raised' end,
  change_at = greatest(started_at, coalesce(cleared_at, started_at), coalesce(acknowledged_at, started_at));
alter table public.alerts alter column change_kind set not null, alter column change_at set not null;

create table public.alert_transitions (
  alert_id uuid not null references public.alerts (id) on delete cascade,
  version integer not null check (version >= 1),
  kind text not null check (kind in
    ('raised', 'cleared', 'returned', 'acknowledged', 'silenced', 'moved', 'ended')),
  at timestamptz not null,
  value double precision,
  "limit" double precision,
  by_user uuid,
  by_name text check (char_length(by_name) <= 80),
  reason text check (char_length(reason) <= 200),
  primary key (alert_id, version),
  check ((by_user is null) = (by_name is null))
);

-- As before, and in the same statement each version's row: written once, whatever the order and number of attempts.
create or replace function public.keep_alerts(p_alerts jsonb) returns integer
language sql set search_path = '' as $$
  with versions as (
    select distinct on (id, version) *
      from pg_catalog.jsonb_populate_recordset(null::public.alerts, p_alerts)
     order by id, version
  ), given as (
    select distinct on (id) * from versions order by id, version desc
  ), kept as (
    insert into public.alerts as stored select * from given
    on conflict (id) do update set
      room_id = excluded.room_id,
      condition = excluded.condition,
      cleared_at = excluded.cleared_at,
      acknowledged_by = excluded.acknowledged_by,
      acknowledged_by_name = excluded.acknowledged_by_name,
      acknowledged_at = excluded.acknowledged_at,
      acknowledge_reason = excluded.acknowledge_reason,
      silenced_by = excluded.silenced_by,
      silenced_by_name = excluded.silenced_by_name,
      silenced_at = excluded.silenced_at,
      silenced_until = excluded.silenced_until,
      silence_reason = excluded.silence_reason,
      value = excluded.value,
      "limit" = excluded."limit",
      priority = excluded.priority,
      active = excluded.active,
      version = excluded.version,
      change_kind = excluded.change_kind,
      change_at = excluded.change_at
    where stored.version < excluded.version
    returning 1
  ), told as (
    insert into public.alert_transitions (alert_id, version, kind, at, value, "limit", by_user, by_name, reason)
    select id, version, change_kind, change_at, value, "limit",
           case change_kind when 'acknowledged' then acknowledged_by when 'silenced' then silenced_by end,
           case change_kind when 'acknowledged' then acknowledged_by_name when 'silenced' then silenced_by_name end,
           case change_kind when 'acknowledged' then acknowledge_reason when 'silenced' then silence_reason end
      from versions
    on conflict (alert_id, version) do nothing
  )
  select count(*)::integer from kept
$$;

alter table public.alert_transitions enable row level security;
-- Whoever may read the alert may read its life: the alerts' own policy decides.
create policy alert_transitions_of_user on public.alert_transitions for select to authenticated
  using (exists (select from public.alerts a where a.id = alert_id));
revoke all on public.alert_transitions from anon, authenticated;
grant select on public.alert_transitions to authenticated;
revoke update, truncate on public.alert_transitions from service_role;
