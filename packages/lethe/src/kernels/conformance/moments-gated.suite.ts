/** Conformance of fast dropout through LSTM and GRU. */
import { describe, it } from 'vitest';
import type { MomentsGruBackward, MomentsLstmBackward } from '../contract/moments.ts';
import { portable } from '../portable/index.ts';
import { type CellCase, cells, gatedLayer } from './gated.suite.ts';
import * as oracle from './gated-oracle.suite.ts';
import { FORMS, NOISE } from './moments.suite.ts';
import { expectRest } from './moments-rnn.suite.ts';
import {
  dot,
  engineCopy,
  expectDirectional,
  expectFields,
  GRADIENT,
  Numbers,
  OUTPUT,
  type Suite,
  unset,
} from './support.suite.ts';

type Backward = MomentsLstmBackward & MomentsGruBackward;
/** Without what a call writes. */
type Input = Omit<
  Backward,
  `d${string}` | 'aMean' | 'aVariance' | 'hMean' | 'hVariance' | 'cMean' | 'cVariance'
>;

const SIZES = [
  [1, 1, 1, 1],
  [3, 5, 4, 37],
  [4, 20, 6, 17],
  [2, 33, 40, 50],
];

/** A layer in moments; the reset gate always stands after the product. */
export function momentsGatedLayer(numbers: Numbers, cell: CellCase, sizes: readonly number[]): Input {
  const { resetAfter: _, ...layer } = gatedLayer(numbers, cell, sizes);
  return { ...layer, ...FORMS[0], noiseInput: NOISE[0], noiseRecurrent: NOISE[0] };
}

/** What a forward call writes. */
export function momentsGatedOutputs({ T, B, H }: Input) {
  const size = T * B * H;
  return {
    aMean: unset(4 * size),
    aVariance: unset(4 * size),
    hMean: unset(size),
    hVariance: unset(size),
    cMean: unset(size),
    cVariance: unset(size),
  };
}

/** All that the backward call needs beyond the forward's. */
export function momentsGatedBackward(numbers: Numbers, { T, B, I, H }: Input, G: number) {
  const size = T * B * H;
  return {
    dhMean: numbers.normal(size),
    dhVariance: numbers.normal(size),
    dcMeanLast: numbers.normal(B * H),
    dcVarianceLast: numbers.normal(B * H),
    dwIn: numbers.normal(I * G * H),
    dwRec: numbers.normal(H * G * H),
    dbias: numbers.normal(G * H),
    dbiasRec: numbers.normal(G * H),
    dh0: numbers.normal(B * H),
    dh0Variance: numbers.normal(B * H),
    dc0: numbers.normal(B * H),
    dc0Variance: numbers.normal(B * H),
    dx: numbers.normal(T * B * I),
    dxVariance: numbers.normal(T * B * I),
    daMean: unset(4 * size),
    daVariance: unset(4 * size),
  };
}

function variances(numbers: Numbers, { T, B, I, H }: Input) {
  return {
    xVariance: numbers.uniform(T * B * I, 0.1, 1),
    h0Variance: numbers.uniform(B * H, 0.1, 1),
    c0Variance: numbers.uniform(B * H, 0.1, 1),
  };
}

const calls = {
  lstm: {
    forward: 'momentsLstmForward',
    backward: 'momentsLstmBackward',
    oracle: oracle.momentsLstm,
    outputs: ['hMean', 'hVariance', 'cMean', 'cVariance'],
    pairs: ['wIn', 'wRec', 'bias', 'h0', 'h0Variance', 'c0', 'c0Variance', 'x', 'xVariance'],
  },
  gru: {
    forward: 'momentsGruForward',
    backward: 'momentsGruBackward',
    oracle: oracle.momentsGru,
    outputs: ['hMean', 'hVariance'],
    pairs: ['wIn', 'wRec', 'bias', 'biasRec', 'h0', 'h0Variance', 'x', 'xVariance'],
  },
} as const;

