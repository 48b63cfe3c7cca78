drop table public.revoked_sessions;
drop table public.cv_keys;
drop table public.devices;
drop table public.room_assignments;
drop table public.user_roles;
drop table public.profiles;
drop table public.patients;
drop table public.rooms;
