drop function public.list_break_glass(text, text, integer);

create or replace function haven_access.rooms_with(p_roles text[]) returns setof text
language sql stable security definer set search_path = '' as $$
  select a.room_id
    from public.room_assignments a
    join public.profiles p on p.user_id = a.user_id and p.disabled_at is null
   where a.user_id = auth.uid()
     and exists (select from public.user_roles r where r.user_id = a.user_id and r.role = any (p_roles))
$$;

drop table public.break_glass;
