/** The fonts that PNG files are drawn with and that pictures are laid out by: two files that come along, in a checkout those of their package. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { packageRoot } from '../../common/package-root.ts';

export const fontName = 'DejaVu Sans';

/** The file of the regular or of the bold face. */
export function fontFile(face: 'regular' | 'bold'): string {
  const name = face === 'bold' ? 'DejaVuSans-Bold' : 'DejaVuSans';
  const packed = path.join(packageRoot, 'fonts', `${name}.ttf`);
  if (fs.existsSync(packed)) return packed;
  return createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`);
}
