/** A curve that is read, and the rows of its history that came after it. */
import type { Points, Series } from './api.ts';
import { Smoother } from './smooth.ts';

/** What a curve is of. */
export interface CurveOf {
  x: string;
  y: string;
  /** weight of the exponential mean; 0: there is none */
  smooth: number;
  /** a stretch of x alone */
  zoom?: readonly [number, number];
}

/** A curve with what is new of some rows; the same where nothing is. Rows without its figure leave it as it is. */
export function grown(one: Series, rows: Points, { x, y, smooth, zoom }: CurveOf): Series {
  const more = rows.flatMap((row) => {
    const value = y.startsWith('gap.') ? gapOf(row, y.slice(4)) : row[y];
    const at = row[x];
    // The server reads a history whenever it is asked, and tells of what is new when it looks: of some rows both.
    const isNew = value !== undefined && typeof row.epoch === 'number' && row.epoch > one.last;
    return isNew && typeof at === 'number' ? [{ at, value, epoch: row.epoch! }] : [];
  });
  const inside = more.filter(({ at }) => !zoom || (at >= zoom[0] && at <= zoom[1]));
  if (inside.length === 0) return one;
  const next: Series = {
    ...one,
    x: [...one.x, ...inside.map(({ at }) => at)],
    y: [...one.y, ...inside.map(({ value }) => value)],
    count: one.count + inside.length,
    last: more.at(-1)!.epoch,
  };
  if (one.smooth) {
    const before = one.smooth.y.findLast((value) => value !== null) ?? 0;
    const smoother = new Smoother(smooth, one.smooth.seen, before);
    const means = inside.map(({ value }) => smoother.next(value ?? Number.POSITIVE_INFINITY));
    next.smooth = {
      x: [...one.smooth.x, ...inside.map(({ at }) => at)],
      y: [...one.smooth.y, ...means.map((mean) => (Number.isNaN(mean) ? null : mean))],
      seen: smoother.seen,
    };
  }
  return next;
}

// --- internal ---

/** How much worse the validation is than the training; undefined where one of them is not there. */
function gapOf(row: Points[number], metric: string): number | null | undefined {
  const [valid, train] = [row[`valid.${metric}`], row[`train.${metric}`]];
  if (valid === undefined || train === undefined) return undefined;
  return valid === null || train === null ? null : valid - train;
}
