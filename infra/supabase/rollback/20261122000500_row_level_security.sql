-- The tables stay closed to users: what the way up revoked is not granted again.
drop policy own_assignments on public.room_assignments;
drop policy own_roles on public.user_roles;
drop policy own_profile on public.profiles;
drop policy audit_of_auditors on public.audit;
drop policy alerts_of_user on public.alerts;
drop policy events_of_user on public.events;
drop policy vitals_of_user on public.vitals;
drop policy patients_of_user on public.patients;
drop policy rooms_of_user on public.rooms;

alter table public.rooms disable row level security;
alter table public.patients disable row level security;
alter table public.profiles disable row level security;
alter table public.user_roles disable row level security;
alter table public.room_assignments disable row level security;
alter table public.devices disable row level security;
alter table public.cv_keys disable row level security;
alter table public.revoked_sessions disable row level security;
alter table public.vitals disable row level security;
alter table public.events disable row level security;
alter table public.alerts disable row level security;
alter table public.audit disable row level security;

revoke all on all tables in schema public from anon, authenticated;
drop function haven_access.has_role(text);
drop function haven_access.patients_with(text[]);
drop function haven_access.rooms_with(text[]);
drop schema haven_access;
