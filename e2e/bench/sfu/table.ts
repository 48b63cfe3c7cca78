const NAME_WIDTH = 34;
const CELL_WIDTH = 12;

export const say = (line: string) => process.stdout.write(`${line}\n`);

/** One line of a table. */
export function row(name: string, ...cells: string[]): void {
  say(`  ${name.padEnd(NAME_WIDTH)}${cells.map((cell) => ` ${cell.padStart(CELL_WIDTH)}`).join('')}`);
}

/** Rows of a name and a text. */
export function list(rows: readonly (readonly [string, string])[]): void {
  for (const [name, text] of rows) say(`  ${name.padEnd(NAME_WIDTH)} ${text}`);
}
