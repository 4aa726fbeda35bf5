import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { DataError, LetheError, ShapeError } from '../errors.ts';
import {
  allocate,
  allocateFor,
  allocateZeros,
  currentScope,
  lastsAsLongAs,
  poisonScratch,
  scoped,
} from './scratch.ts';
import { Tensor, tensor, zeros } from './tensor.ts';

describe('tensor', () => {
  it('takes its shape from nested arrays', () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(x.shape).toEqual([2, 3]);
    expect(x.toArray()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('takes a shape for flat numbers', () => {
    expect(tensor([1, 2, 3, 4], [2, 2]).shape).toEqual([2, 2]);
    expect(tensor(Float32Array.of(1, 2)).shape).toEqual([2]);
    expect(tensor(7).item()).toBe(7);
  });

  it('holds no elements when an axis is empty', () => {
    expect(zeros([0, 3]).size).toBe(0);
    expect(tensor([]).shape).toEqual([0]);
  });

  it('refuses ragged rows and shapes that do not fit', () => {
    expect(() => tensor([[1, 2], [3]])).toThrow(ShapeError);
    expect(() => tensor([[1], [2, 3]])).toThrow(ShapeError);
    expect(() => tensor([[1, 2], 3 as unknown as number[]])).toThrow(ShapeError);
    expect(() => tensor([1, 2, 3], [2, 2])).toThrow('expected 4 numbers for shape [2, 2], got 3');
  });

  it('gives one number only when it has one', () => {
    expect(() => tensor([1, 2]).item()).toThrow('expected a tensor of one element, got shape [2]');
  });
});

describe('what is no array of numbers', () => {
  it.each<[string, unknown, RegExp]>([
    ['texts', ['1', '2'], /got the text '1'; convert texts with Number/],
    ['a text', 'x', /got the text 'x'/],
    ['booleans', [[true, false]], /got true; write 1 and 0/],
    [
      'a list of tensors',
      [tensor([1]), tensor([2])],
      /got a tensor of shape \[1\]; put tensors together with stack/,
    ],
    ['bigints', new BigInt64Array(2), /got a BigInt64Array of 2/],
    ['a hole', [1, undefined, 2], /got undefined/],
    ['a function, which has a length', () => 1, /got a function/],
  ])('is refused: %s', (_, values, sentence) => {
    expect(() => tensor(values as number[])).toThrow(DataError);
    expect(() => tensor(values as number[])).toThrow(sentence);
  });

  it('is refused where it never ends, or is larger than any memory', () => {
    const endless: unknown[] = [];
    endless.push(endless);
    expect(() => tensor(endless as number[])).toThrow(ShapeError);
    expect(() => zeros([2 ** 40])).toThrow(/at most 2147483647 numbers/);
    for (const shape of [[-1], [1.5], [Number.NaN], 'x', null, [2, '3']]) {
      expect(() => zeros(shape as number[])).toThrow(ShapeError);
    }
  });
});

describe('a tensor on the console', () => {
  it('shows its shape and numbers', () => {
    expect(inspect(tensor(2.5))).toBe('Tensor [] 2.5');
    expect(`${tensor([1, -0.5, Number.NaN])}`).toBe('Tensor [3] [1, -0.5, NaN]');
    // 1 / 3 in float32 is 0.3333333432674408: six digits of it
    expect(
      inspect(
        tensor([
          [1, 2],
          [1 / 3, 4],
        ]),
      ),
    ).toBe('Tensor [2, 2]\n[[1, 2],\n [0.333333, 4]]');
  });

  it('shows the ends of long axes, however many there are', () => {
    expect(inspect(zeros([100]))).toBe('Tensor [100] [0, 0, 0, … 94 more …, 0, 0, 0]');
    for (const shape of [[1000, 1000, 20], new Array(16).fill(2), [1, 0, 3]]) {
      expect(inspect(zeros(shape)).length).toBeLessThan(5000);
    }
  });

  it('shows the two tensors of a Gaussian, and says when memory was handed back', () => {
    expect(inspect({ mean: tensor([1]), variance: tensor([2]) })).toBe(
      '{ mean: Tensor [1] [1], variance: Tensor [1] [2] }',
    );
    expect(inspect(scoped(() => tensor([1])))).toBe('Tensor [1] (its memory was handed back)');
  });

  it('is shape and data in JSON, where NaN and infinities are texts', () => {
    expect(
      JSON.stringify(
        tensor([
          [1, Number.NaN],
          [-Infinity, 2],
        ]),
      ),
    ).toBe('{"shape":[2,2],"data":[1,"NaN","-Infinity",2]}');
  });
});

describe('scratch memory', () => {
  it('is handed back: a tensor read after its scope throws, a kept copy does not', () => {
    const { inside, kept } = scoped(() => {
      const inside = tensor([1, 2, 3]);
      return { inside, kept: inside.keep() };
    });
    expect(kept.toArray()).toEqual([1, 2, 3]);
    expect(() => inside.data).toThrow(LetheError);
    expect(() => inside.data).toThrow(expect.objectContaining({ code: 'E_SCRATCH' }));
  });

  it('does not mistake a later scope at the same depth for the old one', () => {
    const old = scoped(() => tensor([1]));
    scoped(() => expect(() => old.data).toThrow('call keep() inside the scope'));
  });

  it('leaves tensors of an outer scope readable while an inner one ends', () => {
    scoped(() => {
      const outer = tensor([1]);
      const inner = scoped(() => tensor([2]));
      expect(outer.item()).toBe(1);
      expect(() => inner.item()).toThrow(LetheError);
    });
  });

  it('is used again by the next scope', () => {
    const first = scoped(() => allocate(1000));
    const second = scoped(() => allocate(1000));
    expect(second.buffer).toBe(first.buffer);
    expect(second.byteOffset).toBe(first.byteOffset);
  });

  it('gives arrays that do not overlap, each on a multiple of 64 bytes', () => {
    scoped(() => {
      const arrays = Array.from({ length: 20 }, (_, i) => allocate(3 * i + 1).fill(i));
      for (const [i, array] of arrays.entries()) {
        expect(array.byteOffset % 64).toBe(0);
        expect(Array.from(array).every((value) => value === i)).toBe(true);
      }
    });
  });

  it('serves what is larger than a slab, and keeps its other slabs', () => {
    scoped(() => {
      const before = allocateZeros(10);
      const large = allocate(20_000_000);
      const after = allocateZeros(10);
      large.fill(1);
      expect(large.length).toBe(20_000_000);
      expect(Array.from(before)).toEqual(Array(10).fill(0));
      expect(Array.from(after)).toEqual(Array(10).fill(0));
    });
  });

  it('clears what allocateZeros gives, used memory or not', () => {
    scoped(() => allocate(100).fill(7));
    scoped(() => expect(allocateZeros(100).every((value: number) => value === 0)).toBe(true));
    expect(allocate(100).every((value: number) => value === 0)).toBe(true);
  });

  it('is handed back when the function throws', () => {
    const before = scoped(() => allocate(8).byteOffset);
    expect(() =>
      scoped(() => {
        allocate(5000);
        throw new Error('broken');
      }),
    ).toThrow('broken');
    expect(scoped(() => allocate(8).byteOffset)).toBe(before);
  });

  it('refuses an async function, whose end it cannot see', () => {
    expect(() => scoped(async () => 1)).toThrow('expected a function that ends before scoped does');
  });

  it('does not claim memory that came from outside', () => {
    const data = new Float32Array([1, 2]);
    const wrapped = scoped(() => new Tensor([2], data));
    expect(wrapped.toArray()).toEqual([1, 2]);
  });

  it('cuts memory for an outer scope that an inner one does not hand back', () => {
    scoped(() => {
      const outer = currentScope();
      const data = scoped(() => {
        allocate(100);
        return scoped(() => allocateFor(outer, 50).fill(3));
      });
      expect(lastsAsLongAs(data, outer)).toBe(true);
      // Whatever is taken from here on lies elsewhere.
      for (let i = 0; i < 5; i++) scoped(() => allocate(200).fill(i));
      allocate(300).fill(9);
      expect(data.every((value: number) => value === 3)).toBe(true);
    });
    const first = scoped(() => allocate(8).byteOffset);
    expect(scoped(() => allocate(8).byteOffset)).toBe(first);
  });

  it('knows what ends before a scope does', () => {
    scoped(() => {
      const outer = currentScope();
      const before = allocate(4);
      scoped(() => {
        expect(lastsAsLongAs(before, outer)).toBe(true);
        expect(lastsAsLongAs(allocate(4), outer)).toBe(false);
        expect(lastsAsLongAs(allocate(4), currentScope())).toBe(true);
        expect(lastsAsLongAs(allocate(4), null)).toBe(false);
        expect(lastsAsLongAs(new Float32Array(4), outer)).toBe(true);
        // More than what is left of any slab.
        expect(lastsAsLongAs(allocate(2 ** 23 + 1), outer)).toBe(false);
      });
      expect(lastsAsLongAs(allocate(4), outer)).toBe(true);
    });
  });

  it('fills what is handed back with NaN where a test asks for it', () => {
    poisonScratch(true);
    try {
      const [small, large] = scoped(() => [allocate(3).fill(1), allocate(2 ** 23 + 1).fill(1)]);
      expect([...small]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
      expect(large[0]).toBeNaN();
      expect(large[large.length - 1]).toBeNaN();
    } finally {
      poisonScratch(false);
    }
  });
});
