/**
 * The recurrent cell with a deep transition (Pascanu, Gulcehre, Cho, Bengio 2014, "How to construct deep recurrent neural networks"):
 * layers between h_{t-1} and h_t, with a shortcut past them or without. Equations and masks: {@link DeepRnnForward}; moments:
 * {@link MomentsDeepRnnForward}.
 */
import { gradientIfUsed, gradientsOf, ifNeeded, recordOperation } from '../../autograd/tape.ts';
import type { MomentsDeepRnnForward, TransferFunction } from '../../kernels/contract/deep.ts';
import type { Activation, Active, NoiseMoments } from '../../kernels/contract/fields.ts';
import { layerKernels } from '../../kernels/engine.ts';
import { deepRnnBackward, deepRnnForward } from '../../kernels/portable/deep-rnn.ts';
import { momentsDeepRnnBackward, momentsDeepRnnForward } from '../../kernels/portable/moments-deep-rnn.ts';
import { type MomentFunctionOptions, momentFunction } from '../../moments/activation.ts';
import { collectLayer, type NoisyMap } from '../../moments/decomposition.ts';
import type { Gaussian } from '../../moments/gaussian.ts';
import { copyBlock } from '../../tensor/blocks.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocate } from '../../tensor/scratch.ts';
import { Tensor } from '../../tensor/tensor.ts';
import type { Cell, CellNoise, CellWeights, GaussianOutput, IntegratedNoise, PlainOutput } from './cell.ts';
import { recordGaussianLayer } from './gaussian-layer.ts';
import { parts, statesBefore } from './gaussian-parts.ts';
import { outputGradient, outputTensors } from './sequence-output.ts';

/** What runs where no engine has these kernels. */
const portable = { deepRnnForward, deepRnnBackward, momentsDeepRnnForward, momentsDeepRnnBackward };

const noNoise: NoiseMoments = { mean: 1, square: 0, variance: 1 };

/** How a state follows from the one before it. */
export interface Transition {
  /** layers from h_{t-1} to h_t, the new state's included; at least 2 */
  depth: number;
  /** of the new state */
  activation: TransferFunction;
  /** of the layers in front of it */
  inner: TransferFunction;
  /** h_{t-1} goes past the layers as well */
  shortcut: boolean;
  /** of a unit of maxout or lp */
  pieces: number;
  /** of lp units; a power of two, at most 256 */
  order: number;
}

/** Transfer functions by name. */
export const transferFunctions: readonly TransferFunction[] = [
  'tanh',
  'sigmoid',
  'relu',
  'identity',
  'maxout',
  'lp',
];

/** Whether units of a function have several pieces. */
export const hasPieces = (f: TransferFunction): f is 'maxout' | 'lp' => f === 'maxout' || f === 'lp';

/** Blocks of hiddenSize in the columns of the parameters. */
export function transitionBlocks({ depth, activation, inner, shortcut, pieces }: Omit<Transition, 'order'>): {
  /** of weightIn */
  input: number;
  /** of weightRec: the pieces of each layer from below, then those of the shortcut */
  recurrent: number;
  /** of the bias: the pieces of each layer from below */
  bias: number;
} {
  const [inside, last] = [inner, activation].map((f) => (hasPieces(f) ? pieces : 1));
  const bias = (depth - 1) * inside + last;
  return { input: inside, recurrent: bias + (shortcut ? last : 0), bias };
}

export function deepRnnCell(transition: Transition): Cell {
  const { input, recurrent, bias } = transitionBlocks(transition);
  const pooling = [transition.activation, transition.inner].find(hasPieces);
  const obstacle =
    pooling &&
    `got ${pooling}, whose pieces read the same noise: mean and variance of such a unit have no closed form; take tanh, sigmoid, relu or identity, or a method that draws its noise`;
  return {
    name: 'deep-rnn',
    gates: recurrent,
    inputGates: input,
    biasGates: bias,
    innerLayers: transition.depth - 1,
    hasCellState: false,
    hasRecurrentBias: false,
    drawnGates: bias,
    isExact: [transition.activation, transition.inner].every((f) => f === 'relu' || f === 'identity'),
    obstacleToMoments: obstacle,
    sequence: (x, { hidden }, weights, noise, active) =>
      deepRnnSequence(x, hidden, weights, transition, noise, active),
    moments: (x, { hidden }, weights, form, noise, active) =>
      deepRnnMoments(x, hidden, weights, transition, form, noise, active),
  };
}

/** What kernels are told of a transition. */
function shapeOf({ depth, activation, inner, shortcut, pieces, order }: Transition) {
  return {
    N: depth - 1,
    P: hasPieces(inner) ? pieces : 1,
    Q: hasPieces(activation) ? pieces : 1,
    S: shortcut ? 1 : 0,
    activation,
    inner,
    doublings: Math.log2(order),
  };
}

/**
 * The layer as one operation on the tape: all T steps and all layers of each forward in one kernel call, backward in another; shapes
 * are the caller's care.
 * @param x [T, B, I]
 * @param h0 [B, H]
 */
