/** Conformance of the NADE readout. */
import { describe, expect, it } from 'vitest';
import type { NadeForward } from '../contract/nade.ts';
import { portable } from '../portable/index.ts';
import {
  engineCopy,
  expectClose,
  expectDirectional,
  expectFields,
  GRADIENT,
  mask,
  Numbers,
  OUTPUT,
  type StrideName,
  type Suite,
  unset,
} from './support.suite.ts';

// Frames that fill no block and several, hidden units that fill no vector and several, one of each.
const SIZES = [
  [1, 1, 1, 1],
  [2, 3, 7, 4],
  [5, 4, 12, 50],
  [3, 11, 88, 37],
  [2, 9, 30, 200],
];
const FORMS = ['plain', 'variances', 'masks', 'everything'] as const;

export function nadeSuite({ newKernels }: Suite): void {
  describe('the NADE readout', () => {
    for (const sizes of SIZES) {
      for (const form of FORMS) {
        it(`is right at [T, B, D, K] = [${sizes}], ${form}`, () => {
          const kernels = newKernels();
          const p = nadeLayer(new Numbers(71), sizes, form);
          const before = structuredClone(p);
          const copy = engineCopy(p);
          portable.nadeForward(p);
          portable.nadeBackward(p);
          kernels.nadeForward(copy.p);
          kernels.nadeBackward(copy.p);
          copy.expectGuards();
          expectClose(copy.p.rowLoss, oracle(p), OUTPUT, 'rowLoss');
          expectFields(copy.p, p, ['logits'], OUTPUT);
          expectFields(copy.p, p, GRADIENTS, GRADIENT);
          if (kernels.engine !== 'portable') return;
          const pairs = [
            ['biases', 'dBiases'],
            ['variances', 'dVariances'],
            ['weightIn', 'dWeightIn'],
            ['weightOut', 'dWeightOut'],
          ] as const;
          const inputs = pairs.flatMap(([name, gradient]) =>
            p[name] ? [{ value: p[name], gradient: p[gradient]!, before: before[gradient]! }] : [],
          );
          const unmasked = { ...p, stepMask: undefined };
          expectDirectional(inputs, () =>
            oracle(unmasked).reduce((sum, loss, m) => sum + loss * p.dRowLoss[m], 0),
          );
        });
      }
    }

    it('gives the gradients that are asked for and no others', () => {
      const kernels = newKernels();
      const whole = engineCopy(nadeLayer(new Numbers(72), [2, 9, 12, 20], 'everything')).p;
      const some = engineCopy(nadeLayer(new Numbers(72), [2, 9, 12, 20], 'everything')).p;
      const rest = Object.fromEntries(
        Object.entries(some).filter(([name]) => !/^d(Biases|Variances|WeightIn)/.test(name)),
      ) as typeof some;
      for (const p of [whole, rest]) {
        kernels.nadeForward(p);
        kernels.nadeBackward(p);
      }
      expect(Array.from(rest.dWeightOut)).toEqual(Array.from(whole.dWeightOut));
      expect(Array.from(some.dBiases)).not.toEqual(Array.from(whole.dBiases));
    });

    it('does not read frames that do not count', () => {
      const kernels = newKernels();
      const clean = engineCopy(nadeLayer(new Numbers(73), [3, 5, 9, 20], 'everything')).p;
      const spoilt = engineCopy(nadeLayer(new Numbers(73), [3, 5, 9, 20], 'everything')).p;
      for (let m = 0; m < 15; m++) {
        if (spoilt.stepMask![m] !== 0) continue;
        spoilt.biases.fill(Number.NaN, m * 29, (m + 1) * 29);
        spoilt.visible.fill(Number.NaN, m * 9, (m + 1) * 9);
      }
      for (const p of [clean, spoilt]) {
        kernels.nadeForward(p);
        kernels.nadeBackward(p);
      }
      for (const name of ['rowLoss', 'logits', ...GRADIENTS] as const) {
        expect(Array.from(spoilt[name]!), name).toEqual(Array.from(clean[name]!));
      }
    });

    it.each(FORMS)(
      'overwrites the gradients of the biases where they are said to hold nothing, %s',
      (form) => {
        const kernels = newKernels();
        const zeros = engineCopy(nadeLayer(new Numbers(75), [3, 7, 12, 20], form)).p;
        const fresh = engineCopy(nadeLayer(new Numbers(75), [3, 7, 12, 20], form)).p;
        for (const name of ['dBiases', 'dVariances'] as const) {
          zeros[name]?.fill(0);
          fresh[name]?.fill(Number.NaN);
        }
        for (const p of [zeros, fresh]) kernels.nadeForward(p);
        kernels.nadeBackward(zeros);
        kernels.nadeBackward({ ...fresh, fresh: true });
        for (const name of GRADIENTS) {
          expect(
            Array.from(fresh[name] ?? [], (value) => value + 0),
            name,
          ).toEqual(Array.from(zeros[name] ?? [], (value) => value + 0));
        }
      },
    );

    it('does nothing for no frames, no dimensions and no hidden units', () => {
      for (const sizes of [
        [0, 3, 4, 5],
        [2, 3, 0, 5],
        [2, 3, 4, 0],
      ]) {
        const copy = engineCopy(nadeLayer(new Numbers(74), sizes, 'plain'));
        newKernels().nadeForward(copy.p);
        newKernels().nadeBackward(copy.p);
        copy.expectGuards();
        expectClose(copy.p.rowLoss, oracle(copy.p), OUTPUT, `rowLoss at ${sizes}`);
      }
    });
  });
}

