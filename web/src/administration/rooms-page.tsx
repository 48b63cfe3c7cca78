import {
  managedRoomSchema,
  newRoomSchema,
  roomChangeSchema,
  roomPageSchema,
  type ManagedRoom,
} from '@haven/protocol';
import { useSignedIn } from '../session/signed-in.ts';
import type { FieldDefinition } from '../ui/form-field.tsx';
import { FormDialog, RemoveDialog } from './dialogs.tsx';
import { ListPage } from './list-page.tsx';
import { useList } from './use-list.ts';

const idField: FieldDefinition = {
  kind: 'text',
  name: 'id',
  label: 'Id',
  hint: 'Small letters, digits and hyphens, such as ward-a. It never changes.',
  maxLength: 32,
};
const nameField: FieldDefinition = {
  kind: 'text',
  name: 'name',
  label: 'Name',
  hint: 'As it stands on the door, at most 80 letters.',
  maxLength: 80,
};

export function RoomsPage() {
  const list = useList('/admin/rooms', roomPageSchema);
  return (
    <ListPage
      title="Rooms"
      things="rooms"
      intro="A room is a ward’s wall: its patients, and the users who watch them."
      list={list}
      keyOf={({ id }) => id}
      nameOf={({ name }) => name}
      columns={[
        { name: 'Name', cell: ({ name }) => name },
        { name: 'Id', cell: ({ id }) => id },
        { name: 'Patients', cell: ({ patients }) => patients },
        { name: 'Users', cell: ({ users }) => users },
      ]}
      add={{ name: 'Add a room', dialog: (close) => <AddRoom close={close} /> }}
      actions={[
        { name: 'Rename', dialog: (room, close) => <RenameRoom room={room} close={close} /> },
        {
          name: 'Delete',
          dialog: (room, close) => (
            <RemoveDialog
              title={`Delete ${room.name}`}
              path={`/admin/rooms/${room.id}`}
              submit="Delete the room"
              typed={room.id}
              close={close}
            >
              <p>
                The room, its alert limits and who is assigned to it go. What was recorded in it stays. A room
                with patients cannot be deleted: move them first.
              </p>
            </RemoveDialog>
          ),
        },
      ]}
    />
  );
}

function AddRoom({ close }: { close: () => void }) {
  const { request } = useSignedIn();
  return (
    <FormDialog
      title="Add a room"
      close={close}
      fields={[idField, nameField]}
      initial={{ id: '', name: '' }}
      schema={newRoomSchema}
      send={async (body) => {
        await request('/admin/rooms', managedRoomSchema, { method: 'POST', body });
      }}
      submit="Add"
      refusals={{ ALREADY_EXISTS: { field: 'id' } }}
    />
  );
}

function RenameRoom({ room, close }: { room: ManagedRoom; close: () => void }) {
  const { request } = useSignedIn();
  return (
    <FormDialog
      title={`Rename ${room.name}`}
      close={close}
      fields={[nameField]}
      initial={{ name: room.name }}
      schema={roomChangeSchema}
      send={async (body) => {
        await request(`/admin/rooms/${room.id}`, managedRoomSchema, { method: 'PATCH', body });
      }}
      submit="Save"
    />
  );
}
