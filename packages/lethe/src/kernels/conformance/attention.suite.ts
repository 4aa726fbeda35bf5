/** Conformance of attention: against the equations in float64 and their finite differences, and what must have no influence. */
import { describe, expect, it } from 'vitest';
import type { AttentionForward } from '../contract/attention.ts';
import { portable } from '../portable/index.ts';
import {
  dot,
  engineCopy,
  expectClose,
  expectDirectional,
  GRADIENT,
  Numbers,
  OUTPUT,
  type Suite,
  unset,
} from './support.suite.ts';

/** T, B, S, K, E: odd sizes, one of each, and more than a vector. */
const SIZES = [
  [1, 1, 1, 1, 1],
  [3, 2, 5, 4, 7],
  [2, 3, 19, 33, 17],
  [7, 5, 20, 64, 50],
];

/** Operands of a call and its backward. */
export function attentionOf(sizes: readonly number[], additive: boolean) {
  const [T, B, S, K, E] = sizes;
  const numbers = new Numbers(T + 10 * S);
  return {
    ...{ T, B, S, K, E, C: B },
    columns: Int32Array.from({ length: B }, (_, b) => b),
    last: Int32Array.from({ length: B }, (_, b) => S - 1 - ((2 * b) % S)),
    query: numbers.normal(T * B * K),
    keys: numbers.normal(S * B * K),
    v: additive ? numbers.normal(K) : undefined,
    memory: numbers.normal(S * B * E),
    weights: unset(T * B * S),
    context: unset(T * B * E),
    dWeights: numbers.normal(T * B * S),
    dContext: numbers.normal(T * B * E),
    dQuery: numbers.normal(T * B * K),
    dKeys: numbers.normal(S * B * K),
    dMemory: numbers.normal(S * B * E),
    dv: numbers.normal(K),
  };
}

/** The equations, one element at a time. */
function oracle(p: Omit<AttentionForward, 'weights' | 'context'>) {
  const { T, B, S, K, E, C, columns } = p;
  const weights = new Float64Array(T * B * S);
  const context = new Float64Array(T * B * E);
  for (let m = 0; m < T * B; m++) {
    const b = m % B;
    const scores = Array.from({ length: p.last[b] + 1 }, (_, s) => {
      const terms = Array.from({ length: K }, (_, k) => {
        const [q, key] = [p.query[m * K + k], p.keys[(s * C + columns[b]) * K + k]];
        return p.v ? p.v[k] * Math.tanh(q + key) : q * key;
      });
      return terms.reduce((sum, term) => sum + term, 0);
    });
    const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
    for (const [s, score] of scores.entries()) {
      weights[m * S + s] = Math.exp(score) / total;
      for (let j = 0; j < E; j++)
        context[m * E + j] += weights[m * S + s] * p.memory[(s * C + columns[b]) * E + j];
    }
  }
  return { weights, context };
}

