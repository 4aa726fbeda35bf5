/**
 * Colours that people with any colour vision tell apart: lines in the palette of M. Okabe and K. Ito ("Color
 * universal design", 2008), fields on a ramp whose lightness falls evenly in the colour space OKLab (B. Ottosson,
 * 2020), so that it survives a black and white print.
 */

export const ink = '#1f1f1f';
export const muted = '#5a5a5a';
export const faint = '#e4e4e4';
/** of a field that stands out from the paper by a hair */
export const shade = '#f1f1f1';

export const palette = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#8a6d3b',
  '#000000',
];

/** The colour of the i-th series; after eight they begin again. */
export function seriesColour(i: number): string {
  return palette[i % palette.length];
}

/** The colour at t in [0, 1]: from a pale yellow over green to a dark blue. */
export function rampColour(t: number): string {
  const at = Math.min(1, Math.max(0, t));
  const lightness = 0.97 - 0.62 * at;
  const chroma = 0.05 + 0.2 * at * (1 - at) + 0.05 * at;
  return oklch(lightness, chroma, 105 + 165 * at);
}

/** What is easier to read on the ramp at t, which no theme changes: white or nearly black. */
export function overRamp(t: number): string {
  return t > 0.5 ? '#ffffff' : '#111111';
}

// --- internal ---

/** Lightness, chroma and hue in degrees as #rrggbb. */
function oklch(lightness: number, chroma: number, degrees: number): string {
  const a = chroma * Math.cos((degrees * Math.PI) / 180);
  const b = chroma * Math.sin((degrees * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channels = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return `#${channels.map((channel) => byte(channel).toString(16).padStart(2, '0')).join('')}`;
}

/** A linear channel in the curve of sRGB, cut to what a screen has. */
function byte(linear: number): number {
  const x = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055));
}
