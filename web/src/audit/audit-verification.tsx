import { auditVerificationSchema, auditVerifyQuerySchema, type AuditChainReport } from '@haven/protocol';
import { useState } from 'react';
import type { z } from 'zod';
import { LONG_TIMEOUT_MS } from '../core/api.ts';
import { useSignedIn } from '../session/signed-in.ts';
import controls from '../ui/controls.module.css';
import { Form } from '../ui/form.tsx';
import tables from '../ui/table.module.css';
import { Tag } from '../ui/tag.tsx';
import { exactTime } from './audit-words.ts';

/** Checks the hash chains of a span of days, and says where they do not fit. */
export function AuditVerification({ today }: { today: string }) {
  const { request } = useSignedIn();
  const [result, setResult] = useState<z.infer<typeof auditVerificationSchema> | null>(null);
  return (
    <>
      <Form
        fields={[
          {
            kind: 'date',
            name: 'from',
            label: 'First day (UTC)',
            hint: 'A day such as 2026-11-22.',
            maxLength: 10,
          },
          {
            kind: 'date',
            name: 'to',
            label: 'Last day (UTC)',
            hint: 'At most 92 days in all.',
            maxLength: 10,
          },
        ]}
        initial={{ from: today, to: today }}
        schema={auditVerifyQuerySchema}
        send={async ({ from, to }) => {
          setResult(null);
          const path = `/audit/verify?from=${from}&to=${to}`;
          setResult(await request(path, auditVerificationSchema, { timeoutMs: LONG_TIMEOUT_MS }));
        }}
        submit="Verify"
      />
      <div role="status">
        {result !== null && (
          <p className={result.ok ? controls.notice : controls.error} data-testid="audit-verdict">
            {result.ok
              ? `Nothing was changed: ${result.chains.length} chains fit, checked ${exactTime(result.checkedAt)}.`
              : 'The trail was changed. Each place is below. Keep the installation as it is and tell whoever is responsible.'}
          </p>
        )}
      </div>
      {result !== null && result.beforeChains > 0 && (
        <p className={controls.soft}>
          {result.beforeChains} older lines were written before there were chains: whether they were changed
          cannot be told.
        </p>
      )}
      {result !== null && result.chains.length > 0 && (
        <div className={tables.scroll} role="region" aria-label="Chains" tabIndex={0}>
          <table className={tables.table}>
            <thead>
              <tr>
                <th scope="col">Day</th>
                <th scope="col">Server</th>
                <th scope="col">Lines</th>
                <th scope="col">Closed</th>
                <th scope="col">Result</th>
              </tr>
            </thead>
            <tbody>
              {result.chains.map((chain) => (
                <tr key={`${chain.day} ${chain.node}`}>
                  <td>{chain.day}</td>
                  <td>{chain.node}</td>
                  <td>{chain.lines}</td>
                  <td>{chain.closed ? 'yes' : 'not yet'}</td>
                  <td>
                    <Problems chain={chain} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function Problems({ chain: { problems } }: { chain: AuditChainReport }) {
  if (problems.length === 0) return <Tag kind="good">fits</Tag>;
  return (
    <ul>
      {problems.map(({ kind, sequence, message }) => (
        <li key={`${kind} ${sequence ?? ''}`}>
          <Tag kind="warning">{sequence === null ? kind : `${kind} at line ${sequence}`}</Tag> {message}
        </li>
      ))}
    </ul>
  );
}
