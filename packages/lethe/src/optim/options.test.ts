/** What optimizers refuse, and where rows that a step did not use may be left out. */
import { describe, expect, it } from 'vitest';
import { sum } from '../autograd/ops/reduce.ts';
import { gradients } from '../autograd/tape.ts';
import { ConfigError, ShapeError } from '../errors.ts';
import { embedding } from '../nn/embedding.ts';
import { NoiseStream } from '../random/stream.ts';
import { realFrom } from '../tensor/dtype.ts';
import { scoped } from '../tensor/scratch.ts';
import { tensor } from '../tensor/tensor.ts';
import { adam } from './adam.ts';
import { adamw } from './adamw.ts';
import { clipScale } from './clip.ts';
import { ntAsgd } from './nt-asgd.ts';
import { rmsprop } from './rmsprop.ts';
import { sgd } from './sgd.ts';

const rules = { adam, adamw, ntAsgd, rmsprop, sgd };
/** By option: what is just inside and just outside of its range. */
const positive = { inside: [1e-30, 1, 1e30], outside: [0, -1, Number.NaN, Infinity, '1'] };
const fraction = { inside: [0, 0.5, 0.999], outside: [-1e-9, 1, Number.NaN, '0'] };
const coefficient = { inside: [0, 1], outside: [-1e-9, Number.NaN, '0'] };
const ranges = {
  adam: {
    stepRate: positive,
    beta1: fraction,
    beta2: fraction,
    epsilon: positive,
    weightDecay: coefficient,
    clipStep: positive,
  },
  adamw: {
    stepRate: positive,
    beta1: fraction,
    beta2: fraction,
    epsilon: positive,
    weightDecay: coefficient,
    clipStep: positive,
  },
  ntAsgd: { stepRate: positive, weightDecay: coefficient },
  rmsprop: {
    stepRate: positive,
    momentum: fraction,
    decay: fraction,
    epsilon: positive,
    initialMeanSquare: coefficient,
    weightDecay: coefficient,
  },
  sgd: { stepRate: positive, momentum: fraction, weightDecay: coefficient },
} as const;

describe.each(Object.keys(rules) as (keyof typeof rules)[])('%s', (rule) => {
  const make = (options: object) =>
    rules[rule]({ w: tensor([1, 2]) }, { stepRate: 0.1, ...options } as never);

  it.each(Object.entries(ranges[rule]))(
    'takes %s in its range, and nothing beside it',
    (name, { inside, outside }) => {
      for (const value of inside)
        expect(make({ [name]: value }).name).toBe(rule === 'ntAsgd' ? 'nt-asgd' : rule);
      for (const value of outside) {
        expect(() => make({ [name]: value }), `${name} ${value}`).toThrow(ConfigError);
        expect(() => make({ [name]: value }), `${name} ${value}`).toThrow(name);
      }
    },
  );

  it('takes an option that is undefined for one that is left out', () => {
    const moved = (options: object) => {
      const x = tensor([2]);
      const make = rules[rule] as (of: object, options: object) => ReturnType<typeof adam>;
      make({ x }, { stepRate: 0.5, ...options }).update([realFrom([0.25])]);
      return x.item();
    };
    const others = Object.keys(ranges[rule]).filter((name) => name !== 'stepRate');
    expect(moved(Object.fromEntries(others.map((name) => [name, undefined])))).toBe(moved({}));
  });

  it('takes as many gradients as there are parameters', () => {
    const optimizer = make({});
    for (const given of [[], [realFrom([1, 1]), realFrom([1, 1])]]) {
      expect(() => optimizer.update(given)).toThrow(ShapeError);
      expect(() => optimizer.update(given)).toThrow(`expected 1 gradients (w), got ${given.length}`);
    }
  });
});

/** One step of a table of three words of which word 1 is looked up, from state that an earlier step left. */
function stepOfTable(make: (of: { weight: ReturnType<typeof tensor> }) => ReturnType<typeof sgd>) {
  const table = embedding({ vocabulary: 3, size: 1 }, new NoiseStream(1));
  const { weight } = table.parameters;
  weight.data.set([1, 2, 4]);
  const optimizer = make({ weight });
  const step = (word: number) =>
    scoped(() => {
      optimizer.update(gradients([weight], () => sum(table.forward(Int32Array.of(word), 1))).gradients);
    });
  return { weight, step, optimizer };
}

describe('words that a step did not look up', () => {
  it('stay where they are under plain descent, bit by bit', () => {
    for (const make of [sgd, ntAsgd] as (typeof sgd)[]) {
      const { weight, step } = stepOfTable((of) => make(of, { stepRate: 0.25 }));
      step(1);
      expect(weight.toArray()).toEqual([1, 1.75, 4]);
    }
  });

  it('decay all the same: w -= rate (g + decay w)', () => {
    for (const make of [sgd, ntAsgd] as (typeof sgd)[]) {
      const { weight, step } = stepOfTable((of) => make(of, { stepRate: 0.5, weightDecay: 0.5 }));
      step(1);
      // 1 - .25, 2 - .5 (1 + 1), 4 - 1
      expect(weight.toArray()).toEqual([0.75, 1, 3]);
    }
  });

  it('move on by their momentum: v = m v + g', () => {
    const { weight, step } = stepOfTable((of) => sgd(of, { stepRate: 1, momentum: 0.5 }));
    step(0);
    step(1);
    // Word 0: 1 - 1, then another half step. Word 1: 2 - 1.
    expect(weight.toArray()).toEqual([-0.5, 1, 4]);
  });

  it('are in the average as they are', () => {
    const { weight, step, optimizer } = stepOfTable((of) => ntAsgd(of, { stepRate: 1 }));
    optimizer.startAveraging?.();
    step(0);
    step(1);
    // Of word 0 the mean of 0 and 0, of word 1 that of 2 and 1.
    expect(optimizer.evaluate(() => weight.toArray())).toEqual([0, 1.5, 4]);
  });
});

it('NT-ASGD moves by its step rate times the factor of the update, lagging only while it averages', () => {
  const w = tensor([0]);
  const optimizer = ntAsgd({ w }, { stepRate: 0.25, lagging: true });
  const moved: number[] = [];
  const step = (factor: number) => {
    const before = w.data[0];
    optimizer.update([realFrom([-1])], 1, factor);
    moved.push(w.data[0] - before);
  };
  for (const factor of [2, 4]) step(factor);
  optimizer.startAveraging?.();
  for (const factor of [8, 1]) step(factor);
  // Before averaging as asked; then 1, the factor before the first that was asked for, and the 8 of the update before.
  expect(moved).toEqual([0.5, 1, 0.25, 2]);
  // A second call begins no second average.
  const average = optimizer.evaluate(() => w.data[0]);
  optimizer.startAveraging?.();
  expect(optimizer.evaluate(() => w.data[0])).toBe(average);
});

it('has state for momentum only where there is momentum', () => {
  expect(Object.keys(sgd({ w: tensor([1]) }, { stepRate: 1 }).state())).toEqual(['updates']);
  expect(Object.keys(sgd({ w: tensor([1]) }, { stepRate: 1, momentum: 0.1 }).state()).sort()).toEqual([
    'updates',
    'velocity.w',
  ]);
  const still = Object.keys(rmsprop({ w: tensor([1]) }, { stepRate: 1 }).state());
  expect(still).not.toContain('point.w');
  expect(Object.keys(rmsprop({ w: tensor([1]) }, { stepRate: 1, momentum: 0.1 }).state())).toContain(
    'point.w',
  );
});

it('clipScale refuses a norm below 0', () => {
  expect(() => clipScale(-1, 1)).toThrow('expected norm');
});
