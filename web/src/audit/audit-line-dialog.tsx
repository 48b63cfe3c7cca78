import type { AuditLine } from '@haven/protocol';
import controls from '../ui/controls.module.css';
import { Dialog } from '../ui/dialog.tsx';
import { exactTime } from './audit-words.ts';
import styles from './audit.module.css';

function placeOf({ node, day, sequence }: AuditLine): string {
  if (node === null || sequence === null) return 'written before there were chains';
  return `line ${sequence} of ${node}, ${day ?? ''} (UTC)`;
}

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
    ['How often', line.count === 1 ? 'once' : `${line.count} times within a minute`],
    ['Place in the chain', placeOf(line)],
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
