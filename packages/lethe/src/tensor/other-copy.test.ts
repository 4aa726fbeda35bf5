/** Two copies of the package in one program: whatever takes a tensor says so of one of the other. */
import { expect, it, vi } from 'vitest';
import { zoneout } from '../dropout/zoneout.ts';
import { meanOf } from '../moments/gaussian.ts';
import { bernoulliNll, squaredError } from '../nn/losses/losses.ts';
import { adam } from '../optim/adam.ts';
import { globalNorm } from '../optim/clip.ts';
import { NoiseStream } from '../random/stream.ts';
import { fit } from '../training/fit.ts';
import { mcDropout } from '../uncertainty/mc-dropout.ts';
import { tensor, zeros } from './tensor.ts';

vi.resetModules();
const other = await import('./tensor.ts');
const [theirs, own] = [other.zeros([1, 1]) as never, zeros([1, 1])];
const stream = new NoiseStream(1);

it.each<[string, () => unknown]>([
  ['parameters of an optimizer', () => adam({ w: theirs })],
  ['gradients', () => globalNorm([theirs])],
  ['a mean', () => squaredError({ mean: theirs, variance: own }, own)],
  ['a variance', () => squaredError({ mean: own, variance: theirs }, own)],
  ['a step mask', () => bernoulliNll(own, own, theirs)],
  ['what has a mean', () => meanOf(theirs)],
  [
    'sequences for MC dropout',
    () =>
      mcDropout((() => undefined) as never, zoneout({ hidden: 0.1 }), theirs, stream, {
        distribution: 'bernoulli',
      }),
  ],
])('%s', (_, call) => {
  expect(call).toThrow(/of another copy of lethe; make everything with one of them/);
  expect(call).not.toThrow(/copy with Float/);
});

it('a loss', async () => {
  const w = tensor([1]);
  const optimizer = adam({ w });
  const run = fit({ parameters: { w }, optimizer, noise: stream, batches: () => [0], loss: () => theirs });
  await expect(run).rejects.toThrow(/of another copy of lethe/);
});
