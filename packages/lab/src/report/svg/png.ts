/** SVG to PNG, with letters of the DejaVu fonts that come along: the same picture on every machine. */
import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';

/**
 * The picture as a PNG file.
 * @param zoom pixels of the file for one of the picture
 */
export function pngOf(svg: string, zoom = 2): Uint8Array {
  const fonts = { loadSystemFonts: false, fontFiles: fontFiles(), defaultFontFamily: family };
  return new Resvg(svg, {
    font: { ...fonts, sansSerifFamily: family },
    fitTo: { mode: 'zoom', value: zoom },
    background: '#ffffff',
  })
    .render()
    .asPng();
}

// --- internal ---

const family = 'DejaVu Sans';

function fontFiles(): string[] {
  const { resolve } = createRequire(import.meta.url);
  return ['DejaVuSans', 'DejaVuSans-Bold'].map((name) => resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`));
}
