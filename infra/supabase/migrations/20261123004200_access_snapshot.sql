-- The snapshot also says which sessions run, who has emergency access, and whose password has to be changed.
create or replace function public.access_snapshot() returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'users', (
      select coalesce(jsonb_agg(jsonb_build_object(
          'id', p.user_id,
          'name', p.display_name,
          'passwordChangeRequired', p.password_change_required,
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
    -- Nothing lasts longer than the longest session that can be set, 72 hours.
    'sessions', (
      select coalesce(jsonb_agg(jsonb_build_object(
          'id', s.session_id,
          'user', s.user_id,
          'startedAt', floor(extract(epoch from s.started_at) * 1000),
          'activeAt', floor(extract(epoch from s.last_active_at) * 1000),
          'secondFactor', s.second_factor
        ) order by s.session_id), '[]'::jsonb)
        from public.sessions s
       where s.ended_at is null and s.started_at > now() - interval '73 hours'),
    'breakGlass', (
      select coalesce(jsonb_agg(jsonb_build_object(
          'user', b.user_id,
          'room', b.room_id,
          'endsAt', floor(extract(epoch from b.ends_at) * 1000)
        ) order by b.id), '[]'::jsonb)
        from public.break_glass b where b.ended_at is null and b.ends_at > now())
  )
$$;

-- Sessions that run stand in public.sessions now; a token whose session does not is worth nothing.
drop table public.revoked_sessions;
