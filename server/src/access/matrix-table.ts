import { roleSchema } from '@haven/protocol';
import { ACCESS_MATRIX } from './matrix.ts';

const WHERE = { room: 'their rooms', installation: 'everywhere', machine: 'by token' } as const;

/** The access matrix as the rows of a table in Markdown; docs/access.md holds it. */
export function matrixTable(): string[] {
  const roles = roleSchema.options;
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const head = ['Action', 'What it allows', 'Where', ...roles.map((role) => role.replace('-', ' '))];
  const body = Object.entries(ACCESS_MATRIX).map(([action, { words, scope, roles: allowed }]) =>
    row([
      `\`${action}\``,
      words,
      WHERE[scope],
      ...roles.map((role) => (allowed.includes(role) ? 'yes' : '–')),
    ]),
  );
  return [row(head), row(head.map(() => '---')), ...body];
}
