-- Sessions, wrong passwords, and passwords that have to be changed. The account system knows none of the three.

-- A token is good only while its session (the claim session_id) stands here and has not ended.
create table public.sessions (
  session_id text primary key check (char_length(session_id) between 1 and 128),
  user_id uuid not null references public.profiles (user_id) on delete cascade,
  -- Where it was begun.
  address text not null check (char_length(address) between 1 and 64),
  started_at timestamptz not null,
  -- Written now and then only: the truth is up to a minute younger.
  last_active_at timestamptz not null,
  ended_at timestamptz,
  -- The user has a second factor, which was given.
  second_factor boolean not null default false
);
create index sessions_running on public.sessions (started_at) where ended_at is null;
create index sessions_of_user on public.sessions (user_id) where ended_at is null;
create index sessions_by_start on public.sessions (started_at);

-- Attempts to sign in that did not succeed, also for addresses that nobody has. The account is the SHA-256 of the
-- address in lower case: people type other things than addresses into the field.
create table public.sign_in_attempts (
  account text primary key check (account ~ '^[0-9a-f]{64}$'),
  attempts integer not null check (attempts >= 0),
  since timestamptz not null,
  locked_until timestamptz
);
create index sign_in_attempts_by_time on public.sign_in_attempts (since);

alter table public.profiles add column password_change_required boolean not null default false;

-- Counts an attempt before it is made, so that attempts made at once count as well.
-- Answers until when the account is locked; null lets the attempt be made.
create function public.count_sign_in_attempt(
  p_account text, p_now timestamptz, p_limit integer, p_seconds integer) returns timestamptz
language plpgsql set search_path = '' as $$
declare
  v_span interval := pg_catalog.make_interval(secs => p_seconds);
  v_locked_until timestamptz;
begin
  delete from public.sign_in_attempts a
   where a.since <= p_now - v_span and (a.locked_until is null or a.locked_until <= p_now);
  insert into public.sign_in_attempts as a (account, attempts, since) values (p_account, 1, p_now)
  on conflict (account) do update set
    attempts = a.attempts + 1,
    locked_until = case when a.attempts + 1 >= p_limit then p_now + v_span end
  where a.locked_until is null;
  if found then
    return null;
  end if;
  select a.locked_until into v_locked_until from public.sign_in_attempts a where a.account = p_account;
  return v_locked_until;
end
$$;

-- The attempt was never decided: it does not count.
create function public.uncount_sign_in_attempt(p_account text) returns void
language sql set search_path = '' as $$
  update public.sign_in_attempts a
     set attempts = greatest(a.attempts - 1, 0), locked_until = null
   where a.account = p_account
$$;

-- For an account system without an administration of its own. The hash is bcrypt's.
create function public.set_account_password(p_user_id uuid, p_hash text) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_changed integer;
begin
  if p_hash !~ '^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$' then
    raise exception 'p_hash must be a hash of bcrypt';
  end if;
  update auth.users set encrypted_password = p_hash where id = p_user_id;
  get diagnostics v_changed = row_count;
  return v_changed;
end
$$;

alter table public.sessions enable row level security;
alter table public.sign_in_attempts enable row level security;
revoke all on public.sessions, public.sign_in_attempts from anon, authenticated;
grant select, insert, update, delete on public.sessions, public.sign_in_attempts to service_role;
revoke all on function public.count_sign_in_attempt(text, timestamptz, integer, integer)
  from public, anon, authenticated;
revoke all on function public.uncount_sign_in_attempt(text) from public, anon, authenticated;
revoke all on function public.set_account_password(uuid, text) from public, anon, authenticated;
grant execute on function public.count_sign_in_attempt(text, timestamptz, integer, integer) to service_role;
grant execute on function public.uncount_sign_in_attempt(text) to service_role;
grant execute on function public.set_account_password(uuid, text) to service_role;
