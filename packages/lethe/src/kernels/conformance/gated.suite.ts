/** Conformance of LSTM and GRU. */
import { describe, expect, it } from 'vitest';
import type { Mask } from '../contract/fields.ts';
import type { GruBackward, GruForward, LstmBackward, LstmForward } from '../contract/gated.ts';
import { portable } from '../portable/index.ts';
import * as oracle from './gated-oracle.suite.ts';
import {
  dot,
  engineCopy,
  expectClose,
  expectDirectional,
  expectFields,
  GRADIENT,
  mask,
  Numbers,
  OUTPUT,
  STRIDES,
  type StrideName,
  type Suite,
  unset,
} from './support.suite.ts';

/** [T, B, I, H]; 37 units and 5 rows fill neither a vector nor a tile */
const SIZES = [
  [1, 1, 1, 1],
  [3, 5, 4, 37],
  [2, 1, 3, 16],
  [2, 20, 17, 40],
  [40, 3, 2, 5],
  [3, 17, 50, 65],
  [2, 50, 30, 100],
];

type Input = Omit<LstmForward, 'gates' | 'h' | 'c' | 'y'> &
  Omit<GruForward, 'gates' | 'h' | 'y' | 'recurrentCandidate'>;
type Forward = LstmForward & GruForward;
type Backward = LstmBackward & GruBackward;

/** The cells as the suite goes through them. */
export const cells = [
  { name: 'lstm', G: 4, resetAfter: true },
  { name: 'gru', G: 3, resetAfter: true },
  { name: 'gru', G: 3, resetAfter: false },
] as const;
export type CellCase = (typeof cells)[number];

/** Inputs and weights of a layer without masks; a GRU does not look at c0, an LSTM not at biasRec. */
export function gatedLayer(numbers: Numbers, cell: CellCase, [T, B, I, H]: readonly number[]): Input {
  const columns = cell.G * H;
  return {
    T,
    B,
    I,
    H,
    x: numbers.normal(T * B * I),
    h0: numbers.normal(B * H, 0.5),
    c0: numbers.normal(B * H, 0.5),
    wIn: numbers.normal(I * columns, 1 / Math.sqrt(I)),
    wRec: numbers.normal(H * columns, 1 / Math.sqrt(H)),
    bias: numbers.normal(columns, 0.3),
    biasRec: numbers.normal(columns, 0.3),
    resetAfter: cell.resetAfter,
  };
}

/** What a forward call writes. */
export function gatedOutputs({ T, B, H }: Input, G: number) {
  const size = T * B * H;
  return {
    gates: unset(G * size),
    recurrentCandidate: unset(size),
    c: unset(size),
    h: unset(size),
    y: unset(size),
  };
}

/** All that the backward call needs beyond the forward's; gradients start from numbers, not from zero. */
export function gatedBackward(numbers: Numbers, { T, B, I, H }: Input, G: number) {
  const size = T * B * H;
  return {
    dy: numbers.normal(size),
    dhLast: numbers.normal(B * H),
    dcLast: numbers.normal(B * H),
    dwIn: numbers.normal(I * G * H),
    dwRec: numbers.normal(H * G * H),
    dbias: numbers.normal(G * H),
    dbiasRec: numbers.normal(G * H),
    dh0: numbers.normal(B * H),
    dc0: numbers.normal(B * H),
    dx: numbers.normal(size === 0 ? 0 : T * B * I),
    da: unset(G * size),
    daRec: unset(size),
  };
}

/** Every site with masks in one stride pattern; `perGate` gives input and recurrent one for each gate. */
function allMasks(numbers: Numbers, p: Input, cell: CellCase, strides: StrideName, perGate = false) {
  const { T, B, I, H } = p;
  const drop = (n: number) => mask(strides, T, B, n, (length) => numbers.drop(length, 0.3));
  const keep = () => mask(strides, T, B, H, (length) => numbers.bits(length, 0.3));
  const gated = (n: number): Mask => {
    if (!perGate) return drop(n);
    const { length, time, batch } = STRIDES[strides](T, B, n);
    return { data: numbers.drop(cell.G * length, 0.3), gate: length, time, batch };
  };
  return {
    maskInput: gated(I),
    maskRecurrent: gated(H),
    maskUpdate: drop(H),
    maskCell: drop(H),
    zoneout: keep(),
    ...(cell.name === 'lstm' ? { zoneoutCell: keep() } : {}),
    maskOutput: drop(H),
    maskWeight: numbers.drop(H * cell.G * H, 0.4),
    maskWeightIn: numbers.drop(I * cell.G * H, 0.2),
  };
}

