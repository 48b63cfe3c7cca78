import {
  devicePageSchema,
  deviceWithTokenSchema,
  newDeviceSchema,
  patientListSchema,
  patientPageSchema,
  type ManagedDevice,
} from '@haven/protocol';
import { useCallback } from 'react';
import { z } from 'zod';
import { useSignedIn } from '../session/signed-in.ts';
import type { Option } from '../ui/form-field.tsx';
import { useLoaded } from '../ui/use-loaded.ts';
import { RemoveDialog, SecretDialog } from './dialogs.tsx';
import { ListPage } from './list-page.tsx';
import { Tag } from '../ui/tag.tsx';
import { useList } from './use-list.ts';
import { dateAndTime } from '../ui/words.ts';

const ADVICE = 'The device needs it to send its patient’s picture. Lost, it is replaced by a new one.';

export function DevicesPage() {
  const list = useList('/admin/devices', devicePageSchema);
  return (
    <ListPage
      title="Devices"
      things="devices"
      intro="A device sends one patient’s picture, and proves with its token that it may."
      list={list}
      keyOf={({ id }) => id}
      nameOf={({ name, patientId }) => `${name} of ${patientId}`}
      columns={[
        { name: 'Name', cell: ({ name }) => name },
        { name: 'Patient', cell: ({ patientId }) => patientId },
        { name: 'Since', cell: ({ createdAt }) => dateAndTime(createdAt) },
        { name: 'State', cell: (device) => <DeviceState device={device} /> },
      ]}
      add={{ name: 'Add a device', dialog: (close) => <AddDevice close={close} /> }}
      actions={[
        {
          name: 'New token',
          offered: ({ revokedAt }) => revokedAt === null,
          dialog: (device, close) => <RotateToken device={device} close={close} />,
        },
        {
          name: 'Revoke',
          offered: ({ revokedAt }) => revokedAt === null,
          dialog: ({ id, name, patientId }, close) => (
            <RemoveDialog
              title={`Revoke ${name} of ${patientId}`}
              path={`/admin/devices/${id}`}
              submit="Revoke the token"
              close={close}
            >
              <p>
                The device is cut off within five seconds and cannot come back; the patient is no longer seen
                unless another device sends. What it recorded stays.
              </p>
            </RemoveDialog>
          ),
        },
      ]}
    />
  );
}

function DeviceState({ device: { revokedAt, connected } }: { device: ManagedDevice }) {
  if (revokedAt !== null) return <Tag kind="off">revoked {dateAndTime(revokedAt)}</Tag>;
  return connected ? <Tag kind="good">connected</Tag> : <Tag kind="warning">not connected</Tag>;
}

function AddDevice({ close }: { close: () => void }) {
  const { request } = useSignedIn();
  const patients = useKnownPatients();
  return (
    <SecretDialog
      title="Add a device"
      close={close}
      fields={[
        {
          kind: 'text',
          name: 'patientId',
          label: 'Patient’s id',
          hint: 'Whose picture it sends, such as P-101.',
          maxLength: 32,
          suggestions: patients,
        },
        {
          kind: 'text',
          name: 'name',
          label: 'Name',
          hint: 'What it is and where it hangs, such as “Bed 3, left”.',
          maxLength: 80,
        },
      ]}
      initial={{ patientId: '', name: '' }}
      schema={newDeviceSchema}
      send={async (body) => {
        const { device, token } = await request('/admin/devices', deviceWithTokenSchema, {
          method: 'POST',
          body,
        });
        return { name: `Token of ${device.name}`, secret: token, advice: ADVICE };
      }}
      submit="Add"
      refusals={{ PATIENT_UNKNOWN: { field: 'patientId' } }}
    />
  );
}

function RotateToken({ device, close }: { device: ManagedDevice; close: () => void }) {
  const { request } = useSignedIn();
  return (
    <SecretDialog
      title={`New token for ${device.name}`}
      close={close}
      fields={[]}
      initial={{}}
      schema={z.object({})}
      send={async () => {
        const answer = await request(`/admin/devices/${device.id}/rotate`, deviceWithTokenSchema, {
          method: 'POST',
          body: {},
        });
        return { name: `Token of ${device.name}`, secret: answer.token, advice: ADVICE };
      }}
      submit="Make a new token"
      dangerous
    >
      <p>
        The token that it has now is void at once: the device stops within five seconds, until it is given the
        new one.
      </p>
    </SecretDialog>
  );
}

/** Patients that the user may know of, to choose from; the id can be typed as well. */
function useKnownPatients(): readonly Option[] {
  const { request, status } = useSignedIn();
  const manages = status?.actions.includes('patient:manage') === true;
  const read = useCallback(async () => {
    const found = manages
      ? (await request('/admin/patients?limit=200', patientPageSchema)).items
      : (await request('/patients', patientListSchema)).patients;
    return found.map(({ id, name }) => ({ value: id, name }));
  }, [request, manages]);
  return useLoaded(read).value ?? [];
}
