/** `forecasts.json`: what a run forecast of the test, for its report; whole for a few windows, of all others the intervals. */
import { z } from 'zod';
import { timeText } from '../../data/tables/dates.ts';
import { timeOf } from '../../data/tables/frequency.ts';
import { keptJson } from '../../runs/kept-json.ts';
import type { Baseline, Metrics } from '../../runs/task.ts';
import type { ForecastData } from './data/types.ts';
import { type Forecast, quantileAt } from './forecasts.ts';
import { maseOfWindow, ownInterval, type Truth } from './scores.ts';

// In JSON a figure that is no number is null: a quantile loss over a test that is 0 throughout.
const figures = z.record(z.string(), z.number().nullable());
const row = z.array(z.number().nullable());
const schema = z.object({
  horizon: z.number(),
  frequency: z.string(),
  model: figures,
  baselines: z.array(z.object({ name: z.string(), metrics: figures })),
  /** of every window: target, and the ends of its own interval */
  windows: z.array(z.object({ series: z.string(), target: row, lower: row, upper: row })),
  /** a few of them, as fan charts: what came before, and the levels of `fan` */
  fans: z.array(
    z.object({
      window: z.number(),
      title: z.string(),
      history: row,
      levels: z.array(z.object({ level: z.number(), values: row })),
    }),
  ),
});

/** What it holds. */
export type Tested = z.infer<typeof schema>;

/** The file; runs that are in training have none yet. */
export const keptTested = keptJson('forecasts.json', 'forecasts', schema);

/** Levels of a fan: two bands around the median. */
export const fanLevels = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

/** What is kept of forecasts of the test. */
export function testedOf(
  data: ForecastData,
  forecasts: readonly Forecast[],
  truth: Truth,
  figures: { model: Metrics; baselines: readonly Baseline[] },
): Tested {
  return {
    horizon: data.settings.horizon,
    frequency: data.frequency.name,
    model: figures.model,
    baselines: figures.baselines.map(({ name, metrics }) => ({ name, metrics })),
    windows: forecasts.slice(0, mostWindows).map((one) => {
      const { lower, upper } = ownInterval(one);
      const series = data.series[one.series].id;
      return { series, target: rounded(truth.target(one)), lower: rounded(lower), upper: rounded(upper) };
    }),
    fans: chosen(forecasts.slice(0, mostWindows), truth).map(({ window, error }) => {
      const one = forecasts[window];
      const series = data.series[one.series];
      const back = Math.min(one.origin, Math.max(2 * data.settings.horizon, 2 * data.settings.season));
      const time = timeOf(series, one.origin, data.frequency);
      const when = time === undefined ? `after step ${one.origin}` : `from ${timeText(time)}`;
      return {
        window,
        title: `${series.id === '' ? 'the series' : series.id}, ${when} (MASE ${error.toFixed(2)})`,
        history: rounded(series.truth.slice(one.origin - back, one.origin)),
        levels: fanLevels.map((level) => ({
          level,
          values: rounded(one.mean.map((_, h) => quantileAt(one, h, level))),
        })),
      };
    }),
  };
}

// --- internal ---

const mostWindows = 2000;
const mostFans = 6;

/** Six digits tell any two pixels apart. */
const rounded = (values: Float64Array): (number | null)[] =>
  Array.from(values, (value) => (Number.isFinite(value) ? Number(value.toPrecision(6)) : null));

/** Windows from the best forecast to the worst, evenly spread, each of another series as long as there are such. */
function chosen(forecasts: readonly Forecast[], truth: Truth): { window: number; error: number }[] {
  const seen = new Set<number>();
  const scored = forecasts
    .map((one, window) => ({ window, error: maseOfWindow(one, truth), series: one.series }))
    .filter(({ error }) => Number.isFinite(error));
  const first = scored.filter(({ series }) => !seen.has(series) && seen.add(series));
  const all = (first.length >= mostFans ? first : scored).sort((a, b) => a.error - b.error);
  const count = Math.min(mostFans, all.length);
  return Array.from(
    { length: count },
    (_, i) => all[Math.round((i * (all.length - 1)) / Math.max(1, count - 1))],
  );
}
