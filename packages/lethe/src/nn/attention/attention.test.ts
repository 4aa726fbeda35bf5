import { describe, expect, it } from 'vitest';
import { mul } from '../../autograd/ops/arithmetic.ts';
import { matmul } from '../../autograd/ops/matmul.ts';
import { sum } from '../../autograd/ops/reduce.ts';
import { takeRows } from '../../autograd/ops/rows.ts';
import { reshape } from '../../autograd/ops/shape.ts';
import { gradients } from '../../autograd/tape.ts';
import { ConfigError, ShapeError } from '../../errors.ts';
import { NoiseStream } from '../../random/stream.ts';
import { realZeros } from '../../tensor/dtype.ts';
import { Tensor, tensor } from '../../tensor/tensor.ts';
import { attend } from './attend.ts';
import { attention, attentionKinds } from './attention.ts';

const stream = new NoiseStream(11);
let draws = 0;
const normals = (...shape: number[]) => {
  const size = shape.reduce((product, n) => product * n, 1);
  return new Tensor(shape, stream.normals({ site: 'sample', layer: draws++ }, size));
};

describe('attention', () => {
  it('is the mean of the memory where all scores are one', () => {
    const values = tensor([[[1, 2]], [[3, 6]], [[100, 100]]]);
    const { context, weights } = attend(tensor([[[0, 0]]]), {
      keys: values,
      values,
      lengths: Int32Array.of(2),
    });
    expect([...weights.data]).toEqual([0.5, 0.5, 0]);
    expect([...context.data]).toEqual([2, 4]);
  });

  it('compares by products as Luong et al. do: weights of scores 0 and log 3', () => {
    // softmax(0, log 3) = 1/4, 3/4.
    const keys = tensor([[[0]], [[Math.log(3)]]]);
    const { weights } = attend(tensor([[[1]]]), { keys, values: keys });
    expect(weights.data[0]).toBeCloseTo(0.25, 6);
    expect(weights.data[1]).toBeCloseTo(0.75, 6);
  });

  it.each(attentionKinds)(
    'of kind %s has no influence of padding to the bit, forwards and backwards',
    (kind) => {
      const layer = attention({ kind, querySize: 6, memorySize: 6 }, stream);
      const [query, values, slopes] = [normals(4, 3, 6), normals(5, 3, 6), normals(4, 3, 6)];
      const lengths = Int32Array.of(5, 2, 3);
      const run = (padding: number, more: number) => {
        const S = 5 + more;
        const padded = new Tensor([S, 3, 6], realZeros(S * 18));
        padded.data.set(values.data);
        for (let b = 0; b < 3; b++)
          for (let s = lengths[b]; s < S; s++)
            padded.data.fill(padding, (s * 3 + b) * 6, (s * 3 + b + 1) * 6);
        const inputs = [query, padded, ...Object.values(layer.parameters)];
        const all = gradients(inputs, () =>
          sum(mul(layer.forward(query, layer.memory(padded, lengths)).context, slopes)),
        );
        const [dQuery, dValues, ...others] = all.gradients.map((slope) => slope.toArray());
        expect(dValues.slice(90).every((slope) => slope === 0)).toBe(true);
        return [all.loss, dQuery, dValues.slice(0, 90), others];
      };
      const plain = run(0, 0);
      expect(run(Number.NaN, 0)).toEqual(plain);
      expect(run(1e30, 3)).toEqual(plain);
    },
  );

  it('over all steps at once has the gradients of one step after the other', () => {
    const layer = attention({ querySize: 4, memorySize: 3, size: 5 }, stream);
    const [query, values, slopes] = [normals(3, 2, 4), normals(6, 2, 3), normals(3, 2, 3)];
    const parameters = [values, ...Object.values(layer.parameters)];
    const whole = gradients(parameters, () =>
      sum(mul(layer.forward(query, layer.memory(values)).context, slopes)),
    );
    const steps = [0, 1, 2].map((t) => {
      const at = (x: Tensor) =>
        new Tensor([1, ...x.shape.slice(1)], x.data.slice(t * (x.size / 3), (t + 1) * (x.size / 3)));
      return gradients(parameters, () =>
        sum(mul(layer.forward(at(query), layer.memory(values)).context, at(slopes))),
      );
    });
    for (const [i, slope] of whole.gradients.entries()) {
      for (let k = 0; k < slope.size; k++)
        expect(steps.reduce((total, step) => total + step.gradients[i].data[k], 0)).toBeCloseTo(
          slope.data[k],
          4,
        );
    }
  });

  it('of rows that choose theirs of a memory is that of the rows chosen, with its gradients', () => {
    const layer = attention({ querySize: 4, memorySize: 3, size: 5 }, stream);
    const [query, values, slopes] = [normals(2, 4, 4), normals(6, 3, 3), normals(2, 4, 3)];
    const [lengths, columns] = [Int32Array.of(6, 2, 4), Int32Array.of(2, 0, 2, 1)];
    const inputs = [query, values, ...Object.values(layer.parameters)];
    const chosen = gradients(inputs, () =>
      sum(mul(layer.forward(query, { ...layer.memory(values, lengths), columns }).context, slopes)),
    );
    const copied = gradients(inputs, () => {
      const numbers = Int32Array.from({ length: 24 }, (_, i) => 3 * Math.floor(i / 4) + columns[i % 4]);
      const own = reshape(takeRows(values, numbers), [6, 4, 3]);
      const memory = layer.memory(
        own,
        columns.map((c) => lengths[c]),
      );
      return sum(mul(layer.forward(query, memory).context, slopes));
    });
    expect(chosen.loss).toBe(copied.loss);
    for (const [i, slope] of chosen.gradients.entries())
      for (let k = 0; k < slope.size; k++) expect(slope.data[k]).toBeCloseTo(copied.gradients[i].data[k], 5);
  });

  it('of kind general is products with q W', () => {
    const layer = attention({ kind: 'general', querySize: 4, memorySize: 3 }, stream);
    const [query, values] = [normals(2, 2, 4), normals(5, 2, 3)];
    const by = matmul(query, layer.parameters.weightQuery as Tensor);
    expect(layer.forward(query, layer.memory(values)).weights.toArray()).toEqual(
      attend(by, { keys: values, values }).weights.toArray(),
    );
  });

  it('refuses what it cannot compare, and says why', () => {
    const x = normals(2, 2, 4);
    const memory = { keys: x, values: x };
    expect(() => attention({ kind: 'dot', querySize: 4, memorySize: 3 }, stream)).toThrow(
      "attention: 'dot' compares queries and memory of one width, got 4 and 3; choose kind 'general' or 'additive'",
    );
    expect(() => attention({ kind: 'dot', querySize: 4, memorySize: 4, size: 3 }, stream)).toThrow(
      /no units of its own/,
    );
    expect(() => attend(x, { ...memory, lengths: Int32Array.of(0, 2) })).toThrow(
      new ShapeError('attend: expected lengths from 1 to 2, got 0 in row 0'),
    );
    expect(() => attend(normals(2, 3, 4), memory)).toThrow(ShapeError);
    expect(() => attend({ mean: x, variance: x } as never, memory)).toThrow(
      /moments are not carried through a softmax/,
    );
    expect(() => attend(x, { ...memory, length: 3 } as never)).toThrow(ConfigError);
    expect(() => attend(x, { ...memory, columns: Int32Array.of(0, 2) })).toThrow(
      new ShapeError('attend: expected columns from 0 to 1, got 2 in row 1'),
    );
    expect(() => attend(x, { ...memory, columns: Int32Array.of(0) })).toThrow(ShapeError);
    expect(() => attend(x, { ...memory, columns: [0, 1] } as never)).toThrow(ConfigError);
  });
});
