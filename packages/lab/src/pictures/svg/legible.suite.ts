/** For tests: whether all that is written in a picture can be read, measured by the renderer of PNG files itself. */
import { Resvg } from '@resvg/resvg-js';
import { fontFile, fontName } from './fonts.ts';

/** A text of a picture and the box around its ink, in pixels of the picture. */
export interface WrittenText {
  text: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** All texts of a picture, in order. */
export function textsOf(svg: string): WrittenText[] {
  const [, size] = /viewBox="0 0 ([\d.]+ [\d.]+)"/.exec(svg)!;
  const [width, height] = size.split(' ').map(Number);
  const texts: WrittenText[] = [];
  // Texts are cut out whole and rendered alone, within the groups around them.
  const open: string[] = [];
  for (const match of svg.matchAll(
    /<text[^>]*>(?:<title>[^<]*<\/title>)?([^<]*)<\/text>|<(\/?)g\b([^>]*)>/g,
  )) {
    const [whole, text, closing, attributes] = match;
    if (text === undefined) {
      if (closing) open.pop();
      else if (!whole.endsWith('/>')) open.push(/transform="([^"]*)"/.exec(attributes)?.[1] ?? '');
      continue;
    }
    const around = open.map((transform) => `<g transform="${transform}">`).join('');
    // Far from the edges, so that nothing is cut off before it is measured.
    const alone = `<svg xmlns="http://www.w3.org/2000/svg" width="${width + 2000}" height="${height + 2000}" viewBox="-1000 -1000 ${width + 2000} ${height + 2000}" font-family="${fontName}">${around}${whole}${'</g>'.repeat(open.length)}</svg>`;
    const box = new Resvg(alone, {
      font: {
        loadSystemFonts: false,
        fontFiles: [fontFile('regular'), fontFile('bold')],
        defaultFontFamily: fontName,
      },
    }).innerBBox();
    if (!box) continue;
    const { x: left, y: top } = box;
    texts.push({ text: plain(text), left, top, right: left + box.width, bottom: top + box.height });
  }
  return texts;
}

/** What a reader would object to, in words: texts outside of the picture, texts on each other, numbers that are none. */
export function objections(svg: string): string[] {
  const [, size] = /viewBox="0 0 ([\d.]+ [\d.]+)"/.exec(svg)!;
  const [width, height] = size.split(' ').map(Number);
  const texts = textsOf(svg);
  const found: string[] = [];
  const slack = 0.6; // smoothing of edges
  for (const [i, one] of texts.entries()) {
    const { text, left, right, top, bottom } = one;
    if (left < -slack || top < -slack || right > width + slack || bottom > height + slack) {
      found.push(`'${text}' leaves the picture: ${[left, top, right, bottom].map(Math.round)} of ${size}`);
    }
    for (const other of texts.slice(0, i)) {
      const across = Math.min(right, other.right) - Math.max(left, other.left);
      const down = Math.min(bottom, other.bottom) - Math.max(top, other.top);
      if (across > slack && down > slack) found.push(`'${text}' lies on '${other.text}'`);
    }
  }
  const wrong = /="[^"]*\b(NaN|Infinity|undefined|null)\b[^"]*"/.exec(svg.replace(/aria-label="[^"]*"/g, ''));
  if (wrong) found.push(`a coordinate is no number: ${wrong[0].slice(0, 80)}`);
  return found;
}

// --- internal ---

function plain(text: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };
  return text.replace(/&(amp|lt|gt|quot);/g, (_, name) => entities[name]);
}
