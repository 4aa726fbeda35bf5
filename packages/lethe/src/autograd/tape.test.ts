import { describe, expect, it } from 'vitest';
import { ShapeError } from '../errors.ts';
import { embedding } from '../nn/embedding.ts';
import { globalNorm } from '../optim/clip.ts';
import { sgd } from '../optim/sgd.ts';
import { NoiseStream } from '../random/stream.ts';
import { realFrom } from '../tensor/dtype.ts';
import { allocate, poisonScratch, scoped } from '../tensor/scratch.ts';
import { Tensor, tensor } from '../tensor/tensor.ts';
import { checkGradients } from './check.ts';
import { add, div, mul, sub } from './ops/arithmetic.ts';
import { relu, softplus, square } from './ops/elementwise.ts';
import { matmul } from './ops/matmul.ts';
import { sum } from './ops/reduce.ts';
import { concat, slice, transpose } from './ops/shape.ts';
import { adoptGradient, gradientOf, gradients, needsGradient, recordOperation } from './tape.ts';

describe('gradients', () => {
  it('adds up the uses of a tensor: d(x² + 3x)/dx = 2x + 3', () => {
    const x = tensor([2, -1]);
    const three = tensor([3]);
    const result = gradients([x], () => sum(add(square(x), mul(x, three))));
    expect(result.loss).toBeCloseTo(4 + 6 + 1 - 3, 6);
    expect(result.gradients[0].toArray()).toEqual([7, 1]);
  });

  it('gives zeros for parameters that the loss does not use', () => {
    const x = tensor([2]);
    const unused = tensor([1, 2, 3]);
    const result = gradients([unused, x], () => sum(square(x)));
    expect(result.gradients[0].toArray()).toEqual([0, 0, 0]);
    expect(result.gradients[1].toArray()).toEqual([4]);
  });

  it('gives zeros for a loss without parameters', () => {
    const x = tensor([2]);
    expect(gradients([x], () => tensor(5)).gradients[0].toArray()).toEqual([0]);
  });

  it('begins from zero in every step, whatever scratch memory held', () => {
    const x = tensor([1, 2, 3]);
    const step = () => scoped(() => gradients([x], () => sum(square(x))).gradients[0].toArray());
    expect(step()).toEqual([2, 4, 6]);
    expect(step()).toEqual([2, 4, 6]);
  });

  it('does not go through what was not asked for', () => {
    const x = tensor([1]);
    const constant = tensor([4]);
    gradients([x], () => {
      expect(needsGradient(constant)).toBe(false);
      expect(needsGradient(square(constant))).toBe(false);
      const y = mul(x, constant);
      expect(needsGradient(y)).toBe(true);
      return sum(y);
    });
    expect(needsGradient(x)).toBe(false);
  });

  it('does not run operations that the loss does not need backwards', () => {
    const x = tensor([1]);
    let ran = false;
    gradients([x], () => {
      const unused = new Tensor([1], new Float32Array(1));
      recordOperation(unused, [x], () => {
        ran = true;
      });
      return sum(square(x));
    });
    expect(ran).toBe(false);
  });

  it('runs an operation of the caller: cube', () => {
    const x = tensor([2, 3]);
    const cube = (x: Tensor): Tensor => {
      const y = tensor(x.toArray().map((value) => value ** 3));
      recordOperation(y, [x], () => {
        const dx = gradientOf(x);
        const dy = gradientOf(y);
        for (let i = 0; i < dx.length; i++) dx[i] += dy[i] * 3 * x.data[i] ** 2;
      });
      return y;
    };
    expect(gradients([x], () => sum(cube(x))).gradients[0].toArray()).toEqual([12, 27]);
  });

  it('refuses a loss of several elements and forgets the tape', () => {
    const x = tensor([1, 2]);
    expect(() => gradients([x], () => square(x))).toThrow(ShapeError);
    expect(needsGradient(x)).toBe(false);
  });

  it('gives tensors of the shapes of the parameters, which refuse to be read after their scope', () => {
    const x = tensor([[1, 2, 3]]);
    const run = scoped(() => {
      const slopes = gradients([x], () => sum(square(x))).gradients;
      expect(slopes[0].shape).toEqual([1, 3]);
      return { slopes, kept: slopes[0].keep() };
    });
    expect(run.kept.toArray()).toEqual([2, 4, 6]);
    expect(() => run.slopes[0].data).toThrow('call keep() inside the scope');
    expect(() => globalNorm(run.slopes)).toThrow('call keep() inside the scope');
    expect(() => sgd({ x }, { stepRate: 1 }).update(run.slopes)).toThrow('call keep() inside the scope');
    expect(x.toArray()).toEqual([1, 2, 3]);
  });

  it('gives gradients that stay when it is called outside of all scopes', () => {
    const x = tensor([1, 2]);
    const first = gradients([x], () => sum(square(x))).gradients[0];
    scoped(() => gradients([x], () => sum(square(square(x)))));
    gradients([x], () => sum(square(square(x))));
    expect(first.toArray()).toEqual([2, 4]);
  });

  it('adds up two minibatches within one scope', () => {
    const table = embedding({ vocabulary: 4, size: 2 }, new NoiseStream(1));
    const { weight } = table.parameters;
    const slopes = (...words: number[]) =>
      gradients([weight], () => sum(table.forward(Int32Array.from(words), 1))).gradients[0];
    const outside = [slopes(0, 1), slopes(1, 3)];
    for (let step = 0; step < 3; step++) {
      scoped(() => {
        const [first, second] = [slopes(0, 1), slopes(1, 3)];
        expect(first.toArray()).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
        expect(second.toArray()).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
        expect(globalNorm([first, second])).toBeCloseTo(Math.sqrt(8), 6);
        // An outer scope's gradients outlast those of an inner one.
        scoped(() => slopes(2, 2));
        expect(first.toArray()).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
      });
    }
    expect(outside.map((slope) => slope.toArray())).toEqual([
      [1, 1, 1, 1, 0, 0, 0, 0],
      [0, 0, 1, 1, 0, 0, 1, 1],
    ]);
  });

  it.each([
    ['looked up first', ['rows', 'whole']],
    ['looked up last', ['whole', 'rows']],
    ['looked up on either side', ['rows', 'whole', 'rows']],
  ])('counts all rows of a table that is also used as a whole: %s', (_, uses) => {
    const table = embedding({ vocabulary: 4, size: 2 }, new NoiseStream(1));
    const { weight } = table.parameters;
    const before = weight.toArray();
    // Entries run backwards in the reverse order of their uses.
    const use = (kind: string) =>
      kind === 'rows' ? sum(table.forward(Int32Array.of(1, 1), 1)) : sum(mul(weight, tensor([3, 5])));
    scoped(() => {
      const [slope] = gradients([weight], () => uses.map(use).reduce((a, b) => add(a, b))).gradients;
      // 3 and 5 from the whole; 1 for each of two occurrences of word 1, in every look-up.
      const looked = 2 * uses.filter((kind) => kind === 'rows').length;
      expect(slope.toArray()).toEqual([3, 5, 3 + looked, 5 + looked, 3, 5, 3, 5]);
      const squares = 3 * (9 + 25) + (3 + looked) ** 2 + (5 + looked) ** 2;
      expect(globalNorm([slope])).toBeCloseTo(Math.sqrt(squares), 5);
      sgd({ weight }, { stepRate: 1 }).update([slope]);
      weight.toArray().forEach((w, i) => {
        expect(w).toBeCloseTo(before[i] - slope.data[i], 5);
      });
    });
    // Nothing of it is left for a step that looks up another word.
    const next = scoped(() =>
      gradients([weight], () => sum(table.forward(Int32Array.of(2), 1))).gradients[0].toArray(),
    );
    expect(next).toEqual([0, 0, 0, 0, 1, 1, 0, 0]);
  });

  it('counts the rows of every look-up of a table, in this step alone', () => {
    const table = embedding({ vocabulary: 5, size: 2 }, new NoiseStream(1));
    const { weight } = table.parameters;
    const before = weight.toArray();
    const look = (word: number) => sum(table.forward(Int32Array.of(word), 1));
    const slope = (...words: number[]) =>
      gradients([weight], () => words.map(look).reduce((a, b) => add(a, b))).gradients[0];
    scoped(() => {
      const found = slope(3, 0, 3);
      // One for each look-up of a word: 1 of word 0, 2 of word 3.
      expect(found.toArray()).toEqual([1, 1, 0, 0, 0, 0, 2, 2, 0, 0]);
      expect(globalNorm([found])).toBeCloseTo(Math.sqrt(2 + 8), 6);
      sgd({ weight }, { stepRate: 1 }).update([found]);
      weight.toArray().forEach((w, i) => {
        expect(w).toBeCloseTo(before[i] - found.data[i], 6);
      });
    });
    expect(scoped(() => slope(4).toArray())).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
  });

  it('counts what somebody writes into the gradient of a table, such as the sum over two batches, in this step alone', () => {
    const table = embedding({ vocabulary: 5, size: 2 }, new NoiseStream(1));
    const { weight } = table.parameters;
    const before = weight.toArray();
    const slope = (word: number) =>
      gradients([weight], () => sum(table.forward(Int32Array.of(word), 1))).gradients[0];
    scoped(() => {
      const [whole, other] = [slope(1), slope(3)];
      for (let i = 0; i < whole.size; i++) whole.data[i] += other.data[i];
      // Words 1 and 3 have two ones each.
      expect(globalNorm([whole])).toBeCloseTo(2, 6);
      sgd({ weight }, { stepRate: 1 }).update([whole]);
    });
    const moved = weight.toArray().map((w, i) => before[i] - w);
    expect(moved.map(Math.round)).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 0, 0]);
    expect(scoped(() => slope(0).toArray())).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('keeps a gradient that is first asked for inside an inner scope', () => {
    const x = tensor([1, 2]);
    const twice = (x: Tensor): Tensor => {
      const y = tensor(x.toArray().map((value) => 2 * value));
      recordOperation(y, [x], () => {
        const dy = gradientOf(y);
        scoped(() => {
          allocate(1000);
          const dx = gradientOf(x);
          for (let i = 0; i < dx.length; i++) dx[i] += 2 * dy[i];
        });
      });
      return y;
    };
    poisonScratch(true);
    try {
      for (const within of [scoped, (f: () => void) => f()]) {
        within(() => expect(gradients([x], () => sum(twice(x))).gradients[0].toArray()).toEqual([2, 2]));
      }
    } finally {
      poisonScratch(false);
    }
  });

  it('adopts an array of an inner scope by a copy', () => {
    const x = tensor([1, 2]);
    const given = (x: Tensor): Tensor => {
      const y = tensor(x.toArray());
      recordOperation(y, [x], () => scoped(() => adoptGradient(x, allocate(2).fill(5), 2)));
      return y;
    };
    poisonScratch(true);
    try {
      scoped(() => expect(gradients([x], () => sum(given(x))).gradients[0].toArray()).toEqual([10, 10]));
    } finally {
      poisonScratch(false);
    }
  });

  it('adopts an array as it is, times a factor, and adds what comes after', () => {
    const x = tensor([1, 2]);
    const given = (x: Tensor): Tensor => {
      const y = tensor(x.toArray());
      recordOperation(y, [x], () => {
        adoptGradient(x, realFrom([5, 7]), 2);
        adoptGradient(x, realFrom([1, 2]), 3);
      });
      return y;
    };
    // 2 · 5 + 3 · 1, 2 · 7 + 3 · 2
    expect(gradients([x], () => sum(given(x))).gradients[0].toArray()).toEqual([13, 20]);
    expect(scoped(() => gradients([x], () => sum(given(x))).gradients[0].toArray())).toEqual([13, 20]);
  });

  it('nests in a backward pass, too, which goes on as if nothing had been', () => {
    const x = tensor([3]);
    // The slope of x² by a tape of its own: what is saved forwards may be computed anew on the way back.
    const recomputed = (x: Tensor): Tensor => {
      const y = tensor(x.toArray().map((value) => value ** 2));
      recordOperation(y, [x], () => {
        const own = tensor(x.toArray());
        const [slope] = gradients([own], () => sum(square(own))).gradients;
        gradientOf(x)[0] += gradientOf(y)[0] * slope.data[0];
      });
      return y;
    };
    // d(x² + 2x)/dx at 3
    const both = () => add(sum(recomputed(x)), sum(mul(x, tensor([2]))));
    expect(gradients([x], both).gradients[0].toArray()).toEqual([8]);
  });

  it('nests: an inner loss does not disturb the outer one', () => {
    const x = tensor([3]);
    const outer = gradients([x], () => {
      const inner = gradients([x], () => sum(square(x))).gradients[0].item();
      return sum(mul(x, tensor([inner])));
    });
    expect(outer.gradients[0].toArray()).toEqual([6]);
  });
});