const calls = {
  lstm: {
    oracle: oracle.lstm,
    outputs: ['h', 'c', 'y'],
    gradients: ['dwIn', 'dwRec', 'dbias', 'dh0', 'dc0', 'dx'],
    inputs: ['wIn', 'wRec', 'bias', 'h0', 'c0', 'x'],
  },
  gru: {
    oracle: oracle.gru,
    outputs: ['h', 'y'],
    gradients: ['dwIn', 'dwRec', 'dbias', 'dbiasRec', 'dh0', 'dx'],
    inputs: ['wIn', 'wRec', 'bias', 'biasRec', 'h0', 'x'],
  },
} as const;

interface CheckOptions {
  /** y is the array of h, and the backward call writes over what forward kept */
  alias?: boolean;
  fresh?: boolean;
}

/** The whole check of one layer: forward to the oracle, backward to finite differences and to float64. */
function check(
  suite: Suite,
  cell: CellCase,
  p: Input,
  { alias = false, fresh = false }: CheckOptions = {},
): void {
  const kernels = suite.newKernels();
  const { outputs, gradients, inputs, oracle } = calls[cell.name];
  const call = (engine: typeof kernels, pass: 'Forward' | 'Backward') =>
    engine[`${cell.name}${pass}`] as (p: unknown) => void;
  const out = gatedOutputs(p, cell.G);
  const forward: Forward = { ...p, ...out, ...(alias ? { y: out.h } : {}) };
  const copy = engineCopy(forward);
  const expected = oracle(p);
  call(portable, 'Forward')(forward);
  expectFields(forward, { ...forward, ...expected }, outputs, 1e-12);
  call(kernels, 'Forward')(copy.p);
  expectFields(copy.p, { ...forward, ...expected }, outputs, OUTPUT);
  copy.expectGuards();

  const wanted = gatedBackward(new Numbers(99), p, cell.G);
  const backward = { ...forward, ...wanted, fresh } as Backward;
  const engineSide = engineCopy({ ...wanted, ...copy.p });
  Object.assign(engineSide.p, { fresh });
  if (alias) {
    Object.assign(backward, { da: forward.gates, daRec: forward.recurrentCandidate });
    Object.assign(engineSide.p, { da: engineSide.p.gates, daRec: engineSide.p.recurrentCandidate });
  }
  const before = structuredClone(wanted);
  call(portable, 'Backward')(backward);
  call(kernels, 'Backward')(engineSide.p);
  engineSide.expectGuards();
  expectFields(engineSide.p as unknown as Backward, backward, gradients, GRADIENT);
  if (kernels.engine !== 'portable' || p.T * p.B * p.H * (p.I + p.H) * cell.G > 5e5) return;
  if (fresh) for (const name of ['dwIn', 'dwRec'] as const) before[name].fill(0);
  const last = (p.T - 1) * p.B * p.H;
  const loss = () => {
    const run = oracle(p);
    const states = dot(run.h.subarray(last), backward.dhLast!);
    return (
      dot(run.y, backward.dy) + states + (cell.name === 'lstm' ? dot(run.c.subarray(last), wanted.dcLast) : 0)
    );
  };
  expectDirectional(
    inputs.map((name) => ({
      value: p[name] as Float64Array,
      gradient: backward[`d${name}` as 'dx'] as Float64Array,
      before: before[`d${name}` as 'dx'],
    })),
    loss,
  );
}

