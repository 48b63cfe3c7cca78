import { randomBytes } from 'node:crypto';
import { AuthError } from '@supabase/supabase-js';
import type { Role } from '@haven/protocol';
import { z } from 'zod';
import { accepted, AdministrationError, audit, type AdministrationContext } from './context.ts';

/** Letters and digits that cannot be mistaken for one another; 32 of them, so that each stands for five bits. */
const PASSWORD_ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const PASSWORD_CHARACTERS = 20;
const PASSWORD_GROUP = 5;

const accountSchema = z.object({ email: z.email().max(254), displayName: z.string().min(1).max(80) });

export type NewUser = {
  email: string;
  displayName: string;
  roles: readonly Role[];
  roomIds: readonly string[];
};
export type ListedUser = {
  id: string;
  email: string;
  displayName: string;
  roles: Role[];
  roomIds: string[];
  disabled: boolean;
};

/** A password of 100 random bits, in groups: `abcde-fghij-kmnpq-rstuv`. */
export function newPassword(): string {
  const characters = Array.from(randomBytes(PASSWORD_CHARACTERS), (byte) => PASSWORD_ALPHABET[byte % 32]);
  const groups: string[] = [];
  for (let at = 0; at < characters.length; at += PASSWORD_GROUP) {
    groups.push(characters.slice(at, at + PASSWORD_GROUP).join(''));
  }
  return groups.join('-');
}

/**
 * @returns the user's password, which is stored nowhere
 * @throws AdministrationError when something is malformed, the address is taken, or a room is unknown
 */
export async function addUser(
  context: AdministrationContext,
  user: NewUser,
  password = newPassword(),
): Promise<{ userId: string; password: string }> {
  const account = accountSchema.safeParse(user);
  if (!account.success) {
    throw new AdministrationError('A user needs an e-mail address and a name of at most 80 characters.');
  }
  const email = user.email.toLowerCase();
  const { service } = context.store;
  for (const roomId of user.roomIds) await requireRoom(context, roomId);
  const taken = accepted(await service.from('profiles').select('user_id').eq('email', email));
  if (taken.length > 0) throw new AdministrationError(`There is a user ${email} already.`);
  accepted(await service.rpc('remove_account_without_profile', { p_email: email }));

  const userId = await createAccount(context, email, password);
  const profile = { user_id: userId, email, display_name: user.displayName };
  accepted(await service.from('profiles').insert(profile));
  const roles = user.roles.map((role) => ({ user_id: userId, role }));
  if (roles.length > 0) accepted(await service.from('user_roles').insert(roles));
  const rooms = user.roomIds.map((roomId) => ({ user_id: userId, room_id: roomId }));
  if (rooms.length > 0) accepted(await service.from('room_assignments').insert(rooms));
  await audit(context, 'user:add', `user:${userId}`);
  return { userId, password };
}

export async function listUsers({ store }: AdministrationContext): Promise<ListedUser[]> {
  const profiles = accepted(
    await store.service.from('profiles').select('user_id, email, display_name, disabled_at').order('email'),
  );
  const roles = accepted(await store.service.from('user_roles').select('user_id, role').order('role'));
  const rooms = accepted(
    await store.service.from('room_assignments').select('user_id, room_id').order('room_id'),
  );
  return profiles.map((profile) => ({
    id: profile.user_id,
    email: profile.email,
    displayName: profile.display_name,
    roles: roles.filter((row) => row.user_id === profile.user_id).map(({ role }) => role),
    roomIds: rooms.filter((row) => row.user_id === profile.user_id).map((row) => row.room_id),
    disabled: profile.disabled_at !== null,
  }));
}

/** @throws AdministrationError when the user is unknown or in that state already */
export async function setUserDisabled(
  context: AdministrationContext,
  email: string,
  disabled: boolean,
): Promise<void> {
  const userId = await userIdOf(context, email);
  const now = new Date(context.clock()).toISOString();
  const state = disabled ? 'disabled' : 'enabled';
  const change = context.store.service
    .from('profiles')
    .update({ disabled_at: disabled ? now : null })
    .eq('user_id', userId);
  const changed = accepted(
    await (disabled ? change.is('disabled_at', null) : change.not('disabled_at', 'is', null)).select(
      'user_id',
    ),
  );
  if (changed.length === 0) throw new AdministrationError(`The user ${email} is ${state} already.`);
  await audit(context, disabled ? 'user:disable' : 'user:enable', `user:${userId}`);
}

/** @throws AdministrationError when the user is unknown, or has the role already */
export async function addRole(context: AdministrationContext, email: string, role: Role): Promise<void> {
  const userId = await userIdOf(context, email);
  accepted(await context.store.service.from('user_roles').insert({ user_id: userId, role }), {
    duplicate: `The user ${email} has the role ${role} already.`,
  });
  await audit(context, `role:add:${role}`, `user:${userId}`);
}

/** @throws AdministrationError when the user is unknown, or has not the role */
export async function removeRole(context: AdministrationContext, email: string, role: Role): Promise<void> {
  const userId = await userIdOf(context, email);
  const removed = accepted(
    await context.store.service
      .from('user_roles')
      .delete()
      .eq('user_id', userId)
      .eq('role', role)
      .select('role'),
  );
  if (removed.length === 0) throw new AdministrationError(`The user ${email} has not the role ${role}.`);
  await audit(context, `role:remove:${role}`, `user:${userId}`);
}

/** @throws AdministrationError when the user or the room is unknown, or the user is assigned already */
export async function assignRoom(
  context: AdministrationContext,
  email: string,
  roomId: string,
): Promise<void> {
  const userId = await userIdOf(context, email);
  accepted(
    await context.store.service.from('room_assignments').insert({ user_id: userId, room_id: roomId }),
    {
      duplicate: `The user ${email} is assigned to room ${roomId} already.`,
      reference: `There is no room ${roomId}.`,
    },
  );
  await audit(context, `room:assign:${roomId}`, `user:${userId}`);
}

/** @throws AdministrationError when the user is unknown, or not assigned */
export async function unassignRoom(
  context: AdministrationContext,
  email: string,
  roomId: string,
): Promise<void> {
  const userId = await userIdOf(context, email);
  const removed = accepted(
    await context.store.service
      .from('room_assignments')
      .delete()
      .eq('user_id', userId)
      .eq('room_id', roomId)
      .select('room_id'),
  );
  if (removed.length === 0)
    throw new AdministrationError(`The user ${email} is not assigned to room ${roomId}.`);
  await audit(context, `room:unassign:${roomId}`, `user:${userId}`);
}

async function userIdOf({ store }: AdministrationContext, email: string): Promise<string> {
  const [profile] = accepted(
    await store.service.from('profiles').select('user_id').eq('email', email.toLowerCase()),
  );
  if (profile === undefined) throw new AdministrationError(`There is no user ${email}.`);
  return profile.user_id;
}

async function requireRoom({ store }: AdministrationContext, roomId: string): Promise<void> {
  const rooms = accepted(await store.service.from('rooms').select('id').eq('id', roomId));
  if (rooms.length === 0) throw new AdministrationError(`There is no room ${roomId}.`);
}

async function createAccount(
  { store }: AdministrationContext,
  email: string,
  password: string,
): Promise<string> {
  try {
    return await store.createAccount(email, password);
  } catch (error) {
    const reason = error instanceof AuthError ? error.message : 'the record store did not answer';
    throw new AdministrationError(`The account for ${email} could not be made: ${reason}.`, error);
  }
}
