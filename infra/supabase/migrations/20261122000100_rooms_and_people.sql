-- Rooms, patients, the people who watch them, and the machines that publish and analyse.

create table public.rooms (
  id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,31}$'),
  name text not null check (char_length(name) between 1 and 80),
  created_at timestamptz not null default now()
);

-- A patient's id is never given twice: a removed patient keeps the row, and the records stay that patient's.
create table public.patients (
  id text primary key check (id ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$'),
  room_id text not null references public.rooms (id) on delete restrict,
  name text not null check (char_length(name) between 1 and 80),
  bed text not null check (char_length(bed) between 1 and 20),
  created_at timestamptz not null default now(),
  removed_at timestamptz
);
create unique index patients_one_in_a_bed on public.patients (room_id, bed) where removed_at is null;

create table public.profiles (
  user_id uuid primary key references auth.users (id) on delete cascade,
  email text not null unique check (char_length(email) between 3 and 254),
  display_name text not null check (char_length(display_name) between 1 and 80),
  created_at timestamptz not null default now(),
  disabled_at timestamptz
);

create table public.user_roles (
  user_id uuid not null references public.profiles (user_id) on delete cascade,
  role text not null
    check (role in ('administrator', 'clinician', 'observer', 'device-technician', 'auditor')),
  primary key (user_id, role)
);

create table public.room_assignments (
  user_id uuid not null references public.profiles (user_id) on delete cascade,
  room_id text not null references public.rooms (id) on delete cascade,
  primary key (user_id, room_id)
);
create index room_assignments_by_room on public.room_assignments (room_id);

-- Tokens and keys are stored as SHA-256 only: 256 random bits need no slow hash.
create table public.devices (
  id uuid primary key default gen_random_uuid(),
  patient_id text not null references public.patients (id) on delete restrict,
  name text not null check (char_length(name) between 1 and 80),
  token_hash text not null unique check (token_hash ~ '^[0-9a-f]{64}$'),
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);
create index devices_by_patient on public.devices (patient_id);

create table public.cv_keys (
  id uuid primary key default gen_random_uuid(),
  name text not null check (char_length(name) between 1 and 80),
  key_hash text not null unique check (key_hash ~ '^[0-9a-f]{64}$'),
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);

-- Sessions that were signed out while their access token was still valid.
create table public.revoked_sessions (
  session_id text primary key check (char_length(session_id) between 1 and 128),
  expires_at timestamptz not null
);
create index revoked_sessions_by_end on public.revoked_sessions (expires_at);
