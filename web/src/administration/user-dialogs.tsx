import {
  managedUserSchema,
  newUserSchema,
  roleSchema,
  userChangeSchema,
  userWithPasswordSchema,
  type ManagedUser,
} from '@haven/protocol';
import { z } from 'zod';
import { useSignedIn } from '../session/signed-in.ts';
import type { FieldDefinition } from '../ui/form-field.tsx';
import { FormDialog, SecretDialog } from './dialogs.tsx';
import { useAllRooms } from './use-all-rooms.ts';
import { ROLE_NAMES } from '../ui/words.ts';

type UserDialogProps = { user: ManagedUser; close: () => void };

const PASSWORD_ADVICE =
  'Hand it over in person: it is good for one signing in, at which the user chooses another one.';

const nameField: FieldDefinition = {
  kind: 'text',
  name: 'displayName',
  label: 'Name',
  hint: 'As it stands beside what the user does, at most 80 letters.',
  maxLength: 80,
};
const rolesField: FieldDefinition = {
  kind: 'choices',
  name: 'roles',
  label: 'Roles',
  options: roleSchema.options.map((role) => ({ value: role, name: ROLE_NAMES[role] })),
};

function useRoomsField(): FieldDefinition {
  return {
    kind: 'choices',
    name: 'roomIds',
    label: 'Rooms',
    hint: 'At most 100. What the roles allow in rooms, they allow in these.',
    options: useAllRooms(),
  };
}

export function AddUser({ close }: { close: () => void }) {
  const { request } = useSignedIn();
  return (
    <SecretDialog
      title="Add a user"
      close={close}
      fields={[
        {
          kind: 'email',
          name: 'email',
          label: 'E-mail address',
          hint: 'With which the user signs in, such as nurse@example.org.',
          maxLength: 254,
        },
        nameField,
        rolesField,
        useRoomsField(),
      ]}
      initial={{ email: '', displayName: '', roles: [], roomIds: [] }}
      schema={newUserSchema}
      send={async (body) => {
        const { user, password } = await request('/admin/users', userWithPasswordSchema, {
          method: 'POST',
          body,
        });
        return { name: `Password of ${user.email}`, secret: password, advice: PASSWORD_ADVICE };
      }}
      submit="Add"
      refusals={{ ALREADY_EXISTS: { field: 'email' } }}
    />
  );
}

export function EditUser({ user, close }: UserDialogProps) {
  const { request } = useSignedIn();
  const { displayName, roles, roomIds } = user;
  return (
    <FormDialog
      title={`Edit ${displayName}`}
      close={close}
      fields={[nameField, rolesField, useRoomsField()]}
      initial={{ displayName, roles, roomIds }}
      schema={userChangeSchema}
      send={async (body) => {
        await request(`/admin/users/${user.id}`, managedUserSchema, { method: 'PATCH', body });
      }}
      submit="Save"
      refusals={{ LAST_ADMINISTRATOR: { field: 'roles' }, ROOM_UNKNOWN: { field: 'roomIds' } }}
    >
      <p>What is taken away ends within five seconds, also where the user is signed in.</p>
    </FormDialog>
  );
}

export function UnlockUser({ user, close }: UserDialogProps) {
  const { request } = useSignedIn();
  return (
    <FormDialog
      title={`Unlock ${user.displayName}`}
      close={close}
      fields={[]}
      initial={{}}
      schema={z.object({})}
      send={async () => {
        await request(`/admin/users/${user.id}`, managedUserSchema, {
          method: 'PATCH',
          body: { locked: false },
        });
      }}
      submit="Unlock"
    >
      <p>
        Too many wrong passwords were given for {user.email}. Ask the user whether that was them before you
        unlock: if it was not, somebody is trying.
      </p>
    </FormDialog>
  );
}

export function ResetPassword({ user, close }: UserDialogProps) {
  const { request } = useSignedIn();
  return (
    <SecretDialog
      title={`Reset the password of ${user.displayName}`}
      close={close}
      fields={[]}
      initial={{}}
      schema={z.object({})}
      send={async () => {
        const path = `/admin/users/${user.id}/reset-password`;
        const { password } = await request(path, userWithPasswordSchema, { method: 'POST', body: {} });
        return { name: `Password of ${user.email}`, secret: password, advice: PASSWORD_ADVICE };
      }}
      submit="Reset the password"
      dangerous
    >
      <p>
        The user is signed out everywhere, alarms on those screens included, and gets a new password from you.
      </p>
    </SecretDialog>
  );
}

export function SwitchUser({ user, disabled, close }: UserDialogProps & { disabled: boolean }) {
  const { request } = useSignedIn();
  return (
    <FormDialog
      title={`${disabled ? 'Disable' : 'Enable'} ${user.displayName}`}
      close={close}
      fields={[]}
      initial={{}}
      schema={z.object({})}
      send={async () => {
        await request(`/admin/users/${user.id}`, managedUserSchema, { method: 'PATCH', body: { disabled } });
      }}
      submit={disabled ? 'Disable the user' : 'Enable the user'}
      dangerous={disabled}
    >
      <p>
        {disabled
          ? 'The user is signed out everywhere within five seconds and cannot sign in. What they did stays in the records; roles and rooms are kept for when they are enabled again.'
          : 'The user can sign in again, with the roles and rooms as shown.'}
      </p>
    </FormDialog>
  );
}
