import { describe, expect, it } from 'vitest';
import { ConfigError, DataError, LetheError } from '../errors.ts';
import { realFrom } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';
import { adam } from './adam.ts';
import { type AveragingOptions, averaging } from './averaging.ts';
import type { OptimizerState } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import { sgd } from './sgd.ts';

/** One weight that begins at 0; every update by this gradient moves it by 1. */
const down = [realFrom([-1])];
function single(options: AveragingOptions = {}) {
  const w = new Tensor([1], realFrom([0]));
  return { value: () => w.data[0], optimizer: averaging(sgd({ w }, { stepRate: 1 }), { w }, options) };
}

describe('averaging', () => {
  it('evaluates the mean of the weights after the updates that count, and puts the last ones back', () => {
    const { value, optimizer } = single();
    optimizer.count(false);
    for (let i = 0; i < 3; i++) optimizer.update(down);
    expect(optimizer.evaluate(value)).toBe(3);
    optimizer.count(true);
    for (let i = 0; i < 4; i++) optimizer.update(down);
    // 4, 5, 6, 7
    expect(optimizer.evaluate(value)).toBe(5.5);
    expect(optimizer.averaged()).toBe(4);
    expect(value()).toBe(7);
    optimizer.count(false);
    expect(optimizer.evaluate(value)).toBe(7);
  });

  it('counts older weights less by the decay', () => {
    const { value, optimizer } = single({ decay: 0.5 });
    for (let i = 0; i < 3; i++) optimizer.update(down);
    // (.25 * 1 + .5 * 2 + 1 * 3) / 1.75
    expect(optimizer.evaluate(value)).toBeCloseTo(4.25 / 1.75, 6);
  });

  it('of a decay of 0 is the last weights', () => {
    const { value, optimizer } = single({ decay: 0 });
    for (let i = 0; i < 3; i++) optimizer.update(down);
    expect(optimizer.evaluate(value)).toBe(3);
  });

  it.each([
    ['adam', (w: Tensor) => adam({ w }, { stepRate: 0.1 })],
    ['rmsprop', (w: Tensor) => rmsprop({ w }, { stepRate: 0.1, momentum: 0.9 })],
  ] as const)('leaves the updates of %s as they are, and goes on from its state', (_, make) => {
    const [alone, averaged, resumed] = [0, 1, 2].map(() => new Tensor([2], realFrom([0.3, -0.7])));
    const plain = make(alone);
    const first = averaging(make(averaged), { w: averaged });
    const slope = (step: number) => [realFrom([Math.sin(step), Math.cos(step)])];
    for (let step = 0; step < 3; step++) {
      plain.update(slope(step), 1, 0.5, 0.8);
      first.update(slope(step), 1, 0.5, 0.8);
      first.evaluate(() => undefined);
    }
    expect([...averaged.data]).toEqual([...alone.data]);
    // As a checkpoint does: the evaluated weights, then the state.
    resumed.data.set(first.evaluate(() => averaged.data.slice()));
    const second = averaging(make(resumed), { w: resumed });
    second.restore(first.evaluate(() => first.state()));
    expect([...resumed.data]).toEqual([...averaged.data]);
    const seen = (of: typeof first, w: Tensor) => of.evaluate(() => [...w.data]);
    expect(seen(second, resumed)).toEqual(seen(first, averaged));
    for (const one of [first, second]) one.update(slope(3), 1, 0.5, 0.7);
    expect(second.state()).toEqual(first.state());
    expect(seen(second, resumed)).toEqual(seen(first, averaged));
  });

  it('takes the state of an optimizer that did not average, and begins with the next update', () => {
    const w = new Tensor([1], realFrom([0]));
    const plain = sgd({ w }, { stepRate: 1 });
    plain.update(down);
    const other = single();
    other.optimizer.restore(plain.state());
    expect(other.optimizer.averaged()).toBe(0);
  });

  it('refuses a state that is none, and changes nothing', () => {
    const { value, optimizer } = single();
    for (let i = 0; i < 2; i++) optimizer.update(down);
    const state = optimizer.state();
    const { 'averaging.average.w': _, ...lacking } = state;
    const spoiled: OptimizerState[] = [
      lacking,
      { ...state, 'averaging.updates': { shape: [], data: Float64Array.of(-1) } },
      { ...state, 'averaging.updates': { shape: [], data: Float64Array.of(0) } },
      { ...state, 'averaging.point.w': { shape: [2], data: Float32Array.of(1, 2) } },
      { ...state, 'averaging.other': { shape: [], data: Float64Array.of(1) } },
      { ...state, updates: { shape: [], data: Float64Array.of(0.5) } },
    ];
    for (const bad of spoiled) {
      expect(() => optimizer.restore(bad)).toThrow(DataError);
      expect(optimizer.state()).toEqual(state);
    }
    expect(() => optimizer.restore(undefined as never)).toThrow(LetheError);
    // 1 and 2
    expect(optimizer.evaluate(value)).toBe(1.5);
  });

  it('puts the last weights back when what is evaluated fails, later or at once, and refuses updates inside', async () => {
    const { value, optimizer } = single();
    for (let i = 0; i < 2; i++) optimizer.update(down);
    const fail = () => {
      throw new Error('stop');
    };
    expect(() => optimizer.evaluate(fail)).toThrow('stop');
    expect(value()).toBe(2);
    await expect(optimizer.evaluate(async () => fail())).rejects.toThrow('stop');
    expect(value()).toBe(2);
    expect(() => optimizer.evaluate(() => optimizer.update(down))).toThrow('inside evaluate');
    expect(optimizer.evaluate(() => optimizer.evaluate(value))).toBe(1.5);
    expect(value()).toBe(2);
  });

  it('shows the average to evaluations that overlap until each has ended', async () => {
    const { value, optimizer } = single();
    optimizer.update(down);
    optimizer.update(down);
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const seen = [1, 30].map((ms) => optimizer.evaluate(() => wait(ms).then(value)));
    // The mean of 1 and 2.
    expect(await seen[0]).toBe(1.5);
    expect(await seen[1]).toBe(1.5);
    expect(value()).toBe(2);
  });

  it('refuses what is no optimizer and a decay out of range', () => {
    expect(() => single().optimizer.count('no' as never)).toThrow(
      /count to be told true or false, got the text 'no'/,
    );
    const w = new Tensor([1], realFrom([0]));
    expect(() => averaging({} as never, { w })).toThrow(/expected an optimizer/);
    for (const decay of [1, -0.1, Number.NaN]) expect(() => single({ decay })).toThrow(ConfigError);
    expect(() => single({ decy: 0.5 } as never)).toThrow("did you mean 'decay'?");
  });
});
