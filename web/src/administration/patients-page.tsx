import {
  analysisModeSchema,
  managedPatientSchema,
  newPatientSchema,
  patientChangeSchema,
  patientPageSchema,
  type ManagedPatient,
  type PublicSettings,
} from '@haven/protocol';
import { MODE_WORDS } from '../core/analysis-words.ts';
import { useSignedIn } from '../session/signed-in.ts';
import type { FieldDefinition } from '../ui/form-field.tsx';
import { FormDialog, RemoveDialog } from './dialogs.tsx';
import { ListPage } from './list-page.tsx';
import { Tag } from '../ui/tag.tsx';
import { useAllRooms } from './use-all-rooms.ts';
import { useList } from './use-list.ts';

const nameField: FieldDefinition = {
  kind: 'text',
  name: 'name',
  label: 'Name',
  hint: 'As on the wall, at most 80 letters.',
  maxLength: 80,
};
const bedField: FieldDefinition = {
  kind: 'text',
  name: 'bed',
  label: 'Bed',
  hint: 'Such as 3 or 3b, at most 20 letters.',
  maxLength: 20,
};

const modeField: FieldDefinition = {
  kind: 'choice',
  name: 'analysisMode',
  label: 'Analysis',
  hint: 'What is measured, in force within five seconds. Off: the picture is shown and nothing is measured.',
  options: analysisModeSchema.options.map((mode) => ({ value: mode, name: MODE_WORDS[mode] })),
};

export function PatientsPage({ settings }: { settings: PublicSettings | null }) {
  const list = useList('/admin/patients', patientPageSchema);
  return (
    <ListPage
      title="Patients"
      things="patients"
      intro="Who lies in which bed. Moving a patient or taking one away is refused while a device sends their picture."
      list={list}
      keyOf={({ id }) => id}
      nameOf={({ id }) => id}
      columns={[
        { name: 'Id', cell: ({ id }) => id },
        { name: 'Name', cell: ({ name }) => name },
        { name: 'Room', cell: ({ roomId }) => roomId },
        { name: 'Bed', cell: ({ bed }) => bed },
        {
          name: 'Analysis',
          cell: ({ analysisMode }) => (
            <Tag kind={analysisMode === 'both' ? 'good' : 'off'}>{MODE_WORDS[analysisMode]}</Tag>
          ),
        },
        { name: 'Devices', cell: ({ devices }) => devices },
        {
          name: 'Picture',
          cell: ({ streaming }) =>
            streaming === null ? (
              <Tag kind="off">none</Tag>
            ) : (
              <Tag kind="good">{streaming === 'synthetic' ? 'SIMULATED' : streaming}</Tag>
            ),
        },
      ]}
      add={{
        name: 'Admit a patient',
        dialog: (close) => <AdmitPatient settings={settings} close={close} />,
      }}
      actions={[
        { name: 'Edit', dialog: (patient, close) => <EditPatient patient={patient} close={close} /> },
        {
          name: 'Discharge',
          dialog: ({ id, name }, close) => (
            <RemoveDialog
              title={`Discharge ${name} (${id})`}
              path={`/admin/patients/${encodeURIComponent(id)}`}
              submit="Discharge the patient"
              typed={id}
              close={close}
            >
              <p>
                The patient leaves the wall, their alert limits go, and the tokens of their devices are
                revoked. Vitals, alerts and the audit trail stay for as long as records are kept.
              </p>
            </RemoveDialog>
          ),
        },
      ]}
    />
  );
}

function useRoomField(): FieldDefinition {
  const rooms = useAllRooms();
  const none = { value: '', name: 'Choose a room' };
  return {
    kind: 'choice',
    name: 'roomId',
    label: 'Room',
    hint: 'Where the patient lies.',
    options: [none, ...rooms],
  };
}

function AdmitPatient({ settings, close }: { settings: PublicSettings | null; close: () => void }) {
  const { request } = useSignedIn();
  const pattern = settings === null ? null : new RegExp(settings.patientIdPattern);
  const schema =
    pattern === null
      ? newPatientSchema
      : newPatientSchema.extend({ id: newPatientSchema.shape.id.regex(pattern) });
  const idField: FieldDefinition = {
    kind: 'text',
    name: 'id',
    label: 'Id',
    hint: `The form that this installation uses${pattern?.test('P-101') === true ? ', such as P-101' : `: ${pattern?.source ?? ''}`}. It never changes.`,
    maxLength: 32,
  };
  return (
    <FormDialog
      title="Admit a patient"
      close={close}
      fields={[idField, nameField, useRoomField(), bedField, modeField]}
      initial={{ id: '', name: '', roomId: '', bed: '', analysisMode: 'both' }}
      schema={schema}
      send={async (body) => {
        await request('/admin/patients', managedPatientSchema, { method: 'POST', body });
      }}
      submit="Admit"
      refusals={{ ROOM_UNKNOWN: { field: 'roomId' } }}
    />
  );
}

function EditPatient({ patient, close }: { patient: ManagedPatient; close: () => void }) {
  const { request } = useSignedIn();
  const { id, name, roomId, bed, analysisMode } = patient;
  return (
    <FormDialog
      title={`Edit ${name} (${id})`}
      close={close}
      fields={[nameField, useRoomField(), bedField, modeField]}
      initial={{ name, roomId, bed, analysisMode }}
      schema={patientChangeSchema}
      send={async (body) => {
        await request(`/admin/patients/${encodeURIComponent(id)}`, managedPatientSchema, {
          method: 'PATCH',
          body,
        });
      }}
      submit="Save"
      refusals={{ ROOM_UNKNOWN: { field: 'roomId' }, ALREADY_EXISTS: { field: 'bed' } }}
    />
  );
}
