import { useState } from 'react';
import { useSignedIn } from '../session/signed-in.ts';
import controls from '../ui/controls.module.css';
import { Page } from '../ui/page.tsx';
import { AuditExport } from './audit-export.tsx';
import { AuditLines } from './audit-lines.tsx';
import { AuditVerification } from './audit-verification.tsx';
import { utcDay } from './audit-words.ts';
import styles from './audit.module.css';

/** For auditors: who did what, whether the trail is whole, and a day of it as a file. */
export function AuditPage() {
  const { watch } = useSignedIn();
  const [today] = useState(() => utcDay(watch.now()));
  return (
    <Page title="Audit trail">
      <p className={controls.soft}>
        Who did what to what, when, from where, with what result. Looking at it is recorded as well.
      </p>
      <details className={styles.tool}>
        <summary>Verify that nothing was changed</summary>
        <AuditVerification today={today} />
      </details>
      <details className={styles.tool}>
        <summary>Export a day</summary>
        <AuditExport today={today} />
      </details>
      <AuditLines />
    </Page>
  );
}
