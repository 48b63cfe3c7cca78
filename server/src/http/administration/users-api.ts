import { listQuerySchema, newUserSchema, userChangeSchema, type ManagedUser } from '@haven/protocol';
import { audit, type AdministrationContext } from '../../access/administration/context.ts';
import {
  addUser,
  changeUser,
  findUser,
  pageOfUsers,
  type StoredUser,
} from '../../access/administration/users.ts';
import { parse } from '../gate.ts';
import type { AddRoute } from './desk.ts';
import type { AccountKeeper } from './ports.ts';

/** People, their roles, rooms and passwords. A password that an administrator saw has to be changed first of all. */
export function addUserRoutes(add: AddRoute, accounts: AccountKeeper): void {
  const action = 'user:manage';
  const kind = 'user';

  async function withLocks(users: readonly StoredUser[]): Promise<ManagedUser[]> {
    const locks = await accounts.lockedUntil(users.map(({ email }) => email));
    return users.map((user) => ({ ...user, lockedUntil: locks.get(user.email) ?? null }));
  }
  async function find(context: AdministrationContext, userId: string): Promise<ManagedUser | undefined> {
    return (await withLocks([await findUser(context, userId)]))[0];
  }

  add({
    ...{ method: 'search', path: '/users', action, kind },
    work: async ({ context, body }) => {
      const page = await pageOfUsers(context, parse(listQuerySchema, body));
      return { ...page, items: await withLocks(page.items) };
    },
  });
  add({
    ...{ method: 'post', path: '/users', action, kind },
    work: async ({ context, body }) => {
      const { userId, password } = await addUser(context, parse(newUserSchema, body));
      await accounts.requirePasswordChange(userId);
      return { user: await find(context, userId), password };
    },
  });
  add({
    ...{ method: 'patch', path: '/users/:id', action, kind },
    work: async ({ context, id, body }) => {
      const { locked, ...change } = parse(userChangeSchema, body);
      await changeUser(context, id, change);
      if (locked === false) {
        await accounts.unlock((await findUser(context, id)).email);
        await audit(context, 'user:unlock', `user:${id}`);
      }
      return find(context, id);
    },
  });
  add({
    ...{ method: 'post', path: '/users/:id/reset-password', action, kind },
    work: async ({ context, id }) => {
      const password = await accounts.resetPassword(id);
      await audit(context, 'user:reset-password', `user:${id}`);
      return { user: await find(context, id), password };
    },
  });
}
