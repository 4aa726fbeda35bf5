import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, DataError, LetheError, ShapeError } from '../errors.ts';
import { type Real, realFrom } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';
import { adam } from './adam.ts';
import { adamw } from './adamw.ts';
import { ntAsgd } from './nt-asgd.ts';
import type { Optimizer, OptimizerState } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import { sgd } from './sgd.ts';

type Parameters = Record<string, Tensor>;

/** Two parameters with values that are not round in float32. */
function parameters(): Parameters {
  return {
    weight: new Tensor([2, 3], realFrom([0.3, -0.7, 1.1, 0.05, -2.3, 0.9])),
    bias: new Tensor([3], realFrom([0.1, -0.2, 0.4])),
  };
}

/** Gradients that differ from step to step. */
function gradientsAt(step: number): Real[] {
  return [6, 3].map((length, i) =>
    realFrom(Array.from({ length }, (_, j) => Math.sin(3 * step + 7 * i + j) * 0.8)),
  );
}

function bits(of: Parameters): number[][] {
  return Object.values(of).map((tensor) => [...tensor.data]);
}

const optimizers: [string, (of: Parameters) => Optimizer][] = [
  ['sgd', (of) => sgd(of, { stepRate: 0.1, momentum: 0.9 })],
  ['rmsprop', (of) => rmsprop(of, { stepRate: 0.01, momentum: 0.9, decay: 0.8 })],
  ['adam', (of) => adam(of)],
  ['adamw', (of) => adamw(of, { stepRate: 0.02 })],
  [
    'nt-asgd',
    (of) => {
      const optimizer = ntAsgd(of, { stepRate: 0.1 });
      optimizer.startAveraging?.();
      return optimizer;
    },
  ],
];

describe.each(optimizers)('%s', (name, make) => {
  it('carries its name', () => {
    expect(make(parameters()).name).toBe(name);
  });

  it('goes on bit-identically after its state was restored into a fresh one', () => {
    const unbroken = parameters();
    const first = make(unbroken);
    for (let step = 0; step < 3; step++) first.update(gradientsAt(step), 0.7);
    const state = first.state();
    const weights = bits(unbroken);
    for (let step = 3; step < 6; step++) first.update(gradientsAt(step), 0.7);

    const resumed = parameters();
    for (const [i, tensor] of Object.values(resumed).entries()) tensor.data.set(weights[i]);
    const second = make(resumed);
    second.restore(state);
    for (let step = 3; step < 6; step++) second.update(gradientsAt(step), 0.7);
    expect(bits(resumed)).toEqual(bits(unbroken));
    expect(second.state()).toEqual(first.state());
  });

  it('gives out copies of its state', () => {
    const optimizer = make(parameters());
    const before = optimizer.state();
    optimizer.update(gradientsAt(0));
    expect(before.updates.data[0]).toBe(0);
    expect(optimizer.state().updates.data[0]).toBe(1);
  });

  it('scales gradients as if they had come scaled', () => {
    const a = parameters();
    const b = parameters();
    make(a).update(gradientsAt(1), 0.5);
    make(b).update(gradientsAt(1).map((gradient) => gradient.map((value) => value * 0.5)));
    // 0.5 is a power of two, so scaling rounds nothing.
    expect(bits(a)).toEqual(bits(b));
  });

  it('refuses gradients that are not its own', () => {
    const optimizer = make(parameters());
    expect(() => optimizer.update(gradientsAt(0).slice(1))).toThrow(ShapeError);
    expect(() => optimizer.update(gradientsAt(0).reverse())).toThrow(/gradient of weight to have 6 elements/);
  });

  it('refuses a state that lacks an array, has one too many, or one of another shape, and changes nothing', () => {
    const of = parameters();
    const optimizer = make(of);
    optimizer.update(gradientsAt(0));
    const state = optimizer.state();
    const before = bits(of);
    const slot = Object.keys(state).find((key) => key.endsWith('.weight')) as string;
    const { [slot]: _, ...lacking } = state;
    expect(() => optimizer.restore(lacking)).toThrow(DataError);
    expect(() => optimizer.restore({ ...state, other: state[slot] })).toThrow(/unknown 'other'/);
    const turned = { ...state, [slot]: { shape: [3, 2], data: state[slot].data } };
    expect(() => optimizer.restore(turned)).toThrow(/of shape \[2, 3\]/);
    expect(bits(of)).toEqual(before);
    expect(optimizer.state()).toEqual(state);
  });

  it.each<[string, (state: OptimizerState, last: string) => unknown]>([
    ['nothing', () => undefined],
    ['a text', () => 'state'],
    ['an array that is none', (state, last) => ({ ...state, [last]: 1 })],
    [
      'an array of plain numbers',
      (state, last) => ({ ...state, [last]: { ...state[last], data: [...state[last].data] } }),
    ],
    [
      'bigints',
      (state, last) => ({
        ...state,
        [last]: { ...state[last], data: new BigInt64Array(state[last].data.length) },
      }),
    ],
    [
      'fewer numbers than the shape says',
      (state, last) => ({ ...state, [last]: { ...state[last], data: state[last].data.slice(1) } }),
    ],
    ['half an update', (state) => ({ ...state, updates: { shape: [], data: Float64Array.of(0.5) } })],
  ])('refuses a state with %s, and changes nothing', (_, spoil) => {
    const of = parameters();
    const optimizer = make(of);
    optimizer.startAveraging?.();
    optimizer.update(gradientsAt(0));
    const state = optimizer.state();
    const before = bits(of);
    const last = Object.keys(state).at(-1) as string;
    expect(() => optimizer.restore(spoil(state, last) as OptimizerState)).toThrow(LetheError);
    expect(bits(of)).toEqual(before);
    expect(optimizer.state()).toEqual(state);
    optimizer.update(gradientsAt(1));
    expect(optimizer.state().updates.data[0]).toBe(2);
  });

  it('refuses parameters that share their memory, which would move twice', () => {
    const whole = new Tensor([2, 3], realFrom([1, 2, 3, 4, 5, 6]));
    for (const view of [whole.view([3, 2]), whole.view([2], 4)]) {
      expect(() => sgd({ whole, view }, { stepRate: 1 })).toThrow(
        /sgd: expected every parameter to have memory of its own, got one for whole and view/,
      );
    }
    expect(() => sgd({ a: whole.view([3]), b: whole.view([3], 3) }, { stepRate: 1 })).not.toThrow();
  });

  it('refuses scales that are no numbers, before anything moves', () => {
    const of = parameters();
    const optimizer = make(of);
    const before = bits(of);
    expect(() => optimizer.update(gradientsAt(0), Number.NaN)).toThrow(/gradScale/);
    expect(() => optimizer.update(gradientsAt(0), 1, -1)).toThrow(/rateScale/);
    expect(bits(of)).toEqual(before);
    expect(optimizer.state().updates.data[0]).toBe(0);
  });
});

