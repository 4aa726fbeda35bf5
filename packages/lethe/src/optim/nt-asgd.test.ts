import { expect, test } from 'vitest';
import { realFrom } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';
import { ntAsgd } from './nt-asgd.ts';
import type { Optimizer, OptimizerState } from './optimizer.ts';

/** One parameter that begins at 0; a gradient of -1 and step rate 1 move it by the factor that is applied. */
function single(options: { lagging?: boolean } = {}): { value: () => number; optimizer: Optimizer } {
  const w = new Tensor([1], realFrom([0]));
  return { value: () => w.data[0], optimizer: ntAsgd({ w }, { stepRate: 1, ...options }) };
}

const down = [realFrom([-1])];

test('the average is the mean of the parameters after each update since it began', () => {
  const { value, optimizer } = single();
  for (let i = 0; i < 3; i++) optimizer.update(down);
  expect(optimizer.evaluate(value)).toBe(3);
  optimizer.startAveraging?.();
  expect(optimizer.evaluate(value)).toBe(3);
  for (let i = 0; i < 4; i++) optimizer.update(down);
  // 4, 5, 6, 7
  expect(optimizer.evaluate(value)).toBe(5.5);
  expect(value()).toBe(7);
});

test('lagging, it does as torch.optim.ASGD: the first two iterates are copied, and rates come one update late', () => {
  const { value, optimizer } = single({ lagging: true });
  optimizer.startAveraging?.();
  const moved: number[] = [];
  const averages: number[] = [];
  for (const rate of [1, 0.5, 2, 1]) {
    const before = value();
    optimizer.update(down, 1, rate);
    moved.push(value() - before);
    averages.push(optimizer.evaluate(value));
  }
  // Requested 1, .5, 2, 1; torch applies 1, 1, .5, 2 and averages from the second iterate on.
  expect(moved).toEqual([1, 1, 0.5, 2]);
  expect(averages).toEqual([1, 2, 2.25, 3]);
});

test('a state restores into a fresh optimizer, averages and all', () => {
  const one = single();
  one.optimizer.update(down);
  one.optimizer.startAveraging?.();
  one.optimizer.update(down);
  const state = one.optimizer.state();
  expect(Object.keys(state).sort()).toEqual(['asked', 'average.w', 'averaged', 'point.w', 'updates']);
  const other = single();
  other.optimizer.restore(state);
  for (const { optimizer } of [one, other]) optimizer.update(down, 1, 0.5);
  expect(other.optimizer.state()).toEqual(one.optimizer.state());
});

test('a state that is refused leaves everything as it was: no averaging begins, no weight moves', () => {
  const { value, optimizer } = single();
  optimizer.update(down);
  const before = optimizer.state();
  const spoiled: OptimizerState[] = [
    { 'average.w': before.updates },
    { ...before, averaged: { shape: [], data: Float64Array.of(3) } },
    { ...before, averaged: { shape: [], data: Float64Array.of(-1) } },
    {
      ...before,
      'average.w': { shape: [1], data: Float32Array.of(7) },
      averaged: { shape: [], data: Float64Array.of(2) },
    },
  ];
  for (const bad of spoiled) {
    expect(() => optimizer.restore(bad)).toThrow(/nt-asgd: /);
    expect(optimizer.state()).toEqual(before);
    // 1 after one step by the gradient of -1; 0, the average of nothing, was read here
    expect(optimizer.evaluate(value)).toBe(1);
  }
});

test('a state from before averaging restores into an optimizer that averages', () => {
  const early = single();
  early.optimizer.update(down);
  const state = early.optimizer.state();
  const other = single();
  other.optimizer.startAveraging?.();
  other.optimizer.update(down);
  other.optimizer.restore(state);
  expect(other.optimizer.state()).toEqual(state);
  // its own parameters are not part of a state without averages; they are at 1, and evaluated there
  expect(other.optimizer.evaluate(other.value)).toBe(1);
});
