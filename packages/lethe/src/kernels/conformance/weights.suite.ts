/** Conformance of Gaussian weights and of the categorical loss. */
import { describe, expect, it } from 'vitest';
import { engineCopy, expectClose, GRADIENT, Numbers, OUTPUT, type Suite, unset } from './support.suite.ts';

const LENGTHS = [1, 17, 4096, 5001, 50_003];

export function weightsSuite({ newKernels }: Suite): void {
  describe('Gaussian weights', () => {
    for (const n of LENGTHS) {
      it(`are drawn, and pass their gradient on, n = ${n}`, () => {
        const numbers = new Numbers(31);
        const p = {
          n,
          mean: numbers.normal(n),
          logDeviation: numbers.uniform(n, -5, 0),
          epsilon: numbers.normal(n),
          out: unset(n),
          dOut: numbers.normal(n),
          dMean: numbers.normal(n),
          dLogDeviation: numbers.normal(n),
        };
        const copy = engineCopy(p);
        newKernels().noisyWeights(copy.p);
        newKernels().noisyWeightsBackward(copy.p);
        copy.expectGuards();
        const s = p.logDeviation.map(Math.exp);
        expectClose(
          copy.p.out,
          p.mean.map((m, i) => m + s[i] * p.epsilon[i]),
          OUTPUT,
          'out',
        );
        expectClose(
          copy.p.dMean,
          p.dMean.map((d, i) => d + p.dOut[i]),
          GRADIENT,
          'dMean',
        );
        const expected = p.dLogDeviation.map((d, i) => d + p.dOut[i] * p.epsilon[i] * s[i]);
        expectClose(copy.p.dLogDeviation, expected, GRADIENT, 'dLogDeviation');
      });

      it(`are summed, and pay for their description, n = ${n}`, () => {
        const numbers = new Numbers(32);
        const p = {
          n,
          mean: numbers.normal(n),
          logDeviation: numbers.uniform(n, -5, 0),
          priorMean: 0.25,
          priorVariance: 0.5,
          scale: 2,
          dMean: numbers.normal(n),
          dLogDeviation: numbers.normal(n),
        };
        const copy = engineCopy(p);
        const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
        const variance = p.logDeviation.map((l) => Math.exp(2 * l));
        const expected = [sum(p.mean), sum(p.mean.map((m) => m * m)), sum(variance), sum(p.logDeviation)];
        const size = sum(p.mean.map(Math.abs));
        newKernels()
          .gaussianSums(copy.p)
          .forEach((value, k) => {
            expect(Math.abs(value - expected[k])).toBeLessThan(1e-6 * Math.max(size, Math.abs(expected[k])));
          });
        newKernels().gaussianKlBackward(copy.p);
        copy.expectGuards();
        expectClose(
          copy.p.dMean,
          p.dMean.map((d, i) => d + (2 * (p.mean[i] - 0.25)) / 0.5),
          GRADIENT,
          'dMean',
        );
        const slopes = p.dLogDeviation.map((d, i) => d + 2 * (variance[i] / 0.5 - 1));
        expectClose(copy.p.dLogDeviation, slopes, GRADIENT, 'dLogDeviation');
      });
    }
  });

  describe('the categorical loss', () => {
    for (const [M, K] of [
      [1, 1],
      [5, 3],
      [7, 37],
      [40, 1000],
    ]) {
      it.each([0, 0.2])(
        `is log sum exp minus the logit of the target, smoothed by %f, [M, K] = [${M}, ${K}]`,
        (e) => {
          const numbers = new Numbers(33);
          const p = {
            M,
            K,
            // Logits of a thousand overflow exp, and their differences do not.
            logits: numbers.array(M * K, () => 1000 + 20 * (numbers.next() - 0.5)),
            targets: Int32Array.from({ length: M }, (_, m) => (7 * m) % K),
            stepMask: numbers.array(M, () => (numbers.next() < 0.3 ? 0 : 1)),
            smoothing: e,
            rowLoss: unset(M),
            rowNll: unset(M),
            scale: 0.5,
            dLogits: numbers.normal(M * K),
          };
          const rows = Array.from({ length: M }, (_, m) => p.logits.subarray(m * K, (m + 1) * K));
          const probabilities = rows.map((z) => {
            const exps = z.map((v) => Math.exp(v - 1000));
            const sum = exps.reduce((a, b) => a + b, 0);
            return exps.map((v) => v / sum);
          });
          const copy = engineCopy(p);
          newKernels().softmaxNllForward(copy.p);
          const losses = probabilities.map((q, m) => (p.stepMask[m] === 0 ? 0 : -Math.log(q[p.targets[m]])));
          // A logit near 1000 has a rounding of 6e-5 in float32.
          losses.forEach((loss, m) => {
            expect(Math.abs(copy.p.rowNll[m] - loss)).toBeLessThan(3e-5 + 1e-5 * loss);
            // (1 - e) nll + e mean_k(-log p_k), Szegedy et al. 2016
            const others = probabilities[m].reduce((total, q) => total - Math.log(q), 0) / K;
            const smoothed = (1 - e) * loss + e * p.stepMask[m] * others;
            expect(Math.abs(copy.p.rowLoss[m] - smoothed)).toBeLessThan(3e-5 + 1e-5 * smoothed);
          });
          for (const fresh of [false, true]) {
            const again = engineCopy({ ...p, fresh });
            newKernels().softmaxNllBackward(again.p);
            again.expectGuards();
            const slopes = Float64Array.from({ length: M * K }, (_, i) => {
              const [m, k] = [Math.floor(i / K), i % K];
              const target = (1 - e) * (k === p.targets[m] ? 1 : 0) + e / K;
              const d = p.stepMask[m] * 0.5 * (probabilities[m][k] - target);
              return (fresh ? 0 : p.dLogits[i]) + d;
            });
            expectClose(again.p.dLogits, slopes, GRADIENT, `dLogits${fresh ? ', fresh' : ''}`);
          }
        },
      );
    }
  });
}