describe('evaluate', () => {
  const momentum = 0.9;
  /** rmsprop after a few updates, so that point and evaluated parameters differ. */
  function moving(): { of: Parameters; optimizer: Optimizer } {
    const of = parameters();
    const optimizer = rmsprop(of, { stepRate: 0.05, momentum });
    for (let step = 0; step < 4; step++) optimizer.update(gradientsAt(step));
    return { of, optimizer };
  }

  it('shows the point plus momentum times velocity and puts the point back bit by bit', () => {
    const { of, optimizer } = moving();
    const point = bits(of);
    const state = optimizer.state();
    const seen = optimizer.evaluate(() => bits(of));
    const velocity = ['weight', 'bias'].map((name) => state[`velocity.${name}`].data);
    const expected = point.map((row, i) => [...realFrom(row.map((x, j) => x + momentum * velocity[i][j]))]);
    expect(seen).toEqual(expected);
    expect(seen).not.toEqual(point);
    expect(bits(of)).toEqual(point);
  });

  it('puts the point back for any parameters, also where adding and subtracting would round', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 }),
        (values) => {
          const of = { bias: new Tensor([3], realFrom(values)) };
          const optimizer = rmsprop(of, { stepRate: 1e4, momentum });
          optimizer.update([realFrom([1, -1e3, 3e-8])]);
          const point = bits(of);
          optimizer.evaluate(() => undefined);
          expect(bits(of)).toEqual(point);
        },
      ),
    );
  });

  it('puts the point back when the function throws or its promise is refused', async () => {
    const { of, optimizer } = moving();
    const point = bits(of);
    const fail = () => {
      throw new Error('stop');
    };
    expect(() => optimizer.evaluate(fail)).toThrow('stop');
    expect(bits(of)).toEqual(point);
    await expect(optimizer.evaluate(async () => fail())).rejects.toThrow('stop');
    expect(bits(of)).toEqual(point);
  });

  it('keeps the evaluation point until an asynchronous function is done', async () => {
    const { of, optimizer } = moving();
    const point = bits(of);
    const both = optimizer.evaluate(() => bits(of));
    const late = optimizer.evaluate(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return bits(of);
    });
    expect(await late).toEqual(both);
    expect(bits(of)).toEqual(point);
  });

  it('may be nested, and refuses an update inside', () => {
    const { of, optimizer } = moving();
    const point = bits(of);
    const outer = optimizer.evaluate(() => {
      const inner = optimizer.evaluate(() => bits(of));
      expect(bits(of)).toEqual(inner);
      expect(() => optimizer.update(gradientsAt(0))).toThrow(/inside evaluate/);
      return inner;
    });
    expect(outer).not.toEqual(point);
    expect(bits(of)).toEqual(point);
  });

  it('may not be settled inside', () => {
    const { optimizer } = moving();
    expect(() => optimizer.evaluate(() => optimizer.settle!())).toThrow(/settle was called inside evaluate/);
  });

  it('stores the point of the gradients when the state is taken inside', () => {
    const { of, optimizer } = moving();
    const outside = optimizer.state();
    expect(optimizer.evaluate(() => optimizer.state())).toEqual(outside);
    expect([...outside['point.bias'].data]).toEqual([...of.bias.data]);
  });

  it('leaves the parameters where they are without momentum', () => {
    const of = parameters();
    const optimizer = rmsprop(of, { stepRate: 0.05 });
    optimizer.update(gradientsAt(0));
    const point = bits(of);
    expect(optimizer.evaluate(() => bits(of))).toEqual(point);
  });
});

