/** Panels side by side as one SVG picture. */
import { ink } from './colour.ts';
import { element, escaped } from './element.ts';
import type { Drawing } from './panel.ts';
import { paperClass, themeStyle } from './theme.ts';
import { words } from './words.ts';

/** Fonts that nearly every machine has one of; the last is the one that PNG files are drawn with. */
export const fontFamily = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

export interface FigureOptions {
  title?: string;
  /** the picture in a few words, for those who do not see it */
  label: string;
  /** all that there is to say about it */
  description?: string;
  /** panels in a row. @defaultValue all */
  columns?: number;
}

/** One SVG document with the panels in rows. */
export function figure(panels: readonly Drawing[], options: FigureOptions): string {
  const { title, label, description, columns = panels.length } = options;
  const head = title === undefined ? 0 : 30;
  const rows = Array.from({ length: Math.ceil(panels.length / columns) }, (_, r) =>
    panels.slice(r * columns, (r + 1) * columns),
  );
  const width = Math.max(...rows.map((row) => row.reduce((sum, { width }) => sum + width, 0)));
  let y = head;
  const placed = rows.map((row) => {
    let x = 0;
    const drawn = row.map((drawing) => {
      const group = element('g', { transform: `translate(${x} ${y})` }, drawing.body);
      x += drawing.width;
      return group;
    });
    y += Math.max(...row.map(({ height }) => height));
    return drawn.join('\n');
  });
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height: y,
      viewBox: `0 0 ${width} ${y}`,
      role: 'img',
      'aria-label': label,
      'font-family': fontFamily,
      fill: ink,
    },
    ...(description === undefined ? [] : [`<desc>${escaped(description)}</desc>`]),
    themeStyle,
    element('rect', { class: paperClass, width, height: y, fill: '#ffffff' }),
    ...(title === undefined ? [] : [words(title, width / 2, 21, { size: 15, weight: 600 })]),
    '\n',
    ...placed,
    '\n',
  );
}
