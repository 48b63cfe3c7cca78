import { keyPageSchema, keyWithTokenSchema, newKeySchema, type ManagedKey } from '@haven/protocol';
import { z } from 'zod';
import { useSignedIn } from '../session/signed-in.ts';
import { RemoveDialog, SecretDialog } from './dialogs.tsx';
import { ListPage } from './list-page.tsx';
import { Tag } from '../ui/tag.tsx';
import { useList } from './use-list.ts';
import { dateAndTime } from '../ui/words.ts';

const ADVICE = 'A CV worker signs in with it. Lost, it is replaced by a new one.';

export function KeysPage() {
  const list = useList('/admin/cv-keys', keyPageSchema);
  return (
    <ListPage
      title="Keys"
      things="keys"
      intro="CV workers measure pulse, breathing and movement in the pictures, and sign in with a key."
      list={list}
      keyOf={({ id }) => id}
      nameOf={({ name }) => name}
      columns={[
        { name: 'Name', cell: ({ name }) => name },
        { name: 'Since', cell: ({ createdAt }) => dateAndTime(createdAt) },
        {
          name: 'State',
          cell: ({ revokedAt }) =>
            revokedAt === null ? (
              <Tag kind="good">good</Tag>
            ) : (
              <Tag kind="off">revoked {dateAndTime(revokedAt)}</Tag>
            ),
        },
      ]}
      add={{ name: 'Add a key', dialog: (close) => <AddKey close={close} /> }}
      actions={[
        {
          name: 'New key',
          offered: ({ revokedAt }) => revokedAt === null,
          dialog: (key, close) => <RotateKey managed={key} close={close} />,
        },
        {
          name: 'Revoke',
          offered: ({ revokedAt }) => revokedAt === null,
          dialog: ({ id, name }, close) => (
            <RemoveDialog
              title={`Revoke ${name}`}
              path={`/admin/cv-keys/${id}`}
              submit="Revoke the key"
              typed={name}
              close={close}
            >
              <p>
                Workers with this key are cut off within five seconds. Without another worker nothing is
                measured any more: pictures stay, pulse, breathing and their alerts stop.
              </p>
            </RemoveDialog>
          ),
        },
      ]}
    />
  );
}

function AddKey({ close }: { close: () => void }) {
  const { request } = useSignedIn();
  return (
    <SecretDialog
      title="Add a key"
      close={close}
      fields={[
        {
          kind: 'text',
          name: 'name',
          label: 'Name',
          hint: 'Which machine it is for, at most 80 letters.',
          maxLength: 80,
        },
      ]}
      initial={{ name: '' }}
      schema={newKeySchema}
      send={async (body) => {
        const { key, token } = await request('/admin/cv-keys', keyWithTokenSchema, { method: 'POST', body });
        return { name: `Key ${key.name}`, secret: token, advice: ADVICE };
      }}
      submit="Add"
      refusals={{ ALREADY_EXISTS: { field: 'name' } }}
    />
  );
}

function RotateKey({ managed, close }: { managed: ManagedKey; close: () => void }) {
  const { request } = useSignedIn();
  return (
    <SecretDialog
      title={`New key for ${managed.name}`}
      close={close}
      fields={[]}
      initial={{}}
      schema={z.object({})}
      send={async () => {
        const { token } = await request(`/admin/cv-keys/${managed.id}/rotate`, keyWithTokenSchema, {
          method: 'POST',
          body: {},
        });
        return { name: `Key ${managed.name}`, secret: token, advice: ADVICE };
      }}
      submit="Make a new key"
      dangerous
    >
      <p>
        The key that its workers have now is void at once: they stop within five seconds, until they are given
        the new one.
      </p>
    </SecretDialog>
  );
}