describe('options of optimisers', () => {
  it('are refused when unknown or out of range', () => {
    const of = parameters();
    const call = (options: object) => () => rmsprop(of, options as never);
    expect(call({ stepRate: 1, decai: 0.9 })).toThrow(/did you mean 'decay'/);
    expect(call({ stepRate: 0 })).toThrow(ConfigError);
    expect(call({})).toThrow(/stepRate/);
    expect(call({ stepRate: 1, momentum: 1 })).toThrow(/momentum/);
    expect(() => adam(of, { beta2: 1 })).toThrow(/beta2/);
    expect(() => sgd(of, { stepRate: 1, weightDecay: -1 })).toThrow(/weightDecay/);
  });
});

describe('update rules', () => {
  // Each rule once more in float64, in the form of its source, on one parameter; compared after 8 updates.
  const steps = Array.from({ length: 8 }, (_, step) => Math.sin(1.7 * step) + 0.2);
  const start = 0.37;

  /** The parameter as it is evaluated after the updates of `steps`. */
  function run(make: (of: Parameters) => Optimizer): number {
    const of = { w: new Tensor([1], realFrom([start])) };
    const optimizer = make(of);
    for (const gradient of steps) optimizer.update([realFrom([gradient])]);
    return optimizer.evaluate(() => of.w.data[0]);
  }

  it('rmsprop is the look-ahead step, the gradient there, then the scaled step', () => {
    let [w, v, r] = [start, 0, 1];
    for (const gradient of steps) {
      const ahead = 0.9 * v;
      w -= ahead;
      const g = gradient + 0.01 * w;
      r = 0.8 * r + 0.2 * g * g;
      const step = (0.02 * g) / Math.sqrt(r + 1e-8);
      w -= step;
      v = ahead + step;
    }
    const make = (of: Parameters) =>
      rmsprop(of, { stepRate: 0.02, momentum: 0.9, decay: 0.8, weightDecay: 0.01 });
    expect(run(make)).toBeCloseTo(w, 6);
  });

  it('sgd adds momentum to the decayed gradient', () => {
    let [w, u] = [start, 0];
    for (const gradient of steps) {
      u = 0.5 * u + gradient + 0.01 * w;
      w -= 0.1 * u;
    }
    expect(run((of) => sgd(of, { stepRate: 0.1, momentum: 0.5, weightDecay: 0.01 }))).toBeCloseTo(w, 6);
    const plain = steps.reduce((sum, gradient) => sum - 0.1 * gradient, start);
    expect(run((of) => sgd(of, { stepRate: 0.1 }))).toBeCloseTo(plain, 6);
  });

  it.each([false, true])(
    'adam corrects its moments and decays through them or beside them (%s)',
    (beside) => {
      let [w, m, v] = [start, 0, 0];
      for (const [i, gradient] of steps.entries()) {
        const g = beside ? gradient : gradient + 0.1 * w;
        if (beside) w *= 1 - 0.01 * 0.1;
        m = 0.9 * m + 0.1 * g;
        v = 0.99 * v + 0.01 * g * g;
        w -= (0.01 * (m / (1 - 0.9 ** (i + 1)))) / (Math.sqrt(v / (1 - 0.99 ** (i + 1))) + 1e-8);
      }
      const options = { stepRate: 0.01, beta2: 0.99, weightDecay: 0.1 };
      expect(run((of) => (beside ? adamw(of, options) : adam(of, options)))).toBeCloseTo(w, 6);
    },
  );
});

