-- The second wall: whatever the server asks for with a user's token, a user sees only the rows of assigned rooms.

create schema haven_access;
revoke all on schema haven_access from public;
grant usage on schema haven_access to authenticated;

-- Rooms of the calling user who is not disabled and has one of the roles.
create function haven_access.rooms_with(p_roles text[]) returns setof text
language sql stable security definer set search_path = '' as $$
  select a.room_id
    from public.room_assignments a
    join public.profiles p on p.user_id = a.user_id and p.disabled_at is null
   where a.user_id = auth.uid()
     and exists (select from public.user_roles r where r.user_id = a.user_id and r.role = any (p_roles))
$$;

-- Patients in those rooms.
create function haven_access.patients_with(p_roles text[]) returns setof text
language sql stable security definer set search_path = '' as $$
  select p.id from public.patients p
   where p.removed_at is null and p.room_id in (select haven_access.rooms_with(p_roles))
$$;

create function haven_access.has_role(p_role text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from public.user_roles r
      join public.profiles p on p.user_id = r.user_id and p.disabled_at is null
     where r.user_id = auth.uid() and r.role = p_role)
$$;

revoke all on all functions in schema haven_access from public;
grant execute on all functions in schema haven_access to authenticated;

alter table public.rooms enable row level security;
alter table public.patients enable row level security;
alter table public.profiles enable row level security;
alter table public.user_roles enable row level security;
alter table public.room_assignments enable row level security;
alter table public.devices enable row level security;
alter table public.cv_keys enable row level security;
alter table public.revoked_sessions enable row level security;
alter table public.vitals enable row level security;
alter table public.events enable row level security;
alter table public.alerts enable row level security;
alter table public.audit enable row level security;

create policy rooms_of_user on public.rooms for select to authenticated
  using (id in (select haven_access.rooms_with(
    array['administrator', 'clinician', 'observer', 'device-technician'])));
create policy patients_of_user on public.patients for select to authenticated
  using (removed_at is null and room_id in (select haven_access.rooms_with(
    array['administrator', 'clinician', 'observer', 'device-technician'])));
create policy vitals_of_user on public.vitals for select to authenticated
  using (patient_id in (select haven_access.patients_with(array['administrator', 'clinician', 'observer'])));
create policy events_of_user on public.events for select to authenticated
  using (patient_id in (select haven_access.patients_with(array['administrator', 'clinician', 'observer'])));
create policy alerts_of_user on public.alerts for select to authenticated
  using (room_id in (select haven_access.rooms_with(array['administrator', 'clinician', 'observer'])));
create policy audit_of_auditors on public.audit for select to authenticated
  using ((select haven_access.has_role('auditor')));
create policy own_profile on public.profiles for select to authenticated using (user_id = auth.uid());
create policy own_roles on public.user_roles for select to authenticated using (user_id = auth.uid());
create policy own_assignments on public.room_assignments for select to authenticated
  using (user_id = auth.uid());

-- Nobody changes a row with a user's token; nobody without one reads any.
revoke all on all tables in schema public from anon, authenticated;
grant select on public.rooms, public.patients, public.vitals, public.events, public.alerts, public.audit,
  public.profiles, public.user_roles, public.room_assignments to authenticated;
revoke update, delete, truncate on public.audit from service_role;

revoke all on function public.ensure_vitals_partitions(date, integer) from public, anon, authenticated;
revoke all on function public.keep_alerts(jsonb) from public, anon, authenticated;
revoke all on function public.last_alert_episodes() from public, anon, authenticated;
grant execute on function public.ensure_vitals_partitions(date, integer) to service_role;
grant execute on function public.keep_alerts(jsonb) to service_role;
grant execute on function public.last_alert_episodes() to service_role;