/** Forward to the oracle, backward to finite differences and to float64; `alias` writes over the pre-activations. */
function check(suite: Suite, cell: CellCase, p: Input, alias = false): void {
  const kernels = suite.newKernels();
  const { forward: forwardName, backward: backwardName, oracle, outputs, pairs } = calls[cell.name];
  const call = (engine: typeof kernels, name: typeof forwardName | typeof backwardName, with_: object) =>
    (engine[name] as (p: unknown) => void)(with_);
  const forward = { ...p, ...momentsGatedOutputs(p) };
  const copy = engineCopy(forward);
  const expected = oracle(p);
  call(portable, forwardName, forward);
  // The probit variance of the oracle is a sum of 320 terms.
  expectFields(forward, { ...forward, ...expected }, outputs, p.form === 'probit' ? 1e-8 : 1e-11);
  call(kernels, forwardName, copy.p);
  expectFields(copy.p, { ...forward, ...expected }, outputs, OUTPUT);
  copy.expectGuards();

  const wanted = momentsGatedBackward(new Numbers(99), p, cell.G);
  const before = structuredClone(wanted);
  const backward = { ...forward, ...wanted } as Backward;
  const engineSide = engineCopy({ ...wanted, ...copy.p });
  if (alias) {
    Object.assign(backward, { daMean: forward.aMean, daVariance: forward.aVariance });
    Object.assign(engineSide.p, { daMean: engineSide.p.aMean, daVariance: engineSide.p.aVariance });
  }
  call(portable, backwardName, backward);
  call(kernels, backwardName, engineSide.p);
  engineSide.expectGuards();
  const gradients = pairs.map((name) => `d${name}` as 'dx');
  expectFields(
    engineSide.p as unknown as Backward,
    backward,
    [...gradients, 'daMean', 'daVariance'],
    GRADIENT,
  );
  const { daMean, daVariance } = engineSide.p as unknown as Backward;
  expectRest(p, p.T * p.B, [daMean, daVariance]);
  if (kernels.engine !== 'portable' || p.T * p.B * p.H * (p.I + p.H) > 2e4) return;
  const last = (p.T - 1) * p.B * p.H;
  const loss = () => {
    const run = oracle(p);
    const ends =
      dot(run.cMean.subarray(last), wanted.dcMeanLast) +
      dot(run.cVariance.subarray(last), wanted.dcVarianceLast);
    return (
      dot(run.hMean, backward.dhMean) +
      dot(run.hVariance, wanted.dhVariance) +
      (cell.name === 'lstm' ? ends : 0)
    );
  };
  const given = pairs.filter((name) => p[name] !== undefined);
  expectDirectional(
    given.map((name) => ({
      value: p[name] as Float64Array,
      gradient: backward[`d${name}` as 'dx'] as Float64Array,
      before: before[`d${name}` as 'dx'],
    })),
    loss,
  );
}

export function momentsGatedSuite(suite: Suite): void {
  for (const cell of [cells[0], cells[1]]) {
    describe(`fast dropout through the ${cell.name.toUpperCase()}`, () => {
      for (const sizes of SIZES) {
        it(`agrees with the equations at [T, B, I, H] = [${sizes}]`, () => {
          const numbers = new Numbers(21);
          const p = momentsGatedLayer(numbers, cell, sizes);
          check(suite, cell, p);
          check(suite, cell, { ...p, ...variances(numbers, p) }, true);
        });
      }

      for (const form of FORMS) {
        it(`computes the moments of the gates in the form ${form.form}`, () => {
          const numbers = new Numbers(22);
          const p = momentsGatedLayer(numbers, cell, [3, 4, 3, 7]);
          for (const noise of NOISE) {
            check(suite, cell, {
              ...p,
              ...form,
              ...variances(numbers, p),
              noiseInput: noise,
              noiseRecurrent: noise,
            });
          }
        });
      }

      it('draws the pre-activations where there is an epsilon', () => {
        const numbers = new Numbers(23);
        const p = momentsGatedLayer(numbers, cell, [3, 5, 4, 19]);
        const epsilon = numbers.normal(3 * 5 * 4 * 19);
        // The state begins with a variance, or the root of the first step's would have a kink there.
        check(suite, cell, { ...p, h0Variance: variances(numbers, p).h0Variance, epsilon });
      });

      it('keeps the state of rows that have not started or have stopped', () => {
        const numbers = new Numbers(24);
        const p = momentsGatedLayer(numbers, cell, [4, 5, 3, 19]);
        const [start, stop] = [Int32Array.of(0, 2, 4, 1, 0), Int32Array.of(4, 4, 4, 1, 2)];
        check(suite, cell, { ...p, start, stop, ...variances(numbers, p) });
        check(suite, cell, { ...p, start, stop }, true);
      });
    });
  }
}
