import { roleSchema, type Role } from '@haven/protocol';
import { InvalidArgumentError, type Command } from 'commander';
import { audit } from '../access/administration/context.ts';
import * as users from '../access/administration/users.ts';
import { AccountRecovery } from '../access/sign-in/account-recovery.ts';
import { table, withStore } from './command.ts';

const role = (value: string): Role => {
  const parsed = roleSchema.safeParse(value);
  if (!parsed.success) throw new InvalidArgumentError(`Roles are ${roleSchema.options.join(', ')}.`);
  return parsed.data;
};
const collect = <T>(value: T, previous: readonly T[]): readonly T[] => [...previous, value];

export function addUserCommands(program: Command): void {
  const user = program.command('user').description('people who sign in');
  user
    .command('add <email>')
    .option(
      '--role <role>',
      'may be given several times',
      (value, previous: readonly Role[]) => collect(role(value), previous),
      [],
    )
    .option(
      '--room <id>',
      'may be given several times',
      (value, previous: readonly string[]) => collect(value, previous),
      [],
    )
    .option('--name <name>', 'as shown on screen')
    .action((email: string, options: { role: readonly Role[]; room: readonly string[]; name?: string }) =>
      withStore(async (context) => {
        const displayName = options.name ?? email.split('@')[0] ?? email;
        const { password } = await users.addUser(context, {
          email,
          displayName,
          roles: options.role,
          roomIds: options.room,
        });
        return [`User ${email} is there. The password, shown only now:`, password];
      }),
    );
  user.command('list').action(() =>
    withStore(async (context) => {
      const rows = await users.listUsers(context);
      return table(
        rows.map((row) => [
          row.email,
          row.displayName,
          row.roles.join(',') || '-',
          row.roomIds.join(',') || '-',
          row.disabled ? 'disabled' : 'enabled',
        ]),
        'There are no users.',
      );
    }),
  );
  for (const [name, disabled] of [
    ['disable', true],
    ['enable', false],
  ] as const) {
    user.command(`${name} <email>`).action((email: string) =>
      withStore(async (context) => {
        await users.setUserDisabled(context, email, disabled);
        return `User ${email} is ${name}d.`;
      }),
    );
  }
  user
    .command('reset-password <email>')
    .description('a new password, to be changed at the next sign-in; ends all sessions, and a lock')
    .action((email: string) =>
      withStore(async (context) => {
        const userId = await users.userIdOf(context, email);
        const password = await new AccountRecovery(context.store, context.clock).resetPassword(userId);
        await audit(context, 'user:reset-password', `user:${userId}`);
        return [`User ${email} has a new password, shown only now:`, password];
      }),
    );
  user
    .command('unlock <email>')
    .description('lets somebody sign in again after too many wrong passwords')
    .action((email: string) =>
      withStore(async (context) => {
        const userId = await users.userIdOf(context, email);
        await new AccountRecovery(context.store, context.clock).unlock(email);
        await audit(context, 'user:unlock', `user:${userId}`);
        return `User ${email} may sign in again.`;
      }),
    );
  const roleCommand = user.command('role').description('what a user may do');
  roleCommand
    .command('add <email>')
    .argument('<role>', 'role', role)
    .action((email: string, given: Role) =>
      withStore(async (context) => {
        await users.addRole(context, email, given);
        return `User ${email} has the role ${given}.`;
      }),
    );
  roleCommand
    .command('remove <email>')
    .argument('<role>', 'role', role)
    .action((email: string, given: Role) =>
      withStore(async (context) => {
        await users.removeRole(context, email, given);
        return `User ${email} has not the role ${given} any more.`;
      }),
    );
  user.command('assign <email> <room>').action((email: string, roomId: string) =>
    withStore(async (context) => {
      await users.assignRoom(context, email, roomId);
      return `User ${email} is assigned to room ${roomId}.`;
    }),
  );
  user.command('unassign <email> <room>').action((email: string, roomId: string) =>
    withStore(async (context) => {
      await users.unassignRoom(context, email, roomId);
      return `User ${email} is not assigned to room ${roomId} any more.`;
    }),
  );
}
