import { userPageSchema, type ManagedUser } from '@haven/protocol';
import { useSignedIn } from '../session/signed-in.ts';
import { ListPage } from './list-page.tsx';
import { Tag } from '../ui/tag.tsx';
import { useList } from './use-list.ts';
import { AddUser, EditUser, ResetPassword, SwitchUser, UnlockUser } from './user-dialogs.tsx';
import { dateAndTime, ROLE_NAMES } from '../ui/words.ts';

export function UsersPage() {
  const list = useList('/admin/users', userPageSchema);
  const { watch, session } = useSignedIn();
  const isLocked = ({ lockedUntil }: ManagedUser) => lockedUntil !== null && lockedUntil > watch.now();
  return (
    <ListPage
      title="Users"
      things="users"
      intro="Who may sign in, in which roles, and to which rooms. A user is disabled, never deleted: the audit trail names them."
      list={list}
      keyOf={({ id }) => id}
      nameOf={({ displayName }) => displayName}
      columns={[
        { name: 'Name', cell: ({ displayName }) => displayName },
        { name: 'E-mail address', cell: ({ email }) => email },
        { name: 'Roles', cell: ({ roles }) => roles.map((role) => ROLE_NAMES[role]).join(', ') || 'none' },
        { name: 'Rooms', cell: ({ roomIds }) => roomIds.join(', ') || 'none' },
        {
          name: 'State',
          cell: (user) =>
            user.disabled ? (
              <Tag kind="off">disabled</Tag>
            ) : isLocked(user) ? (
              <Tag kind="warning">locked until {dateAndTime(user.lockedUntil ?? 0)}</Tag>
            ) : (
              <Tag kind="good">active</Tag>
            ),
        },
      ]}
      add={{ name: 'Add a user', dialog: (close) => <AddUser close={close} /> }}
      actions={[
        { name: 'Edit', dialog: (user, close) => <EditUser user={user} close={close} /> },
        {
          name: 'Unlock',
          offered: isLocked,
          dialog: (user, close) => <UnlockUser user={user} close={close} />,
        },
        {
          name: 'Reset password',
          offered: ({ disabled }) => !disabled,
          dialog: (user, close) => <ResetPassword user={user} close={close} />,
        },
        {
          name: 'Disable',
          // Nobody shuts the door behind themselves.
          offered: ({ id, disabled }) => !disabled && id !== session.user.id,
          dialog: (user, close) => <SwitchUser user={user} disabled close={close} />,
        },
        {
          name: 'Enable',
          offered: ({ disabled }) => disabled,
          dialog: (user, close) => <SwitchUser user={user} disabled={false} close={close} />,
        },
      ]}
    />
  );
}
