/** The fonts that PNG files are drawn with and that pictures are laid out by; they come along as a package. */
import { createRequire } from 'node:module';

export const fontName = 'DejaVu Sans';

/** The file of the regular or of the bold face. */
export function fontFile(face: 'regular' | 'bold'): string {
  const name = face === 'bold' ? 'DejaVuSans-Bold' : 'DejaVuSans';
  return createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`);
}
