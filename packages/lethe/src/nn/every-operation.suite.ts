/** For tests of all operations at once: every function that records a backward function, with tensors to differentiate by. */

import { add, div, mul, sub } from '../autograd/ops/arithmetic.ts';
import { softplus, sqrt, tanh } from '../autograd/ops/elementwise.ts';
import { applyMask } from '../autograd/ops/mask.ts';
import { affine, matmul } from '../autograd/ops/matmul.ts';
import { mean, sumAxis } from '../autograd/ops/reduce.ts';
import { takeRows, withoutPadding } from '../autograd/ops/rows.ts';
import { batchOf, exampleOf, reverseTime } from '../autograd/ops/sequence.ts';
import { broadcastRows, concat, reshape, slice, stack, transpose, where } from '../autograd/ops/shape.ts';
import { activationMoments, momentFunction } from '../moments/activation.ts';
import { linearMoments } from '../moments/linear.ts';
import { productMoments } from '../moments/product.ts';
import { drawGaussian } from '../moments/sample.ts';
import { weightNoiseMoments } from '../moments/weight-noise.ts';
import { NoiseStream } from '../random/stream.ts';
import { type Real, realFrom } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';
import { attend } from './attention/attend.ts';
import {
  deepRnnMoments,
  deepRnnSequence,
  hasPieces,
  type Transition,
  transitionBlocks,
} from './cells/deep-rnn.ts';
import { gruMoments, gruSequence } from './cells/gru.ts';
import { lstmMoments, lstmSequence } from './cells/lstm.ts';
import { rnnMoments, rnnSequence } from './cells/rnn.ts';
import { embedding } from './embedding.ts';
import { bernoulliNll, gaussianNll, squaredError } from './losses/losses.ts';
import { meanOverSteps } from './losses/mean-over-steps.ts';
import {
  activationPenalty,
  distancePenalty,
  temporalPenalty,
  weightDecayPenalty,
} from './losses/penalties.ts';
import { pinballLoss } from './losses/pinball.ts';
import { softmaxNll } from './losses/softmax-nll.ts';
import { studentTNll } from './losses/student-t.ts';
import { mixtureNll } from './mixture-nll.ts';
import { descriptionLength, noisyWeights } from './parameters/noisy-weights.ts';
import { nadeNll, nadeRowNll } from './readout/nade-nll.ts';
import { poolSteps } from './readout/pool-steps.ts';
import { readoutDistance, readoutNll } from './readout/readout.ts';
import { transfer } from './transfer.ts';

/** An operation as a function of the tensors that it is differentiated by; all that it gives goes into the loss. */
export interface Operation {
  inputs: readonly Tensor[];
  f: (...inputs: Tensor[]) => Tensor | readonly Tensor[];
}

const stream = new NoiseStream(31);
let draws = 0;

/** Numbers from 0.5 to 1: away from poles and kinks, and fit to be a variance. */
export function positive(...shape: number[]): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return new Tensor(shape, stream.uniforms({ site: 'sample', layer: draws++ }, size, 0.5, 1));
}

// Steps, rows, inputs and units are as many, so that tensors of different roles have one shape and can be one tensor.
const [T, B, n] = [3, 4, 4];
const cube = () => positive(T, B, n);
const square = () => positive(B, n);
const row = () => positive(n);
const constant = cube();
const half = new Tensor([B, n], realFrom(Array.from({ length: B * n }, (_, i) => i % 2)));
const counted = realFrom(Array.from({ length: T * B }, (_, m) => (m % 3 === 1 ? 0 : 1)));
const classes = Int32Array.from({ length: B }, (_, m) => (m * 3) % n);
const draw = (size: number): Real => stream.normals({ site: 'sample', layer: draws++ }, size);
const active = { start: Int32Array.of(0, 1, 0, 0), stop: Int32Array.of(3, 3, 2, 1) };
const mask = { data: positive(1, B, n).data, gate: 0, time: 0, batch: n };
const rule = momentFunction('tanh', { form: 'wang-manning' });
const integrated = {
  noiseInput: { mean: 0.8, square: 0.2, variance: 0.9 },
  noiseRecurrent: { mean: 0.7, square: 0.3, variance: 0.8 },
};
const noise = { maskRecurrent: mask, maskCell: mask, maskOutput: mask };
const drawn = draw(T * B * 4 * n);
const table = embedding({ vocabulary: 5, size: n }, stream);

