-- A clinician's access, in an emergency and for a while, to a room that is not assigned. Reviewed afterwards.
create table public.break_glass (
  id uuid primary key,
  user_id uuid not null references public.profiles (user_id) on delete restrict,
  -- No foreign key: it stays when the room is removed.
  room_id text not null,
  reason text not null check (char_length(reason) between 10 and 200),
  started_at timestamptz not null,
  ends_at timestamptz not null,
  ended_at timestamptz,
  ended_by uuid,
  -- That it ended by itself stands in the audit trail.
  expiry_audited boolean not null default false,
  reviewed_by uuid references public.profiles (user_id) on delete restrict,
  reviewed_at timestamptz,
  review_note text check (char_length(review_note) between 3 and 200),
  justified boolean,
  check (ends_at > started_at and ends_at <= started_at + interval '60 minutes'),
  check ((ended_at is null) = (ended_by is null)),
  check (pg_catalog.num_nulls(reviewed_by, reviewed_at, review_note, justified) in (0, 4))
);
create index break_glass_by_start on public.break_glass (started_at desc, id desc);
create index break_glass_running on public.break_glass (user_id, ends_at) where ended_at is null;
create index break_glass_to_audit on public.break_glass (ends_at) where ended_at is null and not expiry_audited;

alter table public.break_glass enable row level security;
revoke all on public.break_glass from anon, authenticated;
grant select, insert, update on public.break_glass to service_role;
revoke delete, truncate on public.break_glass from service_role;

-- Rooms of the calling user who is not disabled and has one of the roles; a clinician's emergency access counts.
create or replace function haven_access.rooms_with(p_roles text[]) returns setof text
language sql stable security definer set search_path = '' as $$
  with own as (
    select a.room_id from public.room_assignments a where a.user_id = auth.uid()
    union
    select b.room_id
      from public.break_glass b
     where b.user_id = auth.uid() and b.ended_at is null and b.ends_at > now()
       and exists (
         select from public.user_roles r where r.user_id = b.user_id and r.role = 'clinician')
  )
  select own.room_id
    from own
   where exists (
           select from public.profiles p where p.user_id = auth.uid() and p.disabled_at is null)
     and exists (
           select from public.user_roles r where r.user_id = auth.uid() and r.role = any (p_roles))
$$;

-- A page of them, newest first, as the other lists of administration: one row more than asked for tells whether there
-- is a next page.
create function public.list_break_glass(p_search text, p_after text, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  with found as (
    select b.*, u.display_name as user_name, r.display_name as reviewer_name
      from public.break_glass b
      join public.profiles u on u.user_id = b.user_id
      left join public.profiles r on r.user_id = b.reviewed_by
     where strpos(lower(b.room_id || ' ' || b.reason || ' ' || u.display_name || ' ' || b.id), lower(p_search)) > 0
  ), page as (
    select * from found f
     where p_after is null
        or (f.started_at, f.id) < (select a.started_at, a.id from public.break_glass a where a.id::text = p_after)
     order by f.started_at desc, f.id desc limit p_limit + 1
  )
  select jsonb_build_object(
    'total', (select count(*) from found),
    'items', (select coalesce(jsonb_agg(jsonb_build_object(
        'id', g.id,
        'userId', g.user_id,
        'userName', g.user_name,
        'roomId', g.room_id,
        'reason', g.reason,
        'startedAt', floor(extract(epoch from g.started_at) * 1000),
        'endsAt', floor(extract(epoch from g.ends_at) * 1000),
        'endedAt', floor(extract(epoch from g.ended_at) * 1000),
        'review', case when g.reviewed_at is not null then jsonb_build_object(
          'userId', g.reviewed_by,
          'userName', g.reviewer_name,
          'at', floor(extract(epoch from g.reviewed_at) * 1000),
          'note', g.review_note,
          'justified', g.justified) end
      ) order by g.started_at desc, g.id desc), '[]') from page g))
$$;
revoke all on function public.list_break_glass(text, text, integer) from public, anon, authenticated;
grant execute on function public.list_break_glass(text, text, integer) to service_role;
