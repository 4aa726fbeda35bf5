import { lstm, NoiseStream, Tensor } from 'lethe';
import { expect, test } from 'vitest';
import { smallWorkloads } from './small.ts';

test('a thousand single steps end where the sequence of a thousand steps does', () => {
  const stream = new NoiseStream(1);
  const layer = lstm({ inputSize: 64, hiddenSize: 64 }, stream);
  const row = stream.normals({ site: 'sample' }, 64);
  const x = new Tensor([1000, 1, 64], new Float32Array(64_000));
  for (let t = 0; t < 1000; t++) x.data.set(row, 64 * t);
  const { state } = layer.forward(x);
  const ended = smallWorkloads['small-steps'].make().step();
  // Sums of 64 products in another order, over a state that has come to rest.
  expect(ended).toBeCloseTo((state.hidden as Tensor).data[0], 5);
});

test('ten training steps lower the loss', () => {
  const workload = smallWorkloads['small-train'].make();
  const first = workload.step();
  for (let i = 0; i < 3; i++) workload.step();
  expect(workload.step()).toBeLessThan(first);
});
