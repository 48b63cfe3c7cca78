import { auditPageSchema, type AuditLine } from '@haven/protocol';
import { useState } from 'react';
import controls from '../ui/controls.module.css';
import { Pager } from '../ui/pager.tsx';
import tables from '../ui/table.module.css';
import { Tag } from '../ui/tag.tsx';
import { usePages } from '../ui/use-pages.ts';
import { AuditFilterForm } from './audit-filter.tsx';
import { AuditLineDialog } from './audit-line-dialog.tsx';
import { Problem } from '../ui/problem.tsx';
import { exactTime, NO_FILTER, queryOf, type AuditFilter } from './audit-words.ts';

/** The trail itself, newest line first. */
export function AuditLines() {
  const [filter, setFilter] = useState<AuditFilter>(NO_FILTER);
  const [opened, setOpened] = useState<AuditLine | null>(null);
  const pages = usePages('/audit/search', auditPageSchema, 'cursor', queryOf(filter));
  const { answer, problem, loading, reload, restart } = pages;
  const search = (changed: AuditFilter) => {
    setFilter(changed);
    restart();
  };
  return (
    <>
      <AuditFilterForm filter={filter} onChange={search} onClear={() => search(NO_FILTER)} />
      <Problem words={problem} role="alert" onRetry={reload} />
      {answer !== null && answer.lines.length > 0 && (
        <div className={tables.scroll} role="region" aria-label="Lines" tabIndex={0}>
          <table className={tables.table} aria-busy={loading}>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">Action</th>
                <th scope="col">What</th>
                <th scope="col">Result</th>
                <th scope="col">Reason</th>
                <th scope="col">Details</th>
              </tr>
            </thead>
            <tbody>
              {answer.lines.map((line) => (
                <tr key={line.id}>
                  <td>{exactTime(line.at)}</td>
                  <td>{line.actorName ?? line.actor}</td>
                  <td>
                    {line.action}
                    {line.count > 1 && ` (${line.count} times)`}
                  </td>
                  <td>{line.subject}</td>
                  <td>
                    <Tag kind={line.result === 'done' ? 'off' : 'warning'}>{line.code ?? line.result}</Tag>
                  </td>
                  <td>{line.reason}</td>
                  <td>
                    <button
                      type="button"
                      className={controls.button}
                      aria-label={`Details of ${line.action} at ${exactTime(line.at)}`}
                      onClick={() => setOpened(line)}
                    >
                      Details
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className={tables.foot}>
        <p role="status">
          {answer === null
            ? problem === null && 'Loading …'
            : answer.lines.length === 0
              ? 'No line matches.'
              : `${answer.lines.length} lines`}
        </p>
        <button type="button" className={controls.button} onClick={reload}>
          Read again
        </button>
        <Pager pages={pages} things="lines" previous="Newer" next="Older" />
      </div>
      {opened !== null && <AuditLineDialog line={opened} onClose={() => setOpened(null)} />}
    </>
  );
}