export function gatedSuite(suite: Suite): void {
  for (const cell of cells) {
    const title =
      cell.name === 'lstm'
        ? 'the LSTM'
        : `the GRU, reset ${cell.resetAfter ? 'after' : 'before'} the product`;
    describe(title, () => {
      for (const sizes of SIZES) {
        it(`agrees with the equations at [T, B, I, H] = [${sizes}]`, () => {
          check(suite, cell, gatedLayer(new Numbers(1), cell, sizes));
        });
      }

      for (const strides of Object.keys(STRIDES) as StrideName[]) {
        for (const perGate of [false, true]) {
          it(`takes masks ${strides} at every site${perGate ? ', one for each gate' : ''}`, () => {
            for (const sizes of [
              [3, 5, 4, 37],
              [3, 17, 20, 16],
            ]) {
              const numbers = new Numbers(3);
              const p = gatedLayer(numbers, cell, sizes);
              check(suite, cell, { ...p, ...allMasks(numbers, p, cell, strides, perGate) });
            }
          });
        }
        it(`takes each site alone, masks ${strides}`, () => {
          const numbers = new Numbers(4);
          const p = gatedLayer(numbers, cell, [3, 5, 4, 19]);
          for (const perGate of [false, true]) {
            for (const [site, value] of Object.entries(allMasks(numbers, p, cell, strides, perGate))) {
              check(suite, cell, { ...p, [site]: value });
            }
          }
        });
      }

      it('keeps a share of the previous states at a zoneout rate', () => {
        const rates = { zoneoutRate: 0.25, ...(cell.name === 'lstm' ? { zoneoutCellRate: 0.5 } : {}) };
        check(suite, cell, { ...gatedLayer(new Numbers(5), cell, [4, 5, 3, 37]), ...rates });
      });

      it('keeps every state at a zoneout rate of 1', () => {
        const p = gatedLayer(new Numbers(5), cell, [4, 5, 3, 37]);
        const rates = { zoneoutRate: 1, ...(cell.name === 'lstm' ? { zoneoutCellRate: 1 } : {}) };
        const { p: frozen } = engineCopy({ ...p, ...rates, ...gatedOutputs(p, cell.G) });
        suite.newKernels()[`${cell.name}Forward`](frozen as never);
        expect(frozen.h.slice(-p.h0.length)).toEqual(Float32Array.from(p.h0));
        if (cell.name === 'lstm') expect(frozen.c.slice(-p.c0.length)).toEqual(Float32Array.from(p.c0));
      });

      it('keeps the state of rows that have not started or have stopped', () => {
        const numbers = new Numbers(6);
        const p = gatedLayer(numbers, cell, [5, 5, 3, 37]);
        const start = Int32Array.of(0, 2, 4, 5, 1);
        const stop = Int32Array.of(5, 4, 5, 5, 1);
        check(suite, cell, { ...p, start });
        check(suite, cell, { ...p, stop });
        check(suite, cell, {
          ...p,
          start,
          stop,
          ...allMasks(numbers, p, cell, 'per step and example', true),
        });
        check(suite, cell, { ...p, start, stop, zoneoutRate: 0.5 }, { alias: true });
      });

      it('lets y be h, and the gradients take the place of what they come from', () => {
        for (const sizes of [
          [4, 5, 3, 37],
          [3, 20, 9, 33],
        ]) {
          check(suite, cell, gatedLayer(new Numbers(8), cell, sizes), { alias: true });
        }
      });

      it('overwrites the gradients of the weights where they are fresh', () => {
        const numbers = new Numbers(9);
        const p = gatedLayer(numbers, cell, [3, 5, 7, 18]);
        check(suite, cell, p, { fresh: true });
        check(
          suite,
          cell,
          { ...p, ...allMasks(numbers, p, cell, 'per sequence and example', true) },
          { fresh: true },
        );
      });

      it('leaves out the gradients that are not asked for', () => {
        const numbers = new Numbers(10);
        const p = gatedLayer(numbers, cell, [3, 5, 7, 18]);
        const forward = { ...p, ...gatedOutputs(p, cell.G) };
        (portable[`${cell.name}Forward`] as (p: unknown) => void)(forward);
        const whole = { ...forward, ...gatedBackward(numbers, p, cell.G) };
        // What reached the last states counts as zeros where it is not given.
        const zeros = new Float64Array(whole.dhLast.length);
        const expected = structuredClone({ ...whole, dhLast: zeros, dcLast: zeros });
        (portable[`${cell.name}Backward`] as (p: unknown) => void)(expected);
        const initial = cell.name === 'lstm' ? (['dh0', 'dc0'] as const) : (['dh0'] as const);
        for (const left of [[initial[0]], initial, ['dx'], [...initial, 'dx']] as const) {
          const partial: Partial<typeof whole> = structuredClone(whole);
          for (const name of ['dhLast', 'dcLast', ...left] as const) delete partial[name];
          const copy = engineCopy(partial);
          suite.newKernels()[`${cell.name}Backward`](copy.p as never);
          copy.expectGuards();
          const asked = (['dwIn', 'dwRec', 'dbias', ...initial, 'dx'] as const).filter(
            (name) => !left.some((one) => one === name),
          );
          for (const name of asked) expectClose(copy.p[name]!, expected[name], GRADIENT, name);
          expectClose(copy.p.dy!, whole.dy, 1e-7, 'dy is left alone');
        }
      });
    });
  }
}
