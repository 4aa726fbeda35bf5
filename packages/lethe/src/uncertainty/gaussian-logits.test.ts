import { expect, it } from 'vitest';
import { NoiseStream } from '../random/stream.ts';
import { bernoulliUncertainty } from './entropy.ts';
import { bernoulliUncertaintyOfMoments } from './gaussian-logits.ts';

it('without variance all uncertainty is in the prediction', () => {
  const logistic = (z: number) => 1 / (1 + Math.exp(-z));
  const mean = [0, 1, -3];
  const { predictive, expected, information } = bernoulliUncertaintyOfMoments(mean, [0, 0, 0]);
  const plain = bernoulliUncertainty([mean.map(logistic)]);
  expect(predictive).toBeCloseTo(plain.predictive, 10);
  expect(expected).toBeCloseTo(plain.predictive, 10);
  expect(information).toBeCloseTo(0, 10);
});

it('agrees with draws of the logits', () => {
  const [mean, variance] = [
    [0.5, -2, 3],
    [1, 4, 0.25],
  ];
  const S = 40_000;
  const z = new NoiseStream(1).normals({ site: 'sample' }, 3 * S);
  const samples = Array.from({ length: S }, (_, s) =>
    mean.map((mu, k) => 1 / (1 + Math.exp(-mu - Math.sqrt(variance[k]) * z[3 * s + k]))),
  );
  const drawn = bernoulliUncertainty(samples);
  const known = bernoulliUncertaintyOfMoments(mean, variance);
  // Each note's entropy is within [0, ln 2]: a deviation of a mean of 40,000 is below .7 sqrt(3 / 40000) / 2 = .003.
  expect(Math.abs(known.expected - drawn.expected)).toBeLessThan(0.012);
  expect(Math.abs(known.predictive - drawn.predictive)).toBeLessThan(0.024);
  expect(Math.abs(known.information - drawn.information)).toBeLessThan(0.024);
  expect(known.information).toBeGreaterThan(0.1);
});
