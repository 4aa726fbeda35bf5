/** The published sets under their conventions: what simple forecasts score there is known. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, type TestContext } from 'vitest';
import { asForecast, naiveForecasts } from '../baselines.ts';
import { type ForecastConfig, forecastDefaults } from '../config.ts';
import { pointFigures, truthOf } from '../scores.ts';
import { filledByPhase, loadForecast } from './load.ts';

/** `$LETHE_DATA`, else `../shared/data` beside the repository. */
const directory = path.resolve(
  process.env.LETHE_DATA ?? fileURLToPath(new URL('../../../../../../../shared/data', import.meta.url)),
);

async function figuresOf(context: TestContext, dataset: string) {
  if (!existsSync(path.join(directory, 'forecast')))
    context.skip(`no forecast at ${directory}; set LETHE_DATA to test on the published series`);
  const config: ForecastConfig = { ...forecastDefaults(), dataset };
  const data = await loadForecast(config, { dataDir: directory });
  const truth = truthOf(data);
  const naive = Object.fromEntries(
    naiveForecasts(data).map(({ name, of }) => [
      name,
      pointFigures(
        data.splits.test.map((origin) => asForecast(origin, of(origin))),
        truth,
      ),
    ]),
  );
  return { data, naive };
}

describe('published series', () => {
  it('NN5: 111 series, the last 56 days, gaps filled for scores by the median of the weekday', async (context) => {
    const { data, naive } = await figuresOf(context, 'nn5');
    expect(data.splits.test).toHaveLength(111);
    expect(data.series.every(({ length }) => length === 791)).toBe(true);
    const missing = data.series.reduce((sum, { values }) => sum + values.filter(Number.isNaN).length, 0);
    expect(missing).toBe(1677);
    expect(data.series.some(({ truth }) => truth.some(Number.isNaN))).toBe(false);
    // Computed from the file by hand: last value 1.9269, weekday of the last week 1.0254, mean of it over 8 weeks .8797 with filled gaps.
    expect(naive['last value'].mase).toBeCloseTo(1.9269, 2);
    expect(naive['seasonal naive'].mase).toBeCloseTo(1.0254, 1);
    expect(naive['seasonal mean'].mase).toBeCloseTo(0.8797, 2);
    // Monday, 18 March 1996.
    expect(data.series[0].start).toBe(Date.UTC(1996, 2, 18));
    expect(data.settings).toMatchObject({ horizon: 56, season: 7, calendar: ['weekday', 'yearday'] });
  }, 60_000);

  it('M4 hourly: naive forecasts as the competition published them', async (context) => {
    const { data, naive } = await figuresOf(context, 'm4-hourly');
    expect(data.splits.test).toHaveLength(414);
    // Makridakis et al. 2020: naive 11.608 / 43.003, seasonal naive 1.193 / 13.912.
    expect(naive['last value'].mase).toBeCloseTo(11.608, 2);
    expect(naive['last value'].smape).toBeCloseTo(43.003, 2);
    expect(naive['seasonal naive'].mase).toBeCloseTo(1.1932, 4);
    expect(naive['seasonal naive'].smape).toBeCloseTo(13.912, 2);
  }, 60_000);

  it('M4 weekly: 13 weeks, scaled without a season', async (context) => {
    const { naive } = await figuresOf(context, 'm4-weekly');
    // Makridakis et al. 2020: naive 2.777 / 9.161.
    expect(naive['last value'].mase).toBeCloseTo(2.7773, 3);
    expect(naive['last value'].smape).toBeCloseTo(9.1613, 3);
  }, 60_000);

  it('exchange rates: five windows of 30 days behind 80 % of the file, or at its end; ETTh1: 12, 4 and 4 months', async (context) => {
    const { data, naive } = await figuresOf(context, 'exchange');
    expect(data.series).toHaveLength(8);
    const originsOf = (one: typeof data): number[] =>
      one.splits.test.filter(({ series }) => series === 0).map(({ origin }) => origin);
    expect(originsOf(data)).toEqual([6071, 6101, 6131, 6161, 6191]);
    // GluonTS publishes .011 for the seasonal naive forecast.
    expect(naive['seasonal naive'].wql).toBeCloseTo(0.01075, 5);
    const { data: full } = await figuresOf(context, 'exchange-full');
    expect(originsOf(full)).toEqual([7438, 7468, 7498, 7528, 7558]);
    const { data: hours } = await figuresOf(context, 'etth1');
    const month = 30 * 24;
    expect(hours.series.every(({ length }) => length === 20 * month)).toBe(true);
    const first = (part: readonly { series: number; origin: number }[]): number =>
      part.find(({ series }) => series === 0)!.origin;
    expect(first(hours.splits.valid)).toBe(12 * month);
    expect(first(hours.calibration)).toBe(14 * month);
    expect(first(hours.splits.test)).toBe(16 * month);
  }, 60_000);

  it('gaps are filled by the median of their phase', () => {
    // Phase 0: 1, 3, 8, median 3; phase 1: 2, 4, median 3.
    const values = Float64Array.of(1, 2, 3, 4, Number.NaN, Number.NaN, 8);
    expect(Array.from(filledByPhase(values, 2))).toEqual([1, 2, 3, 4, 3, 3, 8]);
  });
});
