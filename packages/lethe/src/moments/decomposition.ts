/**
 * What fast dropout adds to a gradient: J. Bayer et al., "On fast dropout and its applicability to recurrent
 * networks", 2013, section 2.2.2. For a pre-activation a = (d ∘ x) w with noise d,
 *
 *   dJ/dw_i = dL_a/dw_i + dR_a/dw_i,   dL_a/dw_i = dJ/dE[a] E[d] E[x_i],   dR_a/dw_i = 2 w_i δ V_i = 2 w_i sgn(δ) η_i
 *   δ = dJ/dV[a],   V_i = dV[a]/dw_i² = Var[d_i x_i],   η_i = |δ| V_i
 *
 * δ < 0 asks for more variance of the unit and lets its weights grow, δ > 0 for less and lets them shrink, and where
 * δ = 0 the term is gone. A layer that draws its pre-activation, â = E[a] + s sqrt(V[a]) (the mode `gaussian`), has
 * δ = dJ/dâ s / (2 sqrt(V[a])), and dR_a/dw_i is the noise of equation 4.
 */
import { gradients } from '../autograd/tape.ts';
import type { NoiseMoments } from '../kernels/contract/fields.ts';
import { kernels } from '../kernels/engine.ts';
import { type Real, realZeros } from '../tensor/dtype.ts';
import { allocate, scoped } from '../tensor/scratch.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** The gradient of a weight matrix in two parts, each of its shape, which sum to the gradient. */
export interface WeightParts {
  weight: Tensor;
  /** dL/dW: through the means, the training loss */
  loss: Real;
  /** dR/dW: through the variances, the regularizer */
  variance: Real;
}

/** A layer whose pre-activations had moments. A unit is a pre-activation: gated cells have those of every gate. */
export interface LayerDecomposition {
  /** of every weight matrix that feeds the units */
  parts: WeightParts[];
  /** [units] sum of δ over steps and examples: the slope of the loss under more variance of the unit everywhere */
  delta: Float64Array;
  /** [units] sum of η_i over incoming weights, steps and examples */
  eta: Float64Array;
}

/** A loss, its gradients, and the parts of them that come of moments. */
export interface Decomposition {
  loss: number;
  /** as {@link gradients} gives them */
  gradients: Tensor[];
  /** from below, each layer once however often it ran; empty when nothing in the loss had moments */
  layers: LayerDecomposition[];
}

/**
 * The loss and its gradients, and of every layer that ran on moments (or drew its Gaussian pre-activation) the two parts of
 * its weights' gradients. The gradients are those of {@link gradients} to the bit and
 * live in the current scope, the parts in memory of their own.
 * @param loss returns a tensor of one element
 * @throws ShapeError if the loss has more than one element
 */
export function decomposed(parameters: readonly Tensor[], loss: () => Tensor): Decomposition {
  const outer = collecting;
  const layers: Collection = new Map();
  collecting = layers;
  try {
    const result = gradients(parameters, loss);
    return { ...result, layers: [...layers.values()].reverse() };
  } finally {
    collecting = outer;
  }
}

/** A linear map into the units of a layer. */
export interface NoisyMap {
  /** [I, O] */
  weight: Tensor;
  noise: NoiseMoments;
  /** [rows, I] */
  mean: Real;
  /** [rows, I], absent: 0 */
  variance?: Real;
  /** which of `count` equal blocks of the units the columns of the weight feed, in order; absent: all units */
  blocks?: { count: number; used: readonly number[] };
  /** the columns that are this map, where others of the weight read something else; absent: all */
  columns?: { from: number; count: number };
}

/** What a backward pass knows of the pre-activations of a layer. */
export interface UnitGradients {
  rows: number;
  /** [rows, units] dJ/dE[a] */
  dMean: Real;
  /** [rows, units] dJ/dV[a] */
  dVariance: Real;
}