const pair = ({ mean, variance }: { mean: Tensor; variance: Tensor }) => [mean, variance];
type Cell = { hidden: unknown; cell?: unknown };
/** Output, states and last state of a layer. */
function all(run: { output: unknown; states: unknown; state: Cell }): Tensor[] {
  const of = (value: unknown): Tensor[] =>
    value instanceof Tensor ? [value] : value ? pair(value as { mean: Tensor; variance: Tensor }) : [];
  return [run.output, run.states, run.state.hidden, run.state.cell].flatMap(of);
}

/** Zeros and ones, in an order that is not that of the dimensions, with dropped hidden units and frames that do not count. */
const frames = new Tensor(
  [T, B, n],
  realFrom(Array.from({ length: T * B * n }, (_, i) => ((i * 7 + 3) % 5) % 2)),
);
const nadeOptions = { order: Int32Array.of(2, 0, 3, 1), mask, stepMask: counted };

const observed = new Tensor([B, n], realFrom(new Array(B * n).fill(1.5)));
const sourceLengths = Int32Array.of(3, 1, 2, 3);
const quarters = [0.2, 0.4, 0.6, 0.8];

export const everyOperation: Record<string, Operation> = {
  add: { inputs: [cube(), cube()], f: add },
  sub: { inputs: [square(), square()], f: sub },
  mul: { inputs: [cube(), cube()], f: mul },
  div: { inputs: [cube(), cube()], f: div },
  tanh: { inputs: [cube()], f: tanh },
  sqrt: { inputs: [cube()], f: sqrt },
  softplus: { inputs: [cube()], f: softplus },
  applyMask: { inputs: [cube()], f: (x) => applyMask(x, mask) },
  matmul: { inputs: [square(), square()], f: matmul },
  affine: { inputs: [row(), square(), row()], f: affine },
  'affine of rows': { inputs: [square(), square(), row()], f: affine },
  mean: { inputs: [cube()], f: mean },
  sumAxis: { inputs: [cube()], f: (x) => sumAxis(x, 1) },
  takeRows: { inputs: [cube()], f: (x) => takeRows(x, Int32Array.of(0, 3, 3, 7)) },
  withoutPadding: { inputs: [cube()], f: (x) => [withoutPadding(x, active), x] },
  reverseTime: { inputs: [cube()], f: reverseTime },
  exampleOf: { inputs: [cube()], f: (x) => exampleOf(x, 2) },
  batchOf: {
    inputs: [positive(T, 1, n), positive(T, 1, n), positive(T, 1, n)],
    f: (...examples) => batchOf(examples),
  },
  reshape: { inputs: [cube()], f: (x) => reshape(x, [n, B * T]) },
  transpose: { inputs: [square()], f: transpose },
  slice: { inputs: [cube()], f: (x) => slice(x, -1, 1, 3) },
  concat: { inputs: [cube(), cube()], f: (a, b) => concat([a, b], -1) },
  stack: { inputs: [square(), square()], f: (a, b) => stack([a, b]) },
  broadcastRows: { inputs: [row()], f: (x) => broadcastRows(x, 3) },
  where: { inputs: [square(), square()], f: (a, b) => where(half, a, b) },
  activationMoments: {
    inputs: [square(), square()],
    f: (mean, variance) => pair(activationMoments({ mean, variance }, 'tanh')),
  },
  'linearMoments of a plain tensor': {
    inputs: [square(), square(), row()],
    f: (x, w, b) => pair(linearMoments(x, w, b, integrated.noiseInput)),
  },
  linearMoments: {
    inputs: [square(), square(), square(), row()],
    f: (mean, variance, w, b) => pair(linearMoments({ mean, variance }, w, b, integrated.noiseInput)),
  },
  drawGaussian: {
    inputs: [square(), square()],
    f: (mean, variance) => drawGaussian({ mean, variance }, constant.data.subarray(0, B * n) as Real),
  },
  weightNoiseMoments: {
    inputs: [square(), square(), square(), square(), row()],
    f: (mean, variance, wMean, wVariance, bias) =>
      pair(weightNoiseMoments({ mean, variance }, { mean: wMean, variance: wVariance }, bias)),
  },
  productMoments: {
    inputs: [square(), square(), square(), square()],
    f: (a, b, c, d) => pair(productMoments({ mean: a, variance: b }, { mean: c, variance: d })),
  },
  noisyWeights: {
    inputs: [square(), square()],
    f: (mean, logDeviation) => noisyWeights(mean, logDeviation, constant.data.subarray(0, B * n) as Real),
  },
  descriptionLength: {
    inputs: [square(), square(), square(), square()],
    f: (a, b, c, d) =>
      descriptionLength([
        { mean: a, logDeviation: b },
        { mean: c, logDeviation: d },
      ]),
  },
  bernoulliNll: { inputs: [cube()], f: (z) => bernoulliNll(z, constant, counted).loss },
  'bernoulliNll of a Gaussian': {
    inputs: [cube(), cube()],
    f: (mean, variance) => bernoulliNll({ mean, variance }, constant, counted).loss,
  },
  squaredError: { inputs: [cube()], f: (x) => squaredError(x, constant, counted).loss },
  'squaredError of a Gaussian': {
    inputs: [cube(), cube()],
    f: (mean, variance) => squaredError({ mean, variance }, constant, counted).loss,
  },
  gaussianNll: {
    inputs: [cube(), cube()],
    f: (mean, variance) => gaussianNll(mean, variance, constant, counted).loss,
  },
  softmaxNll: { inputs: [square()], f: (z) => softmaxNll(z, classes).loss },
  'softmaxNll with smoothing': {
    inputs: [square()],
    f: (z) => softmaxNll(z, classes, undefined, { smoothing: 0.1 }).loss,
  },
  readoutNll: {
    inputs: [square(), square(), row()],
    f: (x, weight, bias) => readoutNll(x, { weight, bias }, classes).loss,
  },
  'readoutNll with smoothing': {
    inputs: [square(), square(), row()],
    f: (x, weight, bias) => readoutNll(x, { weight, bias }, classes, { smoothing: 0.1 }).loss,
  },
  'readoutNll with clusters': {
    inputs: [square(), square(), row(), positive(2, n), positive(2)],
    f: (x, weight, bias, entries, entryBias) => {
      const clusters = { cutoffs: [2, 3], weight: entries, bias: entryBias };
      return readoutNll(x, { weight, bias, clusters }, classes).loss;
    },
  },
  readoutDistance: {
    inputs: [square(), square(), square()],
    f: (a, b, weight) => readoutDistance(a, b, { weight }, 0.7),
  },
  nadeNll: {
    inputs: [cube(), cube(), square(), square()],
    f: (hidden, visible, weightIn, weightOut) =>
      nadeNll({ hidden, visible }, { weightIn, weightOut }, frames, nadeOptions),
  },
  'nadeNll of Gaussian biases': {
    inputs: [cube(), cube(), cube(), cube(), square(), square()],
    f: (hidden, hiddenVariance, visible, visibleVariance, weightIn, weightOut) =>
      nadeNll(
        {
          hidden: { mean: hidden, variance: hiddenVariance },
          visible: { mean: visible, variance: visibleVariance },
        },
        { weightIn, weightOut },
        frames,
        nadeOptions,
      ),
  },
  mixtureNll: { inputs: [cube(), cube(), cube()], f: (a, b, c) => mixtureNll([a, b, c]) },
  activationPenalty: { inputs: [cube()], f: (y) => activationPenalty(y, 2) },
  temporalPenalty: { inputs: [cube()], f: (h) => temporalPenalty(h, 2) },
  distancePenalty: { inputs: [cube(), cube()], f: (a, b) => distancePenalty(a, b, 2) },
  weightDecayPenalty: { inputs: [square(), square()], f: (a, b) => weightDecayPenalty([a, b], 2) },
  embedding: {
    inputs: [table.parameters.weight],
    f: () => table.forward(Int32Array.of(0, 1, 3, 1), 2),
  },
  rnnSequence: {
    inputs: [cube(), square(), square(), square(), row()],
    f: (x, h0, weightIn, weightRec, bias) =>
      all(rnnSequence(x, h0, { weightIn, weightRec, bias }, 'tanh', noise, active)),
  },
  ...deepOperations(),
  lstmSequence: {
    inputs: [cube(), square(), square(), positive(n, 4 * n), positive(n, 4 * n), positive(4 * n)],
    f: (x, hidden, cell, weightIn, weightRec, bias) =>
      all(lstmSequence(x, { hidden, cell }, { weightIn, weightRec, bias }, noise, active)),
  },
  'gruSequence, reset after': {
    inputs: [cube(), square(), positive(n, 3 * n), positive(n, 3 * n), positive(3 * n), positive(3 * n)],
    f: (x, h0, weightIn, weightRec, bias, biasRec) =>
      all(gruSequence(x, h0, { weightIn, weightRec, bias, biasRec }, true, noise, active)),
  },
  'gruSequence, reset before': {
    inputs: [cube(), square(), positive(n, 3 * n), positive(n, 3 * n), positive(3 * n), positive(3 * n)],
    f: (x, h0, weightIn, weightRec, bias, biasRec) =>
      all(gruSequence(x, h0, { weightIn, weightRec, bias, biasRec }, false, noise, active)),
  },
  rnnMoments: {
    inputs: [cube(), cube(), square(), square(), square(), square(), row()],
    f: (mean, variance, h, hVariance, weightIn, weightRec, bias) =>
      all(
        rnnMoments(
          { mean, variance },
          { mean: h, variance: hVariance },
          { weightIn, weightRec, bias },
          rule,
          integrated,
          active,
        ),
      ),
  },
  lstmMoments: {
    inputs: [
      cube(),
      cube(),
      square(),
      square(),
      square(),
      square(),
      positive(n, 4 * n),
      positive(n, 4 * n),
      positive(4 * n),
    ],
    f: (mean, variance, h, hVariance, c, cVariance, weightIn, weightRec, bias) =>
      all(
        lstmMoments(
          { mean, variance },
          { hidden: { mean: h, variance: hVariance }, cell: { mean: c, variance: cVariance } },
          { weightIn, weightRec, bias },
          rule,
          integrated,
          active,
        ),
      ),
  },
  gruMoments: {
    inputs: [
      cube(),
      cube(),
      square(),
      square(),
      positive(n, 3 * n),
      positive(n, 3 * n),
      positive(3 * n),
      positive(3 * n),
    ],
    f: (mean, variance, h, hVariance, weightIn, weightRec, bias, biasRec) =>
      all(
        gruMoments(
          { mean, variance },
          { mean: h, variance: hVariance },
          { weightIn, weightRec, bias, biasRec },
          rule,
          integrated,
          active,
        ),
      ),
  },
  'gruMoments, drawn': {
    inputs: [cube(), square(), positive(n, 3 * n), positive(n, 3 * n), positive(3 * n), positive(3 * n)],
    f: (x, h, weightIn, weightRec, bias, biasRec) =>
      all(
        gruMoments(
          x,
          h,
          { weightIn, weightRec, bias, biasRec },
          rule,
          { ...integrated, epsilon: drawn },
          active,
        ),
      ),
  },
  studentTNll: {
    inputs: [square(), square(), square()],
    f: (location, scale, dof) => studentTNll({ location, scale, dof }, observed),
  },
  pinballLoss: {
    inputs: [square()],
    f: (f) => pinballLoss(f, new Tensor([B], realFrom([2, 0.2, 2, 0.2])), quarters),
  },
  meanOverSteps: { inputs: [cube()], f: (x) => meanOverSteps(x).loss },
  'attend, additive': {
    inputs: [cube(), cube(), cube(), row()],
    f: (query, keys, values, v) => Object.values(attend(query, { keys, values, lengths: sourceLengths }, v)),
  },
  'attend, products': {
    inputs: [cube(), cube(), cube()],
    f: (query, keys, values) => Object.values(attend(query, { keys, values, lengths: sourceLengths })),
  },
  poolSteps: { inputs: [cube()], f: (x) => poolSteps(x, { pooling: 'mean' }) as Tensor },
  'nadeRowNll beside another use': {
    inputs: [positive(T, B, 2 * n), positive(T, B, 2 * n), square(), square()],
    f: (mean, variance, weightIn, weightOut) => [
      nadeRowNll({ mean, variance }, { weightIn, weightOut }, frames, nadeOptions),
      mean,
    ],
  },
};