/** Arguments of both passes at [T, B, D, K]. */
export function nadeLayer(numbers: Numbers, [T, B, D, K]: readonly number[], form: (typeof FORMS)[number]) {
  const withVariance = form === 'variances' || form === 'everything';
  const withMask = form === 'masks' || form === 'everything';
  const strides: StrideName = form === 'masks' ? 'with gaps between rows' : 'per sequence and example';
  const M = T * B;
  const stepMask = withMask ? numbers.array(M, () => (numbers.next() < 0.3 ? 0 : 1)) : undefined;
  return {
    T,
    B,
    D,
    K,
    biases: numbers.normal(M * (K + D)),
    variances: withVariance ? numbers.uniform(M * (K + D), 0, 2) : undefined,
    visible: numbers.bits(M * D, 0.3),
    weightIn: numbers.normal(D * K),
    weightOut: numbers.normal(D * K, 0.5),
    // 5 and 7 share no divisor with the numbers of dimensions above 1, of which the order is so a permutation
    order: Int32Array.from({ length: D }, (_, i) => ((D % 5 === 0 ? 7 : 5) * i + (D > 1 ? 1 : 0)) % D),
    maskHidden: withMask ? mask(strides, T, B, K, (n) => numbers.drop(n, 0.4)) : undefined,
    logits: unset(M * D),
    stepMask,
    rowLoss: unset(M),
    dRowLoss: numbers.normal(M).map((d, m) => (stepMask ? stepMask[m] * d : d)),
    dBiases: numbers.normal(M * (K + D)),
    dVariances: withVariance ? numbers.normal(M * (K + D)) : undefined,
    dWeightIn: numbers.normal(D * K),
    dWeightOut: numbers.normal(D * K),
  };
}

// --- internal ---

const GRADIENTS = ['dBiases', 'dVariances', 'dWeightIn', 'dWeightOut'] as const;

/** The losses with every hidden unit computed anew for every dimension, from the sum over those before. */
function oracle(p: NadeForward): Float64Array {
  const { B, D, K, order } = p;
  const shrink = (variance: ArrayLike<number> | undefined, at: number) =>
    variance ? 1 / Math.sqrt(1 + (Math.PI / 8) * variance[at]) : 1;
  return Float64Array.from({ length: p.T * B }, (_, m) => {
    if (p.stepMask?.[m] === 0) return 0;
    let nll = 0;
    for (const [place, i] of order.entries()) {
      const row = m * (K + D);
      let z = p.biases[row + K + i];
      for (let k = 0; k < K; k++) {
        let a = p.biases[row + k];
        for (const j of order.subarray(0, place)) a += p.visible[m * D + j] * p.weightIn[j * K + k];
        const g = p.maskHidden;
        const noise = g ? g.data[Math.floor(m / B) * g.time + (m % B) * g.batch + k] : 1;
        z += (p.weightOut[i * K + k] * noise) / (1 + Math.exp(-a * shrink(p.variances, row + k)));
      }
      const q = 1 / (1 + Math.exp(-z * shrink(p.variances, row + K + i)));
      nll -= p.visible[m * D + i] === 1 ? Math.log(q) : Math.log1p(-q);
    }
    return nll;
  });
}
