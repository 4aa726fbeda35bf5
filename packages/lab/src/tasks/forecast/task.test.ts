import { NoiseStream, scoped } from 'lethe';
import { describe, expect, it } from 'vitest';
import { forecastDefaults } from './config.ts';
import { dataOfSeries, weeklySeries } from './forecast-data.suite.ts';
import { forecastTask } from './task.ts';

describe('an epoch of forecasts', () => {
  for (const mode of ['direct', 'autoregressive'] as const) {
    it(`scores as many terms as it says, ${mode}: penalties of the whole training are shared among them`, () => {
      const config = forecastDefaults();
      Object.assign(config.model, { hidden: 4, dropout: 'none' });
      Object.assign(config.windows, { epoch: 10 });
      config.training.batch = 4;
      const noise = new NoiseStream(1);
      const data = dataOfSeries(weeklySeries(2, 200), { head: 'gaussian', mode }, { epoch: 10 });
      const task = forecastTask(config, data, noise);
      const place = { epoch: 0, step: 0, validations: [] };
      let counted = 0;
      for (let position = 0; position < task.stepsIn(0); position++) {
        const at = { ...place, position } as unknown as Parameters<typeof task.step>[0];
        counted += scoped(() => task.step(at, noise.at(position)).counted);
      }
      const { horizon, context } = data.settings;
      // Without gaps every window has all its steps: of paths each is forecast from those before it, else the horizon alone.
      expect(counted).toBe(10 * (mode === 'direct' ? horizon : context + horizon));
      expect(task.examples).toBe(counted);
    });
  }
});
