create table public.revoked_sessions (
  session_id text primary key check (char_length(session_id) between 1 and 128),
  expires_at timestamptz not null
);
create index revoked_sessions_by_end on public.revoked_sessions (expires_at);
alter table public.revoked_sessions enable row level security;
revoke all on public.revoked_sessions from anon, authenticated;
-- An access token is good for an hour at most.
insert into public.revoked_sessions
  select s.session_id, s.ended_at + interval '1 hour' from public.sessions s where s.ended_at is not null;

create or replace function public.access_snapshot() returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'users', (
      select coalesce(jsonb_agg(jsonb_build_object(
          'id', p.user_id,
          'name', p.display_name,
          'roles', (select coalesce(jsonb_agg(r.role order by r.role), '[]'::jsonb)
                      from public.user_roles r where r.user_id = p.user_id),
          'rooms', (select coalesce(jsonb_agg(a.room_id order by a.room_id), '[]'::jsonb)
                      from public.room_assignments a where a.user_id = p.user_id)
        ) order by p.user_id), '[]'::jsonb)
        from public.profiles p where p.disabled_at is null),
    'devices', (
      select coalesce(jsonb_agg(jsonb_build_object(
          'id', d.id,
          'patient', d.patient_id,
          'room', p.room_id,
          'hash', d.token_hash,
          'revoked', d.revoked_at is not null or p.removed_at is not null
        ) order by d.id), '[]'::jsonb)
        from public.devices d join public.patients p on p.id = d.patient_id),
    'cvKeys', (
      select coalesce(jsonb_agg(jsonb_build_object(
          'id', k.id, 'hash', k.key_hash, 'revoked', k.revoked_at is not null) order by k.id), '[]'::jsonb)
        from public.cv_keys k),
    'revokedSessions', (
      select coalesce(jsonb_agg(s.session_id order by s.session_id), '[]'::jsonb)
        from public.revoked_sessions s where s.expires_at > now())
  )
$$;
