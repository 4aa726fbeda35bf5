/**
 * How wide a text is, by the advance widths of the font that PNG files are drawn with. DejaVu Sans is wider than the fonts that
 * a browser takes first, so what has room here has room there.
 */
import fs from 'node:fs';
import { fontFile } from './fonts.ts';

/** The width in pixels of one line of text. */
export function textWidth(text: string, size: number, face: 'regular' | 'bold' = 'regular'): number {
  faces[face] ??= readFace(fontFile(face));
  const { advance } = faces[face];
  let width = 0;
  for (const character of text) width += advance(character.codePointAt(0)!);
  return width * size;
}

/**
 * The text in lines of at most `width` pixels: broken behind the spaces, commas and signs of methods and paths, in the middle of
 * a word only where it is longer than a line.
 */
export function wrapped(text: string, width: number, size: number, face?: 'regular' | 'bold'): string[] {
  const fits = (line: string): boolean => textWidth(line.trimEnd(), size, face) <= width;
  const lines: string[] = [];
  let line = '';
  const put = (piece: string): void => {
    if (fits(line + piece)) {
      line += piece;
      return;
    }
    if (line !== '') lines.push(line.trimEnd());
    line = '';
    for (const character of piece) {
      if (line !== '' && !fits(line + character)) {
        lines.push(line);
        line = '';
      }
      line += character;
    }
  };
  for (const piece of text.match(/[^\s,;:+/|]*[\s,;:+/|]+|[^\s,;:+/|]+/g) ?? []) put(piece);
  return line.trim() === '' && lines.length > 0 ? lines : [...lines, line.trimEnd()];
}

/**
 * Texts of at most `longest` characters each, shortened in their middles. Different texts stay different: where shortening would
 * make two alike, as much more of all is kept as tells them apart.
 */
export function shortened(texts: readonly string[], longest: number): string[] {
  const different = new Set(texts).size;
  const characters = texts.map((text) => [...text]);
  const most = characters.reduce((most, { length }) => Math.max(most, length), longest);
  for (let room = longest; ; room = Math.min(most, Math.ceil(room * 1.5))) {
    const short = characters.map((all) => middleCut(all, room));
    if (room >= most || new Set(short).size === different) return short;
  }
}

// --- internal ---

interface Face {
  /** of a code point, in units of the font size */
  advance(codePoint: number): number;
}

const faces: { regular?: Face; bold?: Face } = {};

function middleCut(characters: readonly string[], room: number): string {
  if (characters.length <= room) return characters.join('');
  const begin = Math.ceil((room - 1) / 2);
  const end = room - 1 - begin;
  return `${characters.slice(0, begin).join('')}…${end > 0 ? characters.slice(-end).join('') : ''}`;
}

/**
 * The tables head, hhea, hmtx and cmap (format 12) of a TrueType font (OpenType specification 1.9). A character that the font does not have
 * counts as a full square: that is what most of them are in the font that a browser takes instead.
 */
function readFace(file: string): Face {
  const font = fs.readFileSync(file);
  const table = (tag: string): number => {
    for (let i = 0; i < font.readUInt16BE(4); i++) {
      const record = 12 + 16 * i;
      if (font.toString('latin1', record, record + 4) === tag) return font.readUInt32BE(record + 8);
    }
    throw new Error(`${file} has no table ${tag}`);
  };
  const unitsPerEm = font.readUInt16BE(table('head') + 18);
  const metrics = font.readUInt16BE(table('hhea') + 34);
  const hmtx = table('hmtx');
  const width = (glyph: number): number =>
    font.readUInt16BE(hmtx + 4 * Math.min(glyph, metrics - 1)) / unitsPerEm;
  const glyphOf = charactersOf(font, table('cmap'));
  const known = new Map<number, number>();
  return {
    advance(codePoint) {
      let found = known.get(codePoint);
      if (found === undefined) {
        const glyph = glyphOf(codePoint);
        found = glyph === 0 ? 1 : width(glyph);
        known.set(codePoint, found);
      }
      return found;
    },
  };
}

/** The glyph of a code point, 0 where there is none. */
function charactersOf(font: Buffer, cmap: number): (codePoint: number) => number {
  for (let i = 0; i < font.readUInt16BE(cmap + 2); i++) {
    const at = cmap + font.readUInt32BE(cmap + 4 + 8 * i + 4);
    if (font.readUInt16BE(at) !== 12) continue;
    const groups = font.readUInt32BE(at + 12);
    return (codePoint) => {
      for (let g = 0; g < groups; g++) {
        const [first, last] = [font.readUInt32BE(at + 16 + 12 * g), font.readUInt32BE(at + 20 + 12 * g)];
        if (codePoint >= first && codePoint <= last) {
          return font.readUInt32BE(at + 24 + 12 * g) + codePoint - first;
        }
      }
      return 0;
    };
  }
  throw new Error('expected a font with a character map of format 12');
}
