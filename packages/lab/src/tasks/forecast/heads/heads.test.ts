import { gradients, NoiseStream, Tensor } from 'lethe';
import { parseDropout } from 'lethe/dropout';
import { describe, expect, it } from 'vitest';
import { frequencyNamed } from '../../../data/tables/frequency.ts';
import { forecastDefaults } from '../config.ts';
import { resolveSettings } from '../settings.ts';
import type { Head } from './head.ts';
import { headOf } from './index.ts';
import type { HeadName } from './names.ts';

const steps = 3;
const rows = 2;
const at = {
  steps,
  rows,
  base: Float64Array.of(10, 20, 11, 21, 12, 22),
  scale: Float64Array.of(2, 4, 2, 4, 2, 4),
};

function head(name: HeadName, dropout = 'none', mode: 'direct' | 'autoregressive' = 'direct'): Head {
  const settings = resolveSettings(
    { ...forecastDefaults().forecast, horizon: steps, head: name, mode },
    { frequency: frequencyNamed('daily'), longest: 100, dated: true },
  );
  return headOf(settings, parseDropout(dropout));
}

const outputs = (one: Head): Tensor =>
  new Tensor(
    [steps, rows, one.outputs],
    Float32Array.from(
      new NoiseStream(3).uniforms({ site: 'sample' }, steps * rows * one.outputs),
      (u) => u - 0.5,
    ),
  );
const target = Float64Array.of(11, 19, Number.NaN, 26, 13, 18);

describe('heads', () => {
  for (const name of ['quantiles', 'gaussian', 'student-t', 'negative-binomial'] as const) {
    it(`of ${name}: quantiles ascend, the median is near the mean, what is missing has no influence`, () => {
      const one = head(name);
      const output = outputs(one);
      for (let m = 0; m < steps * rows; m++) {
        const { mean, quantiles } = one.distribution(output, m, at);
        const found = quantiles([0.01, 0.1, 0.5, 0.9, 0.99]);
        expect(found.toSorted((a, b) => a - b)).toEqual(found);
        expect(Math.abs(found[2] - mean)).toBeLessThan(found[4] - found[0]);
      }
      const { loss, count } = one.loss(output, target, at);
      expect(count).toBe(5);
      expect(Number.isFinite(loss.data[0])).toBe(true);
      const run = gradients([output], () => one.loss(output, target, at).loss);
      const slopes = run.gradients[0].data;
      // Step 1, row 0 is missing.
      const missing = slopes.subarray(2 * one.outputs, 3 * one.outputs);
      expect(Array.from(missing)).toEqual(Array(one.outputs).fill(0));
      expect(slopes.some((value) => value !== 0)).toBe(true);
    });
  }

  it('of a normal distribution are in the units of the data', () => {
    const one = head('gaussian');
    const output = new Tensor(
      [steps, rows, 2],
      Float32Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? 0.5 : 0)),
    );
    const { mean, quantiles } = one.distribution(output, 3, at);
    // base 21 + scale 4 · 0.5; deviation scale · (softplus(-1) + .001), normal quantile of .95 1.6448536
    expect(mean).toBeCloseTo(23, 6);
    expect(quantiles([0.95])[0]).toBeCloseTo(23 + 4 * (Math.log1p(Math.exp(-1)) + 0.001) * 1.6448536, 4);
  });

  it('of fast dropout add the variance of the moments and that of the observations, which is learned by step', () => {
    const one = head('gaussian', 'fast:input=.1,recurrent=.1,output=.1');
    expect(one.outputs).toBe(1);
    const { logDeviation } = one.parameters;
    expect(logDeviation.shape).toEqual([steps]);
    logDeviation.data.set([0, Math.log(2), Math.log(3)]);
    const mean = new Tensor(
      [steps, rows, 1],
      Float32Array.from({ length: 6 }, () => 0),
    );
    const variance = new Tensor([steps, rows, 1], Float32Array.from([1, 2, 3, 4, 5, 6]));
    const z = 1.6448536;
    for (let m = 0; m < 6; m++) {
      // Step h has the observation variance (h + 1)².
      const deviation = at.scale[m] * Math.sqrt(m + 1 + (Math.floor(m / rows) + 1) ** 2);
      const found = one.distribution({ mean, variance }, m, at);
      expect(found.quantiles([0.95])[0]).toBeCloseTo(at.base[m] + z * deviation, 4);
      expect(found.spread).toBeCloseTo(at.scale[m] * Math.sqrt(m + 1), 5);
    }
    // The mean of -log N(residual; 0, variance + s²) over the five that are there.
    const expected = [0, 1, 3, 4, 5]
      .map((m) => {
        const v = m + 1 + (Math.floor(m / rows) + 1) ** 2;
        const r = (target[m] - at.base[m]) / at.scale[m];
        return 0.5 * (Math.log(2 * Math.PI * v) + (r * r) / v);
      })
      .reduce((sum, value) => sum + value / 5, 0);
    expect(one.loss({ mean, variance }, target, at).loss.data[0]).toBeCloseTo(expected, 5);
    const run = gradients([logDeviation], () => one.loss({ mean, variance }, target, at).loss);
    for (const slope of run.gradients[0].data) expect(slope).not.toBe(0);
  });

  it('of quantiles cannot be drawn step by step', () => {
    expect(() => head('quantiles', 'none', 'autoregressive')).toThrow(
      'forecast.head: expected a distribution that can be drawn with forecast.mode autoregressive (gaussian, student-t, negative-binomial), found quantiles',
    );
  });
});
