import type { AuditLine } from '@haven/protocol';
import controls from '../ui/controls.module.css';
import { Dialog } from '../ui/dialog.tsx';
import { exactTime, utcDay } from './audit-words.ts';
import styles from './audit.module.css';

/** Everything about one line, and its place in the chain. */
export function AuditLineDialog({ line, onClose }: { line: AuditLine; onClose: () => void }) {
  const facts: [string, string | null][] = [
    ['When', `${exactTime(line.at)} (${new Date(line.at).toISOString()})`],
    ['Who', line.actorName === null ? line.actor : `${line.actorName} (${line.actor})`],
    ['Action', line.action],
    ['What', line.subject],
    ['Result', line.code === null ? line.result : `${line.result}: ${line.code}`],
    ['Reason given', line.reason],
    ['From where', line.address],
    ['Place in the chain', `line ${line.sequence} of ${line.node}, ${utcDay(line.at)} (UTC)`],
    ['Id', line.id],
    ['Hash', line.hash],
  ];
  return (
    <Dialog title="Line of the audit trail" onClose={onClose}>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value ?? 'none'}</dd>
          </div>
        ))}
      </dl>
      <button type="button" className={controls.primary} onClick={onClose}>
        Close
      </button>
    </Dialog>
  );
}
