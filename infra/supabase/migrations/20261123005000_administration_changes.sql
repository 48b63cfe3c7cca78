-- What administrators change where several rows belong together: each function is one transaction, so that nothing
-- half-done stays. What cannot be done is raised (P0001) with the error code of the API as its message.

create function public.add_user(
  p_user uuid, p_email text, p_display_name text, p_roles jsonb, p_rooms jsonb
) returns jsonb
language plpgsql set search_path = '' as $$
begin
  insert into public.profiles (user_id, email, display_name) values (p_user, p_email, p_display_name);
  insert into public.user_roles (user_id, role)
    select distinct p_user, given.role from jsonb_array_elements_text(p_roles) as given (role);
  insert into public.room_assignments (user_id, room_id)
    select distinct p_user, given.room from jsonb_array_elements_text(p_rooms) as given (room);
  return '["user:add"]';
exception
  when foreign_key_violation then raise exception 'ROOM_UNKNOWN';
end
$$;

-- Changes what p_change names: displayName, disabled, roles and roomIds as a whole, or addRoles, removeRoles, addRooms
-- and removeRooms. Answers what it really changed, as actions of the audit trail.
create function public.change_user(p_user uuid, p_change jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_profile public.profiles;
  v_roles text[];
  v_rooms text[];
  v_changed text[];
  v_done text[] := '{}';
  v_had_administrator boolean;
begin
  -- Changes of users take turns: of two administrators who remove each other, the second is refused.
  perform pg_advisory_xact_lock(hashtext('haven.change_user'));
  select * into v_profile from public.profiles where user_id = p_user for update;
  if not found then
    raise exception 'USER_UNKNOWN';
  end if;
  v_had_administrator := exists (
    select from public.user_roles r join public.profiles p on p.user_id = r.user_id and p.disabled_at is null
     where r.role = 'administrator');

  if p_change ->> 'displayName' <> v_profile.display_name then
    update public.profiles set display_name = p_change ->> 'displayName' where user_id = p_user;
    v_done := v_done || array['user:rename'];
  end if;
  if (p_change ->> 'disabled')::boolean <> (v_profile.disabled_at is not null) then
    update public.profiles set disabled_at = case when (p_change ->> 'disabled')::boolean then now() end
     where user_id = p_user;
    v_done := v_done || array[case when (p_change ->> 'disabled')::boolean then 'user:disable' else 'user:enable' end];
  end if;

  select coalesce(array_agg(wanted.role), '{}') into v_roles from (
    select jsonb_array_elements_text(p_change -> 'roles') as role
    union select role from public.user_roles where user_id = p_user and not p_change ? 'roles'
    union select jsonb_array_elements_text(p_change -> 'addRoles')
  ) wanted where not coalesce(p_change -> 'removeRoles', '[]') ? wanted.role;
  with removed as (
    delete from public.user_roles where user_id = p_user and not role = any (v_roles) returning role
  )
  select coalesce(array_agg('role:remove:' || role order by role), '{}') into v_changed from removed;
  v_done := v_done || v_changed;
  with added as (
    insert into public.user_roles (user_id, role) select p_user, unnest(v_roles)
    on conflict do nothing returning role
  )
  select coalesce(array_agg('role:add:' || role order by role), '{}') into v_changed from added;
  v_done := v_done || v_changed;

  select coalesce(array_agg(wanted.room), '{}') into v_rooms from (
    select jsonb_array_elements_text(p_change -> 'roomIds') as room
    union select room_id from public.room_assignments where user_id = p_user and not p_change ? 'roomIds'
    union select jsonb_array_elements_text(p_change -> 'addRooms')
  ) wanted where not coalesce(p_change -> 'removeRooms', '[]') ? wanted.room;
  with removed as (
    delete from public.room_assignments where user_id = p_user and not room_id = any (v_rooms) returning room_id
  )
  select coalesce(array_agg('room:unassign:' || room_id order by room_id), '{}') into v_changed from removed;
  v_done := v_done || v_changed;
  with added as (
    insert into public.room_assignments (user_id, room_id) select p_user, unnest(v_rooms)
    on conflict do nothing returning room_id
  )
  select coalesce(array_agg('room:assign:' || room_id order by room_id), '{}') into v_changed from added;
  v_done := v_done || v_changed;

  if v_had_administrator and not exists (
    select from public.user_roles r join public.profiles p on p.user_id = r.user_id and p.disabled_at is null
     where r.role = 'administrator')
  then
    raise exception 'LAST_ADMINISTRATOR';
  end if;
  return to_jsonb(v_done);
exception
  when foreign_key_violation then raise exception 'ROOM_UNKNOWN';
end
$$;

-- Changes what p_change names: roomId, name, bed. Answers what it really changed; names stay out of the audit trail.
create function public.change_patient(p_patient text, p_change jsonb) returns jsonb
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
    bed = coalesce(p_change ->> 'bed', bed)
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
  return to_jsonb(v_done);
exception
  when foreign_key_violation then raise exception 'ROOM_UNKNOWN';
end
$$;

-- Removes a patient, whose records stay, and revokes the patient's devices. Answers the ids of those.
create function public.remove_patient(p_patient text) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_revoked jsonb;
begin
  update public.patients set removed_at = now() where id = p_patient and removed_at is null;
  if not found then
    raise exception 'PATIENT_UNKNOWN';
  end if;
  with revoked as (
    update public.devices set revoked_at = now() where patient_id = p_patient and revoked_at is null returning id
  )
  select coalesce(jsonb_agg(id order by id), '[]') into v_revoked from revoked;
  return v_revoked;
end
$$;

-- A patient who is being removed gets no device any more: the row is locked until this is done.
create function public.add_device(p_device uuid, p_patient text, p_name text, p_token_hash text) returns jsonb
language plpgsql set search_path = '' as $$
begin
  perform from public.patients where id = p_patient and removed_at is null for share;
  if not found then
    raise exception 'PATIENT_UNKNOWN';
  end if;
  insert into public.devices (id, patient_id, name, token_hash) values (p_device, p_patient, p_name, p_token_hash);
  return '["device:add"]';
end
$$;

revoke all on function public.add_user(uuid, text, text, jsonb, jsonb) from public, anon, authenticated;
revoke all on function public.change_user(uuid, jsonb) from public, anon, authenticated;
revoke all on function public.change_patient(text, jsonb) from public, anon, authenticated;
revoke all on function public.remove_patient(text) from public, anon, authenticated;
revoke all on function public.add_device(uuid, text, text, text) from public, anon, authenticated;
grant execute on function public.add_user(uuid, text, text, jsonb, jsonb) to service_role;
grant execute on function public.change_user(uuid, jsonb) to service_role;
grant execute on function public.change_patient(text, jsonb) to service_role;
grant execute on function public.remove_patient(text) to service_role;
grant execute on function public.add_device(uuid, text, text, text) to service_role;
