/** Text in a picture. */
import { ink } from './colour.ts';
import { element, escaped } from './element.ts';

export interface WordsOptions {
  /** in pixels. @defaultValue 11 */
  size?: number;
  /** @defaultValue middle */
  anchor?: 'start' | 'middle' | 'end';
  weight?: number;
  colour?: string;
  /** from below to above */
  turned?: boolean;
  /** what a pointer that rests on it is told: the whole of what is shortened */
  title?: string;
}

/** Text at a point. */
export function words(text: string, x: number, y: number, options: WordsOptions = {}): string {
  const { size = 11, anchor = 'middle', weight, colour = ink, turned, title } = options;
  const transform = turned ? `rotate(-90 ${x} ${y})` : undefined;
  const style = { 'font-size': size, 'text-anchor': anchor, 'font-weight': weight, fill: colour };
  const hint = title === undefined ? '' : `<title>${escaped(title)}</title>`;
  return element('text', { x, y, ...style, transform }, hint + escaped(text));
}