export function attentionSuite({ newKernels }: Suite): void {
  describe('attention', () => {
    for (const additive of [true, false]) {
      const kind = additive ? 'additive scores' : 'products';
      for (const sizes of SIZES) {
        it(`follows its equations by ${kind}, sizes ${sizes}`, () => {
          const p = attentionOf(sizes, additive);
          const copy = engineCopy(p);
          newKernels().attentionForward(copy.p);
          newKernels().attentionBackward(copy.p);
          copy.expectGuards();
          const expected = oracle(p);
          expectClose(copy.p.weights, expected.weights, OUTPUT, 'weights');
          expectClose(copy.p.context, expected.context, OUTPUT, 'context');
          // The portable engine in float64, whose gradients the finite differences below hold.
          const exact = { ...p, dQuery: p.dQuery.slice(), dKeys: p.dKeys.slice() };
          Object.assign(exact, { dMemory: p.dMemory.slice(), dv: p.dv.slice(), ...expected });
          portable.attentionBackward(exact);
          for (const name of ['dQuery', 'dKeys', 'dMemory', 'dv'] as const)
            expectClose(copy.p[name], exact[name], GRADIENT, name);
        });

        it(`has the gradients of its values by ${kind}, sizes ${sizes}`, () => {
          const p = attentionOf(sizes, additive);
          Object.assign(p, oracle(p));
          const inputs = (['query', 'keys', 'memory', 'v'] as const).flatMap((name) => {
            const value = p[name];
            const gradient = p[`d${name === 'v' ? name : name[0].toUpperCase() + name.slice(1)}` as 'dKeys'];
            return value ? [{ value, gradient, before: gradient.slice() }] : [];
          });
          portable.attentionBackward(p);
          expectDirectional(inputs, () => {
            const { weights, context } = oracle(p);
            return dot(weights, p.dWeights) + dot(context, p.dContext);
          });
        });
      }

      it(`reads nothing behind the last position, and no step without a gradient, by ${kind}`, () => {
        const p = attentionOf([4, 3, 9, 20, 18], additive);
        const { B, S, K, E } = p;
        // Step 2 of row 1 has no gradient.
        p.dContext.fill(0, (2 * B + 1) * E, (2 * B + 2) * E);
        p.dWeights.fill(0, (2 * B + 1) * S, (2 * B + 2) * S);
        const run = (spoilt: boolean) => {
          const copy = engineCopy(p).p;
          if (spoilt) {
            copy.query.fill(Number.NaN, (2 * B + 1) * K, (2 * B + 2) * K);
            for (let b = 0; b < B; b++) {
              for (let s = p.last[b] + 1; s < S; s++) {
                copy.keys.fill(Number.NaN, (s * B + b) * K, (s * B + b + 1) * K);
                copy.memory.fill(Number.NaN, (s * B + b) * E, (s * B + b + 1) * E);
              }
            }
          }
          newKernels().attentionForward(copy);
          newKernels().attentionBackward(copy);
          copy.weights.fill(0, (2 * B + 1) * S, (2 * B + 2) * S);
          copy.context.fill(0, (2 * B + 1) * E, (2 * B + 2) * E);
          const { weights, context, dQuery, dKeys, dMemory, dv } = copy;
          return { weights, context, dQuery, dKeys, dMemory, dv };
        };
        expect(run(true)).toEqual(run(false));
      });

      it(`follows its equations by exponentials taken once, where queries and keys allow it, by ${kind}`, () => {
        for (const T of [3, 11]) {
          const p = attentionOf([T, 4, 9, 20, 18], additive);
          // Row 1 has a key, query 2 of row 2 a number too large for it: tanh of them is 1.
          p.keys[(3 * 4 + 1) * 20 + 5] = 30;
          p.query[(2 * 4 + 2) * 20 + 7] = -25;
          const copy = engineCopy({ ...p, factored: true });
          newKernels().attentionForward(copy.p);
          copy.expectGuards();
          const expected = oracle(p);
          expectClose(copy.p.weights, expected.weights, OUTPUT, 'weights');
          expectClose(copy.p.context, expected.context, OUTPUT, 'context');
          // The same bits alone.
          const row = engineCopy({ ...p, factored: true, T: 1 }).p;
          newKernels().attentionForward({ ...row, query: row.query.slice(4 * 20, 8 * 20) });
          expect([...row.weights.slice(0, 4 * 9)]).toEqual([...copy.p.weights.slice(4 * 9, 8 * 9)]);
        }
      });

      it(`reads the columns of a memory that its rows ask for, of few steps and of many, by ${kind}`, () => {
        for (const T of [3, 11]) {
          const p = attentionOf([T, 4, 9, 20, 18], additive);
          const columns = Int32Array.of(2, 0, 2, 3);
          const copy = engineCopy({ ...p, columns });
          newKernels().attentionForward(copy.p);
          copy.expectGuards();
          const expected = oracle({ ...p, columns });
          expectClose(copy.p.weights, expected.weights, OUTPUT, 'weights');
          expectClose(copy.p.context, expected.context, OUTPUT, 'context');
        }
      });

      it(`gives rows of one step that read one column beside each other what each has alone, by ${kind}`, () => {
        const [B, S, K, E] = [9, 9, 20, 18];
        const columns = Int32Array.of(2, 2, 2, 2, 2, 0, 0, 5, 5);
        // One of a column's rows ends before the others; one has a number too large for exponentials.
        const last = Int32Array.of(8, 8, 8, 8, 8, 3, 3, 6, 4);
        for (const factored of [false, true]) {
          const p = { ...attentionOf([1, B, S, K, E], additive), columns, last, factored };
          p.query[1 * K + 3] = -25;
          const copy = engineCopy(p);
          newKernels().attentionForward(copy.p);
          copy.expectGuards();
          const expected = oracle(p);
          expectClose(copy.p.weights, expected.weights, OUTPUT, 'weights');
          expectClose(copy.p.context, expected.context, OUTPUT, 'context');
          for (let b = 0; b < B; b++) {
            const one = { B: 1, columns: columns.slice(b, b + 1), last: last.slice(b, b + 1) };
            const row = engineCopy(p).p;
            const alone = {
              query: row.query.slice(b * K, (b + 1) * K),
              weights: row.weights.slice(0, S),
              context: row.context.slice(0, E),
            };
            newKernels().attentionForward({ ...row, ...one, ...alone });
            expect([...alone.weights]).toEqual([...copy.p.weights.slice(b * S, (b + 1) * S)]);
            expect([...alone.context]).toEqual([...copy.p.context.slice(b * E, (b + 1) * E)]);
          }
        }
      });

      it(`gives a query the same bits alone and among others, by ${kind}`, () => {
        const p = engineCopy(attentionOf([6, 2, 9, 20, 18], additive)).p;
        const { B, S, K, E } = p;
        newKernels().attentionForward(p);
        const alone = { weights: p.weights.slice(0, B * S), context: p.context.slice(0, B * E) };
        newKernels().attentionForward({ ...p, ...alone, T: 1, query: p.query.slice(4 * B * K, 5 * B * K) });
        expect(alone.weights).toEqual(p.weights.slice(4 * B * S, 5 * B * S));
        expect(alone.context).toEqual(p.context.slice(4 * B * E, 5 * B * E));
      });
    }

    it('adds only the gradients that are wanted', () => {
      const p = engineCopy(attentionOf([3, 2, 5, 4, 7], true)).p;
      newKernels().attentionForward(p);
      const whole = { ...p, dKeys: p.dKeys.slice(), dQuery: p.dQuery.slice() };
      newKernels().attentionBackward({ ...whole, dMemory: p.dMemory.slice(), dv: p.dv.slice() });
      const part = { ...p, dQuery: undefined, dMemory: undefined, dv: undefined };
      newKernels().attentionBackward(part);
      expect(part.dKeys).toEqual(whole.dKeys);
    });

    it('loses nothing at large scores', () => {
      // Scores 200, 100, -200: weights 1, e^-100, 0, of which float32 keeps the first; context the first position.
      const p = {
        ...{ T: 1, B: 1, S: 3, K: 1, E: 1, C: 1 },
        columns: Int32Array.of(0),
        last: Int32Array.of(2),
        query: Float32Array.of(1),
        keys: Float32Array.of(200, 100, -200),
        memory: Float32Array.of(3, 5, 7),
        weights: new Float32Array(3),
        context: new Float32Array(1),
      };
      newKernels().attentionForward(p);
      expectClose(p.weights, [1, 0, 0], 1e-6, 'weights');
      expectClose(p.context, [3], 1e-6, 'context');
    });
  });
}
