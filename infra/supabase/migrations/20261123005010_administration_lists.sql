-- The lists of the administration pages: searched, in a stable order, a page at a time, with the number of all that
-- were found. p_after is the id that the last page ended with; rows that are listed by anything but their id are never
-- deleted, so that it is still there. One row more than a page tells whether there is a next one.

create function public.list_users(p_search text, p_after text, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  with found as (
    select p.user_id, p.email, p.display_name, p.disabled_at from public.profiles p
     where strpos(lower(p.email || ' ' || p.display_name || ' ' || p.user_id), lower(p_search)) > 0
  ), page as (
    select * from found f
     where p_after is null
        or (f.email, f.user_id) > (select a.email, a.user_id from public.profiles a where a.user_id::text = p_after)
     order by f.email, f.user_id limit p_limit + 1
  )
  select jsonb_build_object(
    'total', (select count(*) from found),
    'items', (select coalesce(jsonb_agg(jsonb_build_object(
        'id', u.user_id,
        'email', u.email,
        'displayName', u.display_name,
        'roles', (select coalesce(jsonb_agg(r.role order by r.role), '[]')
                    from public.user_roles r where r.user_id = u.user_id),
        'roomIds', (select coalesce(jsonb_agg(a.room_id order by a.room_id), '[]')
                      from public.room_assignments a where a.user_id = u.user_id),
        'disabled', u.disabled_at is not null
      ) order by u.email, u.user_id), '[]') from page u))
$$;

create function public.list_rooms(p_search text, p_after text, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  with found as (
    select r.id, r.name from public.rooms r where strpos(lower(r.id || ' ' || r.name), lower(p_search)) > 0
  ), page as (
    select * from found f where p_after is null or f.id > p_after order by f.id limit p_limit + 1
  )
  select jsonb_build_object(
    'total', (select count(*) from found),
    'items', (select coalesce(jsonb_agg(jsonb_build_object(
        'id', r.id,
        'name', r.name,
        'patients', (select count(*) from public.patients p where p.room_id = r.id and p.removed_at is null),
        'users', (select count(*) from public.room_assignments a where a.room_id = r.id)
      ) order by r.id), '[]') from page r))
$$;

create function public.list_patients(p_search text, p_after text, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  with found as (
    select p.id, p.room_id, p.name, p.bed from public.patients p
     where p.removed_at is null
       and strpos(lower(p.id || ' ' || p.name || ' ' || p.bed || ' ' || p.room_id), lower(p_search)) > 0
  ), page as (
    select * from found f where p_after is null or f.id > p_after order by f.id limit p_limit + 1
  )
  select jsonb_build_object(
    'total', (select count(*) from found),
    'items', (select coalesce(jsonb_agg(jsonb_build_object(
        'id', p.id,
        'roomId', p.room_id,
        'name', p.name,
        'bed', p.bed,
        'devices', (select count(*) from public.devices d where d.patient_id = p.id and d.revoked_at is null)
      ) order by p.id), '[]') from page p))
$$;

create function public.list_devices(p_search text, p_after text, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  with found as (
    select d.id, d.patient_id, d.name, d.created_at, d.revoked_at from public.devices d
     where strpos(lower(d.id || ' ' || d.name || ' ' || d.patient_id), lower(p_search)) > 0
  ), page as (
    select * from found f
     where p_after is null
        or (f.patient_id, f.created_at, f.id) >
           (select a.patient_id, a.created_at, a.id from public.devices a where a.id::text = p_after)
     order by f.patient_id, f.created_at, f.id limit p_limit + 1
  )
  select jsonb_build_object(
    'total', (select count(*) from found),
    'items', (select coalesce(jsonb_agg(jsonb_build_object(
        'id', d.id,
        'patientId', d.patient_id,
        'name', d.name,
        'createdAt', floor(extract(epoch from d.created_at) * 1000),
        'revokedAt', floor(extract(epoch from d.revoked_at) * 1000)
      ) order by d.patient_id, d.created_at, d.id), '[]') from page d))
$$;

create function public.list_cv_keys(p_search text, p_after text, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  with found as (
    select k.id, k.name, k.created_at, k.revoked_at from public.cv_keys k
     where strpos(lower(k.id || ' ' || k.name), lower(p_search)) > 0
  ), page as (
    select * from found f
     where p_after is null
        or (f.created_at, f.id) > (select a.created_at, a.id from public.cv_keys a where a.id::text = p_after)
     order by f.created_at, f.id limit p_limit + 1
  )
  select jsonb_build_object(
    'total', (select count(*) from found),
    'items', (select coalesce(jsonb_agg(jsonb_build_object(
        'id', k.id,
        'name', k.name,
        'createdAt', floor(extract(epoch from k.created_at) * 1000),
        'revokedAt', floor(extract(epoch from k.revoked_at) * 1000)
      ) order by k.created_at, k.id), '[]') from page k))
$$;

revoke all on function public.list_users(text, text, integer) from public, anon, authenticated;
revoke all on function public.list_rooms(text, text, integer) from public, anon, authenticated;
revoke all on function public.list_patients(text, text, integer) from public, anon, authenticated;
revoke all on function public.list_devices(text, text, integer) from public, anon, authenticated;
revoke all on function public.list_cv_keys(text, text, integer) from public, anon, authenticated;
grant execute on function public.list_users(text, text, integer) to service_role;
grant execute on function public.list_rooms(text, text, integer) to service_role;
grant execute on function public.list_patients(text, text, integer) to service_role;
grant execute on function public.list_devices(text, text, integer) to service_role;
grant execute on function public.list_cv_keys(text, text, integer) to service_role;