describe('the momentum of a single update', () => {
  const gradient = [realFrom([1])];
  const one = () => new Tensor([1], realFrom([0]));

  it('is that of the velocity of sgd', () => {
    const w = one();
    const optimizer = sgd({ w }, { stepRate: 1, momentum: 0.5 });
    optimizer.update(gradient);
    optimizer.update(gradient, 1, 1, 0.75);
    // u = 1, then .75 + 1
    expect(w.data[0]).toBe(-2.75);
    optimizer.update(gradient);
    // and without one that of the rule: .5 * 1.75 + 1
    expect(w.data[0]).toBe(-4.625);
  });

  it.each([adam, adamw])('is beta1 of %o, corrected as if it had always been so', (rule) => {
    const w = one();
    const optimizer = rule({ w }, { stepRate: 1, beta2: 0, epsilon: 1e-30, weightDecay: 0 });
    optimizer.update(gradient);
    optimizer.update(gradient, 1, 1, 0.5);
    // m = .1, then .05 + .5 = .55; v = 1; the second step is .55 / (1 - .25)
    expect(w.data[0]).toBeCloseTo(-1 - 0.55 / 0.75, 6);
  });

  it('is that by which rmsprop looks ahead, and part of its state from then on', () => {
    const w = one();
    const options = { stepRate: 1, momentum: 0.5, decay: 0, epsilon: 1e-30 };
    const optimizer = rmsprop({ w }, options);
    optimizer.update(gradient);
    expect(Object.keys(optimizer.state())).not.toContain('momentum');
    // s = 1, v = 1, point -= 1 + .5: evaluated at -1
    expect(optimizer.evaluate(() => w.data[0])).toBe(-1);
    optimizer.update(gradient, 1, 1, 0.25);
    // v = 1.25, point = -1.5 - (1 + .3125) = -2.8125, evaluated at -2.8125 + .25 * 1.25
    expect(optimizer.evaluate(() => w.data[0])).toBe(-2.5);
    const other = one();
    const second = rmsprop({ w: other }, options);
    second.restore(optimizer.state());
    expect(second.evaluate(() => other.data[0])).toBe(-2.5);
    expect(second.state()).toEqual(optimizer.state());
    const bad = { ...optimizer.state(), momentum: { shape: [], data: Float64Array.of(1) } };
    expect(() => second.restore(bad)).toThrow(LetheError);
    expect(second.state()).toEqual(optimizer.state());
  });

  it.each<[string, (w: Tensor) => Optimizer, string]>([
    ['nt-asgd', (w) => ntAsgd({ w }, { stepRate: 1 }), 'it has none'],
    ['sgd', (w) => sgd({ w }, { stepRate: 1 }), 'make it with a momentum above 0'],
    ['rmsprop', (w) => rmsprop({ w }, { stepRate: 1 }), 'make it with a momentum above 0'],
  ])('is refused by %s without one, and by all that is no momentum', (name, make, advice) => {
    const w = one();
    expect(() => make(w).update(gradient, 1, 1, 0.5)).toThrow(ConfigError);
    expect(() => make(w).update(gradient, 1, 1, 0.5)).toThrow(
      `${name}: expected no momentum for a single update, got 0.5; ${advice}`,
    );
    for (const wrong of [0, 1, Number.NaN, '0.5']) {
      expect(() =>
        sgd({ w }, { stepRate: 1, momentum: 0.5 }).update(gradient, 1, 1, wrong as number),
      ).toThrow(/momentum/);
    }
    expect(w.data[0]).toBe(0);
  });
});
