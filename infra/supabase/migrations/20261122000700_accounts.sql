-- An account is made in two steps, in auth and here. What a crash between them left is removed before the next try:
-- it could sign in, but has no rights and no way to get any.
create function public.remove_account_without_profile(p_email text) returns integer
language sql security definer set search_path = '' as $$
  with removed as (
    delete from auth.users u
     where pg_catalog.lower(u.email) = pg_catalog.lower(p_email)
       and not exists (select from public.profiles p where p.user_id = u.id)
    returning 1
  )
  select count(*)::integer from removed
$$;
revoke all on function public.remove_account_without_profile(text) from public, anon, authenticated;
grant execute on function public.remove_account_without_profile(text) to service_role;
