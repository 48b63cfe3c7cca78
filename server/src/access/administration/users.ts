import { AuthError } from '@supabase/supabase-js';
import { managedUserSchema, type ManagedUser, type Role, type userChangeSchema } from '@haven/protocol';
import { z } from 'zod';
import { accepted, AdministrationError, auditEach, type AdministrationContext } from './context.ts';
import { readPage, WHOLE, type ListQuery, type Page } from './lists.ts';
import { newPassword } from './passwords.ts';

const accountSchema = z.object({ email: z.email().max(254), displayName: z.string().min(1).max(80) });
const actionsSchema = z.array(z.string());

export type NewUser = {
  email: string;
  displayName: string;
  roles: readonly Role[];
  roomIds: readonly string[];
};
/** As it is stored; a lock after wrong passwords is known to the sign-in. */
export type StoredUser = Omit<ManagedUser, 'lockedUntil'>;
export type UserChange = Omit<z.output<typeof userChangeSchema>, 'locked'>;
/** Changes of one thing, whatever the others are by then. */
type SmallChange = { addRoles?: Role[]; removeRoles?: Role[]; addRooms?: string[]; removeRooms?: string[] };

const storedUserSchema = managedUserSchema.omit({ lockedUntil: true });
const usersSchema = z.object({ total: z.number(), items: z.array(storedUserSchema) });

/**
 * @returns the user's password, which is stored nowhere
 * @throws AdministrationError INVALID_REQUEST, ALREADY_EXISTS, ROOM_UNKNOWN
 */
export async function addUser(
  context: AdministrationContext,
  user: NewUser,
  password = newPassword(),
): Promise<{ userId: string; password: string }> {
  const account = accountSchema.safeParse(user);
  if (!account.success) {
    throw new AdministrationError(
      'INVALID_REQUEST',
      'A user needs an e-mail address and a name of at most 80 characters.',
    );
  }
  const email = user.email.toLowerCase();
  const { service } = context.store;
  for (const roomId of user.roomIds) await requireRoom(context, roomId);
  const taken = new AdministrationError('ALREADY_EXISTS', `There is a user ${email} already.`);
  const known = accepted(await service.from('profiles').select('user_id').eq('email', email));
  if (known.length > 0) throw taken;
  accepted(await service.rpc('remove_account_without_profile', { p_email: email }));

  const userId = await createAccount(context, email, password);
  const added = await service.rpc('add_user', {
    p_user: userId,
    p_email: email,
    p_display_name: user.displayName,
    p_roles: user.roles,
    p_rooms: user.roomIds,
  });
  // An account that nobody can use stays behind only when the store goes away just now; the next try removes it.
  if (added.error !== null) await service.rpc('remove_account_without_profile', { p_email: email });
  const done = actionsSchema.parse(accepted(added, { duplicate: taken }));
  const roles = user.roles.map((role) => `role:add:${role}`);
  const rooms = user.roomIds.map((roomId) => `room:assign:${roomId}`);
  await auditEach(context, [...done, ...roles, ...rooms], `user:${userId}`);
  return { userId, password };
}

export async function listUsers(context: AdministrationContext): Promise<StoredUser[]> {
  return (await pageOfUsers(context, WHOLE)).items;
}

export function pageOfUsers(context: AdministrationContext, query: ListQuery): Promise<Page<StoredUser>> {
  return readPage(context, 'list_users', usersSchema, query);
}

/** @throws AdministrationError USER_UNKNOWN */
export async function findUser(context: AdministrationContext, userId: string): Promise<StoredUser> {
  const { items } = await pageOfUsers(context, { ...WHOLE, search: userId });
  const user = items.find(({ id }) => id === userId);
  if (user === undefined) throw new AdministrationError('USER_UNKNOWN');
  return user;
}

/**
 * Changes everything that is given, or nothing. Nobody disables themselves or gives up the administrator's role:
 * whoever does so by mistake could not undo it.
 *
 * @returns what it really changed, as in the audit trail
 * @throws AdministrationError USER_UNKNOWN, ROOM_UNKNOWN, FORBIDDEN, LAST_ADMINISTRATOR
 */
