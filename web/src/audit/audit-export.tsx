import { auditExportQuerySchema } from '@haven/protocol';
import { download } from '../core/api.ts';
import { useSignedIn } from '../session/signed-in.ts';
import { Form } from '../ui/form.tsx';

/** Saves a day of the trail as a file of JSON lines, which `npm run audit -- verify` can check elsewhere. */
export function AuditExport({ today }: { today: string }) {
  const { keeper } = useSignedIn();
  return (
    <Form
      fields={[
        { kind: 'date', name: 'day', label: 'Day (UTC)', hint: 'A day such as 2026-11-22.', maxLength: 10 },
      ]}
      initial={{ day: today }}
      schema={auditExportQuerySchema}
      send={async ({ day }) => {
        save(
          await download(`/audit/export?day=${day}`, await keeper.accessToken()),
          `haven-audit-${day}.jsonl`,
        );
      }}
      submit="Save as a file"
    />
  );
}

/** Hands a file to the browser as a download. */
function save(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
