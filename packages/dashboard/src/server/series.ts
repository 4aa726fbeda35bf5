/** Curves for charts: columns of histories, thinned to what a screen shows. */
import type { Histories } from '../files/histories.ts';
import type { GroupSeries, GroupsQuery, Series, SeriesQuery } from '../shared/api.ts';
import { Smoother } from '../shared/smooth.ts';
import { Spread } from '../shared/spread.ts';
import { numbersAt, thin, thinRows } from '../shared/thin.ts';
import type { Library } from './library.ts';
import { ratePrefix } from './rates.ts';

/** The curves of runs; of one that is gone, or has no such column, an empty one. */
export async function seriesOf(
  library: Library,
  histories: Histories,
  { runs, x, y, points, smooth, from, to }: SeriesQuery,
): Promise<Series[]> {
  const stretch = [from ?? Number.NEGATIVE_INFINITY, to ?? Number.POSITIVE_INFINITY] as const;
  const smoothed = (xs: Float64Array, ys: Float64Array): Pick<Series, 'smooth'> => {
    if (smooth === 0) return {};
    const smoother = new Smoother(smooth);
    const { x, y } = thin(xs, ys.map(smoother.next), points, stretch);
    return { smooth: { x, y, seen: smoother.seen } };
  };
  return eachOf(runs, async (id) => {
    const none: Series = { id, x: [], y: [], count: 0, last: -1 };
    const found = await columnsOf(library, histories, id, [x, y], (xs, ys, epochs): Series => {
      const last = epochs[ys.findLastIndex((value) => !Number.isNaN(value))] ?? -1;
      return { id, ...thin(xs, ys, points, stretch), last, ...smoothed(xs, ys) };
    });
    return found ?? none;
  });
}

/** Mean and spread of groups of runs, over all their points, thinned afterwards. */
export async function groupsOf(
  library: Library,
  histories: Histories,
  { groups, x, y, points }: GroupsQuery,
): Promise<GroupSeries[]> {
  const all: GroupSeries[] = [];
  for (const ids of groups) {
    const spread = new Spread();
    for (const id of ids) {
      await columnsOf(library, histories, id, [x, y], (xs, ys) => spread.add(xs, ys));
    }
    const { x: at, mean, low, high } = spread.curve();
    const rows = thinRows(
      at.map((_, i) => i),
      [mean, low, high],
      points,
    );
    all.push({
      x: rows.map((row) => at[row]),
      ...{ mean: numbersAt(mean, rows), low: numbersAt(low, rows), high: numbersAt(high, rows) },
      runs: spread.runs,
    });
  }
  return all;
}

// --- internal ---

/** What `take` makes of two columns of a run; undefined where it has them not. */
async function columnsOf<T>(
  library: Library,
  histories: Histories,
  id: string,
  [x, y]: readonly [string, string],
  take: (x: Float64Array, y: Float64Array, epochs: Float64Array) => T,
): Promise<T | undefined> {
  const entry = library.run(id);
  if (!entry) return undefined;
  const rates = [x, y].some((key) => key.startsWith(ratePrefix)) ? entry.rates : undefined;
  // A rate that moves is a function of the steps done.
  const sources = [x, y].map((key) => (rates?.has(key) ? 'step' : key));
  return histories.use(entry.metrics, [...sources, 'epoch'], (history) => {
    const [xs, ys] = [x, y].map((key, i) => {
      const column = history.column(sources[i]);
      const rate = rates?.get(key);
      return rate && column ? column.map((step) => (step >= 0 ? rate(step) : Number.NaN)) : column;
    });
    return xs && ys ? take(xs, ys, history.column('epoch')!) : undefined;
  });
}

/** Histories that are read at a time: one computes while the other waits for the disk; more would only take more memory. */
const atATime = 2;

async function eachOf<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(all.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < all.length; i = next++) results[i] = await work(all[i]);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return results;
}
