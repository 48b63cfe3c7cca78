/**
 * Columns of text under their names, each as wide as its widest cell.
 *
 * @param words columns of words, which begin at the left; numbers end at the right
 */
export function textTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  words = 1,
): string {
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column].length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column < words ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd();
  return [line(header), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}

export function decimal(value: number | null, digits = 2): string {
  return value === null ? '–' : value.toFixed(digits);
}

export function percent(value: number | null): string {
  return value === null ? '–' : `${(value * 100).toFixed(1)} %`;
}
