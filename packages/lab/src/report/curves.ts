/** Panels of series over epochs or steps. */
import { seriesColour } from './svg/colour.ts';
import { figure } from './svg/figure.ts';
import type { Mark, Numbers } from './svg/marks.ts';
import { type Drawing, panel } from './svg/panel.ts';
import { domainOf, type ScaleKind } from './svg/scale.ts';

/** Of a picture in a report: readable on a phone, and two beside each other on a desk. */
export const pictureWidth = 450;

/** One line of a panel. */
export interface Curve {
  name: string;
  x: Numbers;
  y: Numbers;
  /** @defaultValue by its place */
  colour?: string;
}

/** A picture of curves as SVG, with `extra` marks (such as the best epoch) on top. */
export function curvePicture(
  title: string,
  axis: string,
  curves: readonly Curve[],
  extra: readonly Mark[] = [],
): string {
  const marks = curves.map(({ name, x, y, colour }, i): Mark => {
    const look = { name, x, y, colour: colour ?? seriesColour(i) };
    return x.length > 1 ? { kind: 'line', ...look } : { kind: 'points', ...look };
  });
  return picture(title, axis, [...marks, ...extra]);
}

/** A picture of one {@link curvePanel}. */
export function picture(title: string, axis: string, marks: readonly Mark[]): string {
  return figure([curvePanel(title, axis, marks)], { label: title });
}

/** The panel of a report: axes that fit the marks, without the first steps where these hide all others. */
export function curvePanel(title: string, axis: string, marks: readonly Mark[]): Drawing {
  const curves = marks.flatMap((mark): { x: Numbers; y: Numbers }[] => {
    if (mark.kind === 'band') return [mark.low, mark.high].map((y) => ({ x: mark.x, y }));
    return mark.kind === 'line' || mark.kind === 'points' ? [mark] : [];
  });
  const values = curves.map(({ y }) => y);
  const calm = calmValues(curves);
  const shown = calm ?? values;
  const scale = helpfulScale(shown);
  return panel({
    width: pictureWidth,
    height: 310,
    title: calm ? `${title} (beginning cut off)` : title,
    x: { label: axis, whole: true },
    y: { scale, domain: domainOf(scale, ...shown) },
    marks,
  });
}

/** Logarithmic where all values are above 0 and the largest is far from the smallest. */
export function helpfulScale(values: readonly Numbers[]): ScaleKind {
  const numbers = values.flat().filter((value): value is number => value !== null && Number.isFinite(value));
  if (numbers.length === 0 || numbers.some((value) => value <= 0)) return 'linear';
  const [low, high] = domainOf('log', numbers);
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