export function deepRnnSequence(
  x: Tensor,
  h0: Tensor,
  weights: CellWeights,
  transition: Transition,
  noise: CellNoise = {},
  active: Active = {},
): PlainOutput {
  const [T, B, I] = x.shape;
  const H = h0.shape[1];
  const size = T * B * H;
  const shape = shapeOf(transition);
  const preActivations = T * B * weights.bias.size;
  // Arrays are told apart only where a mask makes them differ.
  const n = allocate(size);
  const h = noise.maskCell || noise.zoneout || noise.zoneoutRate !== undefined ? allocate(size) : n;
  const y = noise.maskOutput ? allocate(size) : h;
  const call = {
    T,
    B,
    I,
    H,
    ...shape,
    x: x.data,
    h0: h0.data,
    wIn: weights.weightIn.data,
    wRec: weights.weightRec.data,
    bias: weights.bias.data,
    ...noise,
    ...active,
    a: shape.P * shape.Q > 1 ? allocate(preActivations) : undefined,
    units: allocate(shape.N * size),
    n,
    h,
  };
  layerKernels(portable).deepRnnForward({ ...call, y });
  const outputs = outputTensors(y, h, [T, B, H]);
  const hidden = new Tensor([B, H], h.subarray((T - 1) * B * H) as Real);
  recordOperation(
    [outputs.output, outputs.states, hidden],
    [x, h0, weights.weightIn, weights.weightRec, weights.bias],
    () => {
      const { weightIn, weightRec, bias } = weights;
      const [dwIn, dwRec, dbias, dh0, dx] = gradientsOf([
        weightIn,
        weightRec,
        bias,
        ifNeeded(h0),
        ifNeeded(x),
      ]);
      const given = { ...outputGradient(outputs, noise.maskOutput), dhLast: gradientIfUsed(hidden) };
      const wanted = { dwIn, dwRec, dbias, dh0, dx };
      // Nobody reads the pre-activations again: their gradients take their place.
      const da = call.a ?? allocate(preActivations);
      layerKernels(portable).deepRnnBackward({ ...call, ...given, ...wanted, da });
    },
  );
  return { ...outputs, state: { hidden } };
}

/**
 * The layer under fast dropout as one operation: mean and variance through all steps and layers in one kernel call; shapes are the
 * caller's care.
 * @param x [T, B, I], plain: variance 0
 * @param h0 [B, H], plain: variance 0
 */
export function deepRnnMoments(
  x: Tensor | Gaussian,
  h0: Tensor | Gaussian,
  weights: CellWeights,
  transition: Transition,
  form: MomentFunctionOptions,
  { noiseTransition = noNoise, ...noise }: IntegratedNoise,
  active: Active = {},
): GaussianOutput {
  const input = parts(x);
  const initial = parts(h0);
  const { weightIn, weightRec, bias } = weights;
  const [T, B, I] = input.mean.shape;
  const H = initial.mean.shape[1];
  const { N, S } = shapeOf(transition);
  const [size, preActivations] = [T * B * H, T * B * (N + 1) * H];
  const call = {
    T,
    B,
    I,
    H,
    N,
    S,
    // The cell refuses functions of several pieces.
    ...momentFunction(transition.activation as Activation, form),
    inner: transition.inner as Activation,
    x: input.mean.data,
    xVariance: input.variance?.data,
    h0: initial.mean.data,
    h0Variance: initial.variance?.data,
    wIn: weightIn.data,
    wRec: weightRec.data,
    bias: bias.data,
    ...noise,
    noiseTransition,
    ...active,
    aMean: allocate(preActivations),
    aVariance: allocate(preActivations),
    unitsMean: allocate(N * size),
    unitsVariance: allocate(N * size),
    hMean: allocate(size),
    hVariance: allocate(size),
  };
  layerKernels(portable).momentsDeepRnnForward(call);
  const output = { mean: new Tensor([T, B, H], call.hMean), variance: new Tensor([T, B, H], call.hVariance) };
  return recordGaussianLayer(output, { input, initial, weights }, (wanted) => {
    // The gradients of the pre-activations take the place of the pre-activations: nobody reads those again.
    layerKernels(portable).momentsDeepRnnBackward({
      ...call,
      ...wanted,
      daMean: call.aMean,
      daVariance: call.aVariance,
    });
    collectLayer({ rows: T * B, dMean: call.aMean, dVariance: call.aVariance }, () =>
      noisyMaps(call, weights),
    );
  });
}

// --- internal ---

/** The linear maps of a step: into the first layer, from layer to layer, and past them. */
function noisyMaps(call: MomentsDeepRnnForward, { weightIn, weightRec }: CellWeights): NoisyMap[] {
  const { T, B, H, N, S } = call;
  const feeds = (layer: number) => ({ count: N + 1, used: [layer] });
  const part = (block: number) => ({ weight: weightRec, columns: { from: block * H, count: H } });
  const state = { noise: call.noiseRecurrent, ...statesBefore(call) };
  /** What layer l gives to the one above, [T * B, H]. */
  const unitsOf = (all: Real, l: number): Real => {
    const units = allocate(T * B * H);
    const from = { data: all, start: l * H, stride: N * H };
    copyBlock({ rows: T * B, width: H }, { data: units, start: 0, stride: H }, from);
    return units;
  };
  return [
    {
      ...{ weight: weightIn, noise: call.noiseInput, mean: call.x, variance: call.xVariance },
      blocks: feeds(0),
    },
    { ...part(0), ...state, blocks: feeds(0) },
    ...Array.from({ length: N }, (_, l) => ({
      ...part(l + 1),
      noise: call.noiseTransition,
      mean: unitsOf(call.unitsMean, l),
      variance: unitsOf(call.unitsVariance, l),
      blocks: feeds(l + 1),
    })),
    ...(S ? [{ ...part(N + 1), ...state, blocks: feeds(N) }] : []),
  ];
}
