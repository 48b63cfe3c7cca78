/** What is looked for, as the form has it; empty texts are no condition. */
export type AuditFilter = {
  /** Local date and time as the browser's field writes them, such as `2026-11-22T14:05`. */
  since: string;
  until: string;
  actor: string;
  action: string;
  subject: string;
  result: string;
};
export const NO_FILTER: AuditFilter = {
  since: '',
  until: '',
  actor: '',
  action: '',
  subject: '',
  result: '',
};

/** Lines of a page. */
const LINES = 100;

/** The request's query: without what was left empty. */
export function queryOf({ since, until, ...texts }: AuditFilter): Record<string, string> {
  const query: Record<string, string> = { limit: String(LINES) };
  for (const [name, written] of Object.entries({ since, until })) {
    const at = Date.parse(written);
    if (!Number.isNaN(at)) query[name] = String(at);
  }
  for (const [name, text] of Object.entries(texts)) if (text.trim() !== '') query[name] = text.trim();
  return query;
}

const timeFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** With seconds, such as `22 Nov 2026, 14:05:09`. */
export function exactTime(at: number): string {
  return timeFormat.format(at);
}

/** The day in UTC, by which the trail is divided: `2026-11-22`. */
export function utcDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
