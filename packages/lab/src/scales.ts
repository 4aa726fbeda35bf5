/** Axes, numbers and colours as all pictures of Lethe have them, and keys as its words have them, for pages: nothing here needs more than a browser. */

export { shortKeys } from './common/short-keys.ts';
export { rampColour, seriesColour } from './pictures/svg/colour.ts';
export {
  domainOf,
  extremes,
  type Scale,
  type ScaleKind,
  scaleOf,
  shortNumber,
  type Tick,
} from './pictures/svg/scale.ts';
