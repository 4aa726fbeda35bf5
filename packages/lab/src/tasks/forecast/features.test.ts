import { describe, expect, it } from 'vitest';
import { windowsOf } from './features.ts';
import { dataOfSeries, seriesOfValues, weeklySeries } from './forecast-data.suite.ts';
import { seasonalMeans } from './seasonal-means.ts';

const origin = { series: 0, origin: 60 };

/** All numbers of a batch, step by step. */
const inputs = (data: ReturnType<typeof dataOfSeries>, at = origin): number[] =>
  Array.from(windowsOf(data).batch([at]).inputs().data);

/** The data with all values from a step on replaced. */
function withOtherFuture(
  data: ReturnType<typeof dataOfSeries>,
  from: number,
): ReturnType<typeof dataOfSeries> {
  const [one, ...others] = data.series;
  const values = one.values.map((y, t) => (t >= from ? 1000 - y : y));
  return { ...data, series: [{ ...one, values, truth: values }, ...others] };
}

describe('windows', () => {
  for (const scaling of ['mean', 'standard', 'difference'] as const) {
    it(`know nothing of what comes after their origin, ${scaling}`, () => {
      const data = dataOfSeries(weeklySeries(2, 100), { scaling, means: [7, 14], base: 'mixture' });
      const other = withOtherFuture(data, 60);
      expect(inputs(other)).toEqual(inputs(data));
      const [batch, otherBatch] = [data, other].map((one) => windowsOf(one).batch([origin]));
      expect(otherBatch.scales).toEqual(batch.scales);
      const { context } = data.settings;
      expect(otherBatch.base(0, context + 4)).toEqual(batch.base(0, context + 4));
      expect(otherBatch.target(context, context + 4)).not.toEqual(batch.target(context, context + 4));
    });
  }

  it('of autoregressive forecasts show a step the values before it alone', () => {
    const data = dataOfSeries(weeklySeries(1, 100), {
      mode: 'autoregressive',
      head: 'gaussian',
      lags: [1, 7],
    });
    const { features } = windowsOf(data);
    const { context } = data.settings;
    const [own, other] = [inputs(data), inputs(withOtherFuture(data, 62))];
    const until = (context + 2 + 1) * features;
    // Steps 60, 61 and 62 see values up to 61.
    expect(other.slice(0, until)).toEqual(own.slice(0, until));
    expect(other.slice(until)).not.toEqual(own.slice(until));
  });

  it('step by step are what teacher forcing shows where the truth was drawn', () => {
    const data = dataOfSeries(weeklySeries(1, 100), {
      mode: 'autoregressive',
      head: 'gaussian',
      lags: [1, 7],
    });
    const batch = windowsOf(data).batch([origin]);
    const whole = batch.inputs();
    const { features } = windowsOf(data);
    const { context } = data.settings;
    const drawn: Float64Array[] = [];
    for (let h = 0; h < 4; h++) {
      const from = (context + h) * features;
      expect(Array.from(batch.step(h, drawn).data)).toEqual(
        Array.from(whole.data.subarray(from, from + features)),
      );
      drawn.push(Float64Array.of(data.series[0].values[60 + h]));
    }
  });

  it('carry missing values as zeros with mask 0, and have no target there', () => {
    const values = Array.from({ length: 100 }, (_, t) => (t % 9 === 3 ? Number.NaN : 10 + (t % 7)));
    const data = dataOfSeries([seriesOfValues('gaps', values)], { lags: [], calendar: [] });
    const windows = windowsOf(data);
    const batch = windows.batch([origin]);
    const { context } = data.settings;
    const x = batch.inputs().data;
    for (let i = 0; i < context; i++) {
      const isMissing = (origin.origin - context + i) % 9 === 3;
      expect(x[i * windows.features + 1]).toBe(isMissing ? 0 : 1);
      if (isMissing) expect(x[i * windows.features]).toBe(0);
    }
    for (const value of x) expect(Number.isFinite(value)).toBe(true);
    expect(Array.from(batch.target(context, context + 4))).toEqual(values.slice(60, 64));
  });

  it('of a constant series, of zeros, and of one without a value before the origin are finite', () => {
    for (const values of [
      Array(100).fill(7),
      Array(100).fill(0),
      Array.from({ length: 100 }, (_, t) => (t < 60 ? Number.NaN : t)),
    ]) {
      for (const scaling of ['mean', 'standard', 'difference'] as const) {
        const data = dataOfSeries([seriesOfValues('flat', values as number[])], { scaling });
        for (const value of inputs(data)) expect(Number.isFinite(value)).toBe(true);
        expect(windowsOf(data).batch([origin]).scales[0].scale).toBeGreaterThan(0);
      }
    }
  });

  it('may depart from whichever seasonal mean missed least before the origin', () => {
    // Two weeks that alternate: a week before says nothing, two weeks before everything.
    const values = Array.from({ length: 140 }, (_, t) => (Math.floor(t / 7) % 2 === 0 ? 10 : 30) + (t % 7));
    const of = (base: 'season' | 'mixture') => {
      const data = dataOfSeries([seriesOfValues('odd', values)], { seasons: 1, means: [14], base });
      const { context } = data.settings;
      return Array.from(
        windowsOf(data)
          .batch([{ series: 0, origin: 98 }])
          .base(context, context + 4),
      );
    };
    expect(of('season')).toEqual(values.slice(91, 95));
    of('mixture').forEach((value, h) => {
      expect(value).toBeCloseTo(values[98 + h], 6);
    });
  });

  it('depart from the mean of the same weekdays, missing ones left out', () => {
    // Season 2, 2 seasons: before step 4 the values of steps 2 and 0; of step 5 those of 3 and 1, 3 missing.
    const means = seasonalMeans(Float64Array.of(1, 10, 3, Number.NaN, 5, 30), 2, 2);
    expect(Array.from(means)).toEqual([Number.NaN, Number.NaN, 1, 10, 2, 10, 4, 30]);
  });
});