/** For backward functions: hands over a layer. Without anybody who asked for a decomposition nothing is computed. */
export function collectLayer(units: UnitGradients, maps: () => readonly NoisyMap[]): void {
  if (!collecting) return;
  const all = maps();
  let layer = collecting.get(all[0].weight);
  if (!layer) collecting.set(all[0].weight, (layer = emptyLayer(all, units)));
  const { parts, delta, eta } = layer;
  const count = delta.length;
  for (let i = 0; i < units.dVariance.length; i++) delta[i % count] += units.dVariance[i];
  for (const map of all) {
    const part = parts.find(({ weight }) => weight === map.weight)!;
    scoped(() => addMap(map, units, part, eta));
  }
}

// --- internal ---

/** Layers by their first weight. */
type Collection = Map<Tensor, LayerDecomposition>;

let collecting: Collection | null = null;

function emptyLayer(maps: readonly NoisyMap[], { rows, dMean }: UnitGradients): LayerDecomposition {
  const units = dMean.length / rows;
  return {
    parts: [...new Set(maps.map(({ weight }) => weight))].map((weight) => ({
      weight,
      loss: realZeros(weight.size),
      variance: realZeros(weight.size),
    })),
    delta: new Float64Array(units),
    eta: new Float64Array(units),
  };
}

/** Adds E[d] E[x]' dE to the loss part, 2 W ∘ (V' dV) to the variance part, and the map's share of η. */
function addMap(
  map: NoisyMap,
  { rows, dMean, dVariance }: UnitGradients,
  part: WeightParts,
  eta: Float64Array,
) {
  const { weight, noise, mean, variance } = map;
  const [I, width] = weight.shape;
  const { from: first, count: O } = columnsIn(map);
  const units = dMean.length / rows;
  const from = columnsOf(map, units);
  const noisy = allocate(rows * I);
  for (let i = 0; i < noisy.length; i++) {
    noisy[i] = noise.square * mean[i] ** 2 + (variance ? noise.variance * variance[i] : 0);
  }
  const [ofMean, ofVariance] = [gathered(dMean, rows, units, from), gathered(dVariance, rows, units, from)];
  const product = (a: Real, b: Real, alpha: number): Real => {
    const c = allocate(I * O);
    kernels().matmul({ m: I, n: O, k: rows, transposeA: true, a, b, c, alpha });
    return c;
  };
  const [loss, squares] = [product(mean, ofMean, noise.mean), product(noisy, ofVariance, 1)];
  for (let i = 0; i < I; i++) {
    for (let j = 0; j < O; j++) {
      const at = i * width + first + j;
      part.loss[at] += loss[i * O + j];
      part.variance[at] += 2 * weight.data[at] * squares[i * O + j];
    }
  }
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let i = row * I; i < (row + 1) * I; i++) sum += noisy[i];
    for (let j = 0; j < O; j++) eta[from[j]] += Math.abs(ofVariance[row * O + j]) * sum;
  }
}

/** The columns of the weight that the map has. */
function columnsIn({ weight, columns }: NoisyMap): { from: number; count: number } {
  return columns ?? { from: 0, count: weight.shape[1] };
}

/** The unit that each of them feeds. */
function columnsOf(map: NoisyMap, units: number): number[] {
  const { blocks } = map;
  const columns = Array.from({ length: columnsIn(map).count }, (_, j) => j);
  if (!blocks) return columns;
  const size = units / blocks.count;
  return columns.map((j) => blocks.used[Math.floor(j / size)] * size + (j % size));
}

/** The columns of a [rows, units] array that a weight feeds, side by side; the array itself when they are all of them. */
function gathered(all: Real, rows: number, units: number, from: readonly number[]): Real {
  if (from.length === units) return all;
  const some = allocate(rows * from.length);
  for (let row = 0, i = 0; row < rows; row++) {
    for (const j of from) some[i++] = all[row * units + j];
  }
  return some;
}