/** Every form of a deep transition, with masks at all sites and in moments. */
function deepOperations(): Record<string, Operation> {
  const DT: Transition = {
    depth: 2,
    activation: 'tanh',
    inner: 'tanh',
    shortcut: false,
    pieces: 3,
    order: 2,
  };
  const forms: Record<string, Transition> = {
    DT,
    'DT(S)': { ...DT, shortcut: true },
    'DT(S) of three layers': { ...DT, depth: 3, shortcut: true, inner: 'sigmoid' },
    'relu below identity': { ...DT, inner: 'relu', activation: 'identity' },
    'maxout below tanh': { ...DT, inner: 'maxout', shortcut: true },
    'lp below sigmoid': { ...DT, inner: 'lp', activation: 'sigmoid', depth: 3 },
    'lp of order 8 below maxout': { ...DT, inner: 'lp', order: 8, activation: 'maxout', shortcut: true },
    'DT(S) of four layers': { ...DT, depth: 4, shortcut: true },
  };
  /** Of both signs. */
  const scaled = (scale: number, ...shape: number[]) => {
    const tensor = positive(...shape);
    tensor.data.forEach((value: number, i: number) => {
      tensor.data[i] = (value - 0.75) * scale;
    });
    return tensor;
  };
  const small = (...shape: number[]) => scaled(2, ...shape);
  /** Pieces of three that are a half apart: no difference reaches across a kink. */
  const apart = (...shape: number[]) => {
    const tensor = positive(...shape);
    tensor.data.forEach((value: number, i: number) => {
      tensor.data[i] = value + (((i % n) + Math.floor((i % (3 * n)) / n)) % 3);
    });
    return tensor;
  };
  const operations: Record<string, Operation> = {
    'transfer, maxout': { inputs: [apart(B, 3 * n)], f: (x) => transfer(x, 'maxout', DT) },
    'transfer, lp': { inputs: [small(B, 3 * n)], f: (x) => transfer(x, 'lp', DT) },
    'transfer, sigmoid': { inputs: [cube()], f: (x) => transfer(x, 'sigmoid', DT) },
  };
  for (const [name, transition] of Object.entries(forms)) {
    const { input, recurrent, bias } = transitionBlocks(transition);
    const isMaxout = [transition.inner, transition.activation].includes('maxout');
    const weights = () =>
      isMaxout
        ? [scaled(0.5, n, input * n), scaled(0.5, n, recurrent * n), apart(bias * n)]
        : [small(n, input * n), small(n, recurrent * n), small(bias * n)];
    const inner = (transition.depth - 1) * n;
    const maskTransition = { data: positive(B, inner).data, gate: 0, time: 0, batch: inner };
    operations[`deepRnnSequence, ${name}`] = {
      inputs: [cube(), square(), ...weights()],
      f: (x, h0, weightIn, weightRec, bias) =>
        all(
          deepRnnSequence(
            x,
            h0,
            { weightIn, weightRec, bias },
            transition,
            { ...noise, maskTransition },
            active,
          ),
        ),
    };
    if ([transition.inner, transition.activation].some(hasPieces)) continue;
    for (const form of ['wang-manning', 'gauss-hermite'] as const) {
      operations[`deepRnnMoments, ${name}, ${form}`] = {
        inputs: [cube(), cube(), square(), square(), ...weights()],
        f: (mean, variance, h, hVariance, weightIn, weightRec, bias) =>
          all(
            deepRnnMoments(
              { mean, variance },
              { mean: h, variance: hVariance },
              { weightIn, weightRec, bias },
              transition,
              { form },
              { ...integrated, noiseTransition: { mean: 0.9, square: 0.1, variance: 0.95 } },
              active,
            ),
          ),
      };
    }
  }
  return operations;
}
