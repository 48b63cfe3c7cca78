import { COLOURS, FONT, FONT_SIZE } from './style.ts';
import { element, text } from './svg.ts';

const TITLE_HEIGHT = 44;
const PADDING = 12;

export type Part = { height: number; draw: (size: { width: number; height: number }) => string };

/** A whole picture as an SVG document: panels one below the other under a title, on white. */
export function figure(title: string, width: number, parts: readonly Part[]): string {
  let top = TITLE_HEIGHT;
  const panels = parts.map(({ height, draw }) => {
    const drawn = element('g', { transform: `translate(0,${String(top)})` }, draw({ width, height }));
    top += height + PADDING;
    return drawn;
  });
  const content = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height: top,
      viewBox: `0 0 ${String(width)} ${String(top)}`,
      'font-family': FONT,
      role: 'img',
    },
    element('rect', { width, height: top, fill: COLOURS.background }),
    text(title, { x: 20, y: 28, 'font-size': FONT_SIZE.title + 3, 'font-weight': 600, fill: COLOURS.ink }),
    ...panels,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${content}\n`;
}
