-- What rooms' and patients' alerts begin at. Append-only: the newest version of a subject holds, the earlier ones are
-- its history. No foreign keys: what once was in force stays told, whoever is removed.
create table public.alert_limits (
  -- Given by whoever changes: the same change made again, because its answer was lost, is the same row.
  id uuid primary key,
  scope text not null check (scope in ('room', 'patient')),
  subject_id text not null check (char_length(subject_id) between 1 and 32),
  version integer not null check (version >= 1),
  -- Null: taken away, so that the room's or Haven's own hold again.
  limits jsonb check (jsonb_typeof(limits) = 'object'),
  changed_by uuid not null,
  changed_by_name text not null check (char_length(changed_by_name) <= 80),
  changed_at timestamptz not null,
  reason text not null check (char_length(reason) between 3 and 200),
  unique (scope, subject_id, version)
);

create function haven_access.refuse_limits_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'the history of alert limits is append-only';
end
$$;
create trigger alert_limits_append_only before update or delete on public.alert_limits
  for each row execute function haven_access.refuse_limits_change();
create trigger alert_limits_not_truncated before truncate on public.alert_limits
  for each statement execute function haven_access.refuse_limits_change();

-- Adds a version. p_expected is the version that the change was made from, 0 where none was in force.
-- Returns the new version; null when another one is in force by now.
create function public.change_alert_limits(p_change jsonb, p_expected integer) returns integer
language plpgsql set search_path = '' as $$
declare
  v_change public.alert_limits := pg_catalog.jsonb_populate_record(null::public.alert_limits, p_change);
  v_last public.alert_limits;
begin
  perform pg_catalog.pg_advisory_xact_lock(
    pg_catalog.hashtext('haven.alert_limits ' || v_change.scope || ' ' || v_change.subject_id));
  select * into v_last from public.alert_limits where id = v_change.id;
  if found then
    return v_last.version;
  end if;
  select * into v_last from public.alert_limits
   where scope = v_change.scope and subject_id = v_change.subject_id order by version desc limit 1;
  if p_expected <> (case when v_last.limits is null then 0 else v_last.version end) then
    return null;
  end if;
  v_change.version := coalesce(v_last.version, 0) + 1;
  insert into public.alert_limits select v_change.*;
  return v_change.version;
end
$$;

create function public.newest_alert_limits() returns setof public.alert_limits
language sql stable set search_path = '' as $$
  select distinct on (scope, subject_id) * from public.alert_limits
   order by scope, subject_id, version desc
$$;

alter table public.alert_limits enable row level security;
create policy alert_limits_of_user on public.alert_limits for select to authenticated
  using (
    (scope = 'room' and subject_id in (
      select haven_access.rooms_with(array['administrator', 'clinician', 'observer'])))
    or (scope = 'patient' and subject_id in (
      select haven_access.patients_with(array['administrator', 'clinician', 'observer']))));
revoke all on public.alert_limits from anon, authenticated;
grant select on public.alert_limits to authenticated;
revoke update, delete, truncate on public.alert_limits from service_role;

revoke all on function haven_access.refuse_limits_change() from public;
revoke all on function public.change_alert_limits(jsonb, integer) from public, anon, authenticated;
revoke all on function public.newest_alert_limits() from public, anon, authenticated;
grant execute on function public.change_alert_limits(jsonb, integer) to service_role;
grant execute on function public.newest_alert_limits() to service_role;
