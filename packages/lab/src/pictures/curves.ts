/** Panels of series over epochs or steps. */
import { dataOf, type Picture } from './picture.ts';
import { seriesColour } from './svg/colour.ts';
import { figure } from './svg/figure.ts';
import type { Mark, Numbers } from './svg/mark.ts';
import { type Drawing, panel } from './svg/panel.ts';
import { domainOf, extremes, type ScaleKind } from './svg/scale.ts';

/** Of a picture in a report: readable on a phone, and two beside each other on a desk. */
export const pictureWidth = 450;
export const pictureHeight = 310;

/** One line of a panel. */
export interface Curve {
  name: string;
  x: Numbers;
  y: Numbers;
  /** @defaultValue by its place */
  colour?: string;
  dash?: string;
}

/** What a picture of curves says beside them. */
export interface CurveWords {
  title: string;
  /** what x counts: `epoch` or `step` */
  axis: string;
  /** what y measures, with its unit */
  label?: string;
  /** the name of y in the data. @defaultValue value */
  column?: string;
  /** which values are good: what is better the higher it is stays on a linear axis. @defaultValue neither */
  better?: 'lower' | 'higher';
  /** the curves are of runs that may have diverged: the axes are fitted to those that did not. @defaultValue false */
  mayDiverge?: boolean;
}

/** A curve as a mark: a line, or a point where there is one alone; one without any number says so in its name. */
export function curveMark({ name, x, y, colour, dash }: Curve, i: number): Mark {
  const numbers = y.filter((value) => value !== null && Number.isFinite(value)).length;
  const look = { name: numbers > 0 ? name : `${name} (no finite value)`, colour: colour ?? seriesColour(i) };
  return numbers === 1 ? { kind: 'points', ...look, x, y } : { kind: 'line', ...look, dash, x, y };
}

/** A picture of curves, with `extra` marks (such as the best epoch) on top. */
export function curvePicture(
  words: CurveWords,
  curves: readonly Curve[],
  extra: readonly Mark[] = [],
): Picture {
  return picture(words, [...curves.map(curveMark), ...extra]);
}

/** A picture of one {@link curvePanel}. */
export function picture(words: CurveWords, marks: readonly Mark[]): Picture {
  const { title, axis, column = 'value' } = words;
  const drawing = curvePanel(words, marks);
  return { title, svg: figure([drawing], { label: title }), drawing, data: dataOf(marks, axis, column) };
}

/**
 * The panel of a report: axes that fit the marks, without the first steps where these hide all others, and without what ran away
 * from the rest where runs are compared.
 */
export function curvePanel(
  { title, axis, label, better, mayDiverge }: CurveWords,
  marks: readonly Mark[],
): Drawing {
  const curves = marks.flatMap((mark): { x: Numbers; y: Numbers }[] => {
    if (mark.kind === 'band') return [mark.low, mark.high].map((y) => ({ x: mark.x, y }));
    return mark.kind === 'line' || mark.kind === 'points' ? [mark] : [];
  });
  const values = curves.map(({ y }) => y);
  const calm = calmValues(curves);
  // What is better the higher it is does not run away: far above the others are the best.
  const near = mayDiverge && better !== 'higher' ? withoutRunaways(calm ?? values) : undefined;
  const shown = near ?? calm ?? values;
  const scale = helpfulScale(shown, better);
  const notes = [...(calm ? ['beginning cut off'] : []), ...(near ? ['some curves go on above'] : [])];
  return panel({
    width: pictureWidth,
    height: pictureHeight,
    title: notes.length > 0 ? `${title} (${notes.join('; ')})` : title,
    x: { label: axis, whole: true },
    y: { label, scale, domain: domainOf(scale, ...shown) },
    marks,
  });
}

/**
 * Logarithmic where all values are above 0 and the largest is far from the smallest; of what is better the higher it is (BLEU, shares)
 * never: what distinguishes good values would be drawn smallest.
 */
export function helpfulScale(values: readonly Numbers[], better?: 'lower' | 'higher'): ScaleKind {
  if (better === 'higher') return 'linear';
  const found = extremes('linear', values);
  if (!found || found[0] <= 0) return 'linear';
  const [low, high] = domainOf('log', ...values);
  return high / low > 2.5 ? 'log' : 'linear';
}

// --- internal ---

/**
 * The values after the first twentieth of the axis, where those before it stretch over more than half of the range;
 * undefined where all should be shown.
 */
function calmValues(curves: readonly { x: Numbers; y: Numbers }[]): Numbers[] | undefined {
  const last = domainOf('linear', ...curves.map(({ x }) => x))[1];
  // No curve is cut off whole: its end stays.
  const calm = curves.map(({ x, y }) => y.filter((_, i) => (x[i] ?? 0) > last / 20 || i === y.length - 1));
  const range = (parts: readonly Numbers[]): number => {
    const [low, high] = domainOf('linear', ...parts);
    return high - low;
  };
  const enough = calm.some((part) => part.length >= 20);
  return enough && range(calm) < range(curves.map(({ y }) => y)) / 2 ? calm : undefined;
}

/** A curve ran away where it goes above so many times what the middle one reaches. */
const farAway = 20;

/** Of three and more curves what stays near the middle one; undefined where all does. */
function withoutRunaways(values: readonly Numbers[]): Numbers[] | undefined {
  const found = values.flatMap((part) => {
    const [low, high] = extremes('linear', [part]) ?? [];
    return low === undefined || high === undefined ? [] : [{ low, high }];
  });
  const tops = found.map(({ high }) => high).sort((a, b) => a - b);
  const limit = farAway * tops[Math.floor((tops.length - 1) / 2)];
  const isOrdinary = tops.length < 3 || found.some(({ low }) => low <= 0) || tops[tops.length - 1] <= limit;
  return isOrdinary
    ? undefined
    : values.map((part) => part.filter((value) => value !== null && value <= limit));
}