export async function changeUser(
  context: AdministrationContext,
  userId: string,
  change: UserChange | SmallChange,
): Promise<string[]> {
  if (userId === context.userId) refuseToLockOneselfOut(change);
  const answer = accepted(
    await context.store.service.rpc('change_user', { p_user: userId, p_change: change }),
  );
  const done = actionsSchema.parse(answer);
  await auditEach(context, done, `user:${userId}`);
  return done;
}

/** @throws AdministrationError as {@link changeUser} does, ALREADY_DONE */
export async function setUserDisabled(
  context: AdministrationContext,
  email: string,
  disabled: boolean,
): Promise<void> {
  const done = await changeUser(context, await userIdOf(context, email), { disabled });
  requireDone(done, `The user ${email} is ${disabled ? 'disabled' : 'enabled'} already.`);
}

/** @throws AdministrationError as {@link changeUser} does, ALREADY_DONE */
export async function addRole(context: AdministrationContext, email: string, role: Role): Promise<void> {
  const done = await changeUser(context, await userIdOf(context, email), { addRoles: [role] });
  requireDone(done, `The user ${email} has the role ${role} already.`);
}

/** @throws AdministrationError as {@link changeUser} does, ALREADY_DONE */
export async function removeRole(context: AdministrationContext, email: string, role: Role): Promise<void> {
  const done = await changeUser(context, await userIdOf(context, email), { removeRoles: [role] });
  requireDone(done, `The user ${email} has not the role ${role}.`);
}

/** @throws AdministrationError as {@link changeUser} does, ALREADY_DONE */
export async function assignRoom(
  context: AdministrationContext,
  email: string,
  roomId: string,
): Promise<void> {
  await requireRoom(context, roomId);
  const done = await changeUser(context, await userIdOf(context, email), { addRooms: [roomId] });
  requireDone(done, `The user ${email} is assigned to room ${roomId} already.`);
}

/** @throws AdministrationError as {@link changeUser} does, ALREADY_DONE */
export async function unassignRoom(
  context: AdministrationContext,
  email: string,
  roomId: string,
): Promise<void> {
  const done = await changeUser(context, await userIdOf(context, email), { removeRooms: [roomId] });
  requireDone(done, `The user ${email} is not assigned to room ${roomId}.`);
}

/** @throws AdministrationError USER_UNKNOWN */
export async function userIdOf({ store }: AdministrationContext, email: string): Promise<string> {
  const [profile] = accepted(
    await store.service.from('profiles').select('user_id').eq('email', email.toLowerCase()),
  );
  if (profile === undefined) throw new AdministrationError('USER_UNKNOWN', `There is no user ${email}.`);
  return profile.user_id;
}

function refuseToLockOneselfOut(change: UserChange | SmallChange): void {
  const disabled = 'disabled' in change && change.disabled === true;
  const withoutRole = 'roles' in change && change.roles?.includes('administrator') === false;
  if (!disabled && !withoutRole) return;
  throw new AdministrationError(
    'FORBIDDEN',
    'Nobody disables themselves or gives up their own administrator role. Ask another administrator.',
  );
}

function requireDone(done: readonly string[], otherwise: string): void {
  if (done.length === 0) throw new AdministrationError('ALREADY_DONE', otherwise);
}

async function requireRoom({ store }: AdministrationContext, roomId: string): Promise<void> {
  const rooms = accepted(await store.service.from('rooms').select('id').eq('id', roomId));
  if (rooms.length === 0) throw new AdministrationError('ROOM_UNKNOWN', `There is no room ${roomId}.`);
}

async function createAccount(
  { store }: AdministrationContext,
  email: string,
  password: string,
): Promise<string> {
  try {
    return await store.createAccount(email, password);
  } catch (error) {
    // The other half of a race for the same address.
    if (error instanceof AuthError && error.status !== undefined && error.status < 500) {
      throw new AdministrationError(
        'ALREADY_EXISTS',
        `The account for ${email} could not be made: ${error.message}.`,
        error,
      );
    }
    throw new AdministrationError(
      'STORAGE_UNAVAILABLE',
      `The account for ${email} could not be made: the record store did not answer.`,
      error,
    );
  }
}