describe('operations', () => {
  it('repeat the operand whose shape ends the other', () => {
    const matrix = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(add(matrix, tensor([10, 20])).toArray()).toEqual([11, 22, 13, 24]);
    expect(sub(tensor([10, 20]), matrix).toArray()).toEqual([9, 18, 7, 16]);
    expect(div(matrix, tensor(2)).toArray()).toEqual([0.5, 1, 1.5, 2]);
  });

  it('refuse shapes that do not meet, and say both', () => {
    expect(() => add(tensor([1, 2]), tensor([1, 2, 3]))).toThrow('got [2] and [3]');
    expect(() => matmul(tensor([[1, 2]]), tensor([[1, 2]]))).toThrow('got [1, 2] and [1, 2]');
    expect(() => slice(tensor([1, 2]), 0, 1, 3)).toThrow('expected a range inside axis 0');
    expect(() => concat([tensor([[1]]), tensor([[1, 2]])], 0)).toThrow(ShapeError);
  });

  it('move elements where they belong', () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(transpose(x).toArray()).toEqual([1, 4, 2, 5, 3, 6]);
    expect(slice(x, -1, 1, 3).toArray()).toEqual([2, 3, 5, 6]);
    expect(slice(x, 0, 1, 2).toArray()).toEqual([4, 5, 6]);
    expect(concat([x, x], -1).toArray()).toEqual([1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]);
  });

  it('compute softplus far out without overflow: x at +1000, 0 at -1000', () => {
    expect(softplus(tensor([1000, -1000])).toArray()).toEqual([1000, 0]);
  });
});

describe('checkGradients', () => {
  it('finds a wrong gradient', () => {
    const x = tensor([1, 2]);
    const wrong = (x: Tensor): Tensor => {
      const y = tensor(x.toArray().map((value) => value ** 2));
      // The slope of x² without its factor 2.
      recordOperation(y, [x], () => {
        for (let i = 0; i < 2; i++) gradientOf(x)[i] += gradientOf(y)[i] * x.data[i];
      });
      return y;
    };
    expect(checkGradients([x], () => sum(wrong(x))).worst).toBeGreaterThan(0.4);
    expect(checkGradients([x], () => sum(square(x))).worst).toBeLessThan(0.01);
    expect(x.toArray()).toEqual([1, 2]);
  });

  it('agrees where every slope is zero', () => {
    const x = tensor([-1, -2]);
    expect(checkGradients([x], () => sum(relu(x))).worst).toBe(0);
  });
});
