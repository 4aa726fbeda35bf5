/**
 * Pictures in the light and the dark: they carry the light colours, and a style that puts others in their place where a screen asks for dark
 * ones. A file alone, one in a page and one in a document follow by that; on paper, and in programs that know no styles, it is light.
 */
import { faint, ink, muted, palette, shade } from './colour.ts';

/** What is behind everything; white letters on dark fields stay white. */
export const paperClass = 'paper';

/** Of the dark theme; the dashboard's style sheet has the same. */
export const dark = {
  paper: '#16181b',
  shade: '#202327',
  ink: '#e8e8e8',
  muted: '#a9adb2',
  faint: '#33373c',
  accent: '#7cc0ec',
  palette: ['#4ba3e0', '#ff8a3d', '#33c79a', '#e29cc4', '#f0b432', '#8fd0f5', '#c4a26a', '#d8d8d8'],
};

/** The media in which pictures are dark. */
export const isDarkScreen = 'screen and (prefers-color-scheme:dark)';

const pairs = [
  [ink, dark.ink],
  [muted, dark.muted],
  [faint, dark.faint],
  [shade, dark.shade],
  ...palette.map((light, i) => [light, dark.palette[i]]),
];

/** The style of every picture. */
export const themeStyle = `<style>@media ${isDarkScreen}{.${paperClass}{fill:${dark.paper}}${pairs
  .flatMap(([light, instead]) => ['fill', 'stroke'].map((key) => `[${key}="${light}"]{${key}:${instead}}`))
  .join('')}}</style>`;
