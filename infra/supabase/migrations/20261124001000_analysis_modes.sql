-- What is measured of a patient, where a rate lies with a probability of 95 %, and what an event was told by.

alter table public.patients add column analysis_mode text not null default 'both'
  check (analysis_mode in ('vitals', 'presence', 'both', 'off'));

-- Without a check: adding one would read every second of every day. Both are there, or neither.
alter table public.vitals
  add column interval_low double precision,
  add column interval_high double precision;

-- When what was seen began, and the figures that led to it, by name.
alter table public.events
  add column started_at timestamptz,
  add column evidence jsonb check (jsonb_typeof(evidence) = 'object');

create or replace function public.list_patients(p_search text, p_after text, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  with found as (
    select p.id, p.room_id, p.name, p.bed, p.analysis_mode from public.patients p
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
        'analysisMode', p.analysis_mode,
        'devices', (select count(*) from public.devices d where d.patient_id = p.id and d.revoked_at is null)
      ) order by p.id), '[]') from page p))
$$;

-- Changes what p_change names: roomId, name, bed, analysisMode. Answers what it really changed; names stay out of the
-- audit trail.
create or replace function public.change_patient(p_patient text, p_change jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_old public.patients;
  v_new public.patients;
  v_done text[] := '{}';
begin
  select * into v_old from public.patients where id = p_patient and removed_at is null for update;
  if not found then
    raise exception 'PATIENT_UNKNOWN';
  end if;
  update public.patients set
    room_id = coalesce(p_change ->> 'roomId', room_id),
    name = coalesce(p_change ->> 'name', name),
    bed = coalesce(p_change ->> 'bed', bed),
    analysis_mode = coalesce(p_change ->> 'analysisMode', analysis_mode)
   where id = p_patient returning * into v_new;
  if v_new.room_id <> v_old.room_id then
    v_done := v_done || array['patient:move:' || v_new.room_id];
  end if;
  if v_new.name <> v_old.name then
    v_done := v_done || array['patient:rename'];
  end if;
  if v_new.bed <> v_old.bed then
    v_done := v_done || array['patient:change-bed'];
  end if;
  if v_new.analysis_mode <> v_old.analysis_mode then
    v_done := v_done || array['patient:analyse:' || v_new.analysis_mode];
  end if;
  return to_jsonb(v_done);
exception
  when foreign_key_violation then raise exception 'ROOM_UNKNOWN';
end
$$;
