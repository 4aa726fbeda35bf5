/** SVG to PNG, with letters of the DejaVu fonts that come along: the same picture on every machine. */
import { Resvg } from '@resvg/resvg-js';
import { fontFile, fontName } from './fonts.ts';

/**
 * The picture as a PNG file.
 * @param zoom pixels of the file for one of the picture
 */
export function pngOf(svg: string, zoom = 2): Uint8Array {
  const fontFiles = [fontFile('regular'), fontFile('bold')];
  const fonts = { loadSystemFonts: false, fontFiles, defaultFontFamily: fontName };
  return new Resvg(svg, {
    font: { ...fonts, sansSerifFamily: fontName },
    fitTo: { mode: 'zoom', value: zoom },
    background: '#ffffff',
  })
    .render()
    .asPng();
}
