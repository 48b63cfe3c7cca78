-- What refers to something that is gone, or is of no use to anybody.
create function public.check_integrity() returns table (kind text, subject text)
language sql stable security definer set search_path = '' as $$
  select found.kind, found.subject
    from (
      select 'user-without-role' as kind, 'user:' || p.user_id as subject
        from public.profiles p
       where p.disabled_at is null
         and not exists (select from public.user_roles r where r.user_id = p.user_id)
      union all
      select 'user-without-room', 'user:' || p.user_id
        from public.profiles p
       where p.disabled_at is null
         and exists (
           select from public.user_roles r where r.user_id = p.user_id and r.role in ('clinician', 'observer'))
         and not exists (select from public.room_assignments a where a.user_id = p.user_id)
      union all
      select 'room-without-clinician', 'room:' || w.id
        from public.rooms w
       where not exists (
         select from public.room_assignments a
           join public.profiles p on p.user_id = a.user_id and p.disabled_at is null
           join public.user_roles r on r.user_id = a.user_id and r.role = 'clinician'
          where a.room_id = w.id)
      union all
      select 'patient-without-device', 'patient:' || p.id
        from public.patients p
       where p.removed_at is null
         and not exists (
           select from public.devices d where d.patient_id = p.id and d.revoked_at is null)
      union all
      select 'account-without-profile', 'user:' || u.id
        from auth.users u
       where not exists (select from public.profiles p where p.user_id = u.id)
      union all
      select 'profile-without-account', 'user:' || p.user_id
        from public.profiles p
       where not exists (select from auth.users u where u.id = p.user_id)
      union all
      select 'device-of-removed-patient', 'device:' || d.id
        from public.devices d
        join public.patients p on p.id = d.patient_id and p.removed_at is not null
       where d.revoked_at is null
      union all
      select 'limits-of-removed-patient', 'patient:' || l.subject_id
        from public.newest_alert_limits() l
        left join public.patients p on p.id = l.subject_id and p.removed_at is null
       where l.scope = 'patient' and l.limits is not null and p.id is null
    ) found
   order by found.kind, found.subject
   limit 1000
$$;
revoke all on function public.check_integrity() from public, anon, authenticated;
grant execute on function public.check_integrity() to service_role;
