-- Back to the newest version of each alert only; the alerts themselves stay.
create or replace function public.keep_alerts(p_alerts jsonb) returns integer
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

drop table public.alert_transitions;

alter table public.alerts
  drop constraint alerts_silence_whole,
  drop column acknowledge_reason,
  drop column silenced_by,
  drop column silenced_by_name,
  drop column silenced_at,
  drop column silenced_until,
  drop column silence_reason,
  drop column change_kind,
  drop column change_at;
