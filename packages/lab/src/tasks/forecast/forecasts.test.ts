import { NoiseStream } from 'lethe';
import { describe, expect, it } from 'vitest';
import type { Draws } from '../../runs/task.ts';
import { forecastDefaults } from './config.ts';
import { windowsOf } from './features.ts';
import { dataOfSeries, weeklySeries } from './forecast-data.suite.ts';
import { type Forecast, forecastsOf, percentLevels, quantileAt } from './forecasts.ts';
import { forecastModel } from './model.ts';

const data = (said: Parameters<typeof dataOfSeries>[1]) => dataOfSeries(weeklySeries(2, 120), said);

/** Of one window, by a network whose readout does not begin near 0. */
function forecast(
  said: Parameters<typeof dataOfSeries>[1],
  model: { members?: number; dropout: string },
  draws?: Draws,
): Forecast {
  const all = data(said);
  const config = forecastDefaults();
  Object.assign(config.model, { hidden: 8, ...model });
  const windows = windowsOf(all);
  const network = forecastModel(config, all.settings, windows.features, new NoiseStream(3));
  for (const [name, { data }] of Object.entries(network.parameters)) {
    if (name.endsWith('readout.weight')) for (let i = 0; i < data.length; i++) data[i] *= 30;
  }
  const work = forecastsOf(network, windows, all.splits.test.slice(0, 1), draws);
  let part = work.next();
  while (!part.done) part = work.next();
  return part.value[0];
}

const mc = (samples: number): Draws => ({ samples, seed: 1, mode: 'sample' });
const autoregressive = { head: 'gaussian', mode: 'autoregressive' } as const;

describe('forecasts', () => {
  it('of draws that hardly differ have the percentiles of one', () => {
    const dropout = 'variational:input=.0001,recurrent=0,output=0';
    const one = forecast({ head: 'gaussian' }, { dropout });
    for (const samples of [2, 7, 50]) {
      const mixed = forecast({ head: 'gaussian' }, { dropout }, mc(samples));
      // In deviations of the normal distribution, 1.645 of them on either side; 1.555 of the sixth percentile.
      const deviation = (quantileAt(one, 0, 0.95) - one.mean[0]) / 1.6448536;
      for (const level of [0.05, 0.25, 0.5, 0.75, 0.95]) {
        const difference = quantileAt(mixed, 0, level) - quantileAt(one, 0, level);
        expect(Math.abs(difference) / deviation).toBeLessThan(0.01);
      }
    }
  });

  it('of several members draw the masks of each anew', () => {
    const dropout = 'variational:input=.3,recurrent=.3,output=.3';
    const spread = (members: number): number => {
      const { spread } = forecast({}, { members, dropout }, mc(60));
      return Math.sqrt(spread.reduce((sum, s) => sum + s * s, 0) / spread.length);
    };
    // The mean of four independent members has half the deviation of one; were one alone to draw, it would be a quarter.
    expect(spread(4) / spread(1)).toBeGreaterThan(0.37);
    expect(spread(4) / spread(1)).toBeLessThan(0.7);
  });

  it('of paths ascend, however many there are', () => {
    for (const samples of [98, 99]) {
      const { percentiles } = forecast({ ...autoregressive, samples }, { dropout: 'none' });
      for (let h = 0; h < 4; h++) {
        const own = Array.from(percentiles.subarray(99 * h, 99 * h + 99));
        expect(own).toHaveLength(percentLevels.length);
        expect(own).toEqual(own.toSorted((a, b) => a - b));
      }
    }
  });

  it('of paths differ in what is drawn, also where a batch shares its masks', () => {
    const width = (examples: 'each' | 'batch'): number => {
      const dropout = `dropconnect:weight=.0001,examples=${examples}`;
      const one = forecast(autoregressive, { dropout }, mc(80));
      return quantileAt(one, 0, 0.95) - quantileAt(one, 0, 0.05);
    };
    // Masks that drop next to nothing: the width is that of the observations, up to the chance of 80 paths, some 15 %.
    expect(width('batch') / width('each')).toBeGreaterThan(0.6);
    expect(width('batch') / width('each')).toBeLessThan(1.6);
  });
});
