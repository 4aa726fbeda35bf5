/** Attention as one operation on the tape: all steps of a decoder over all positions of a memory. */
import {
  gradientOf,
  gradientsOf,
  hasGradient,
  ifNeeded,
  isRecording,
  recordOperation,
} from '../../autograd/tape.ts';
import { checkOneLength } from '../../checks.ts';
import { ConfigError, ShapeError } from '../../errors.ts';
import { found } from '../../found.ts';
import type { AttentionBackward } from '../../kernels/contract/attention.ts';
import { kernels, layerKernels } from '../../kernels/engine.ts';
import { attentionBackward, attentionForward } from '../../kernels/portable/attention.ts';
import { isGaussian } from '../../moments/gaussian.ts';
import { checkOptionNames } from '../../options.ts';
import { checkTensor } from '../../tensor/check.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocate, allocateZeros } from '../../tensor/scratch.ts';
import { expectShape, Tensor } from '../../tensor/tensor.ts';

const portable = { attentionForward, attentionBackward };

/** What is attended to: the outputs of an encoder, and what queries are compared with. */
export interface AttentionMemory {
  /** [source time, batch, key width]; as many rows as the queries, unless these choose by `columns` */
  keys: Tensor;
  /** [source time, batch, width] */
  values: Tensor;
  /** [batch], source positions of each row that count. @defaultValue all */
  lengths?: Int32Array;
  /** [rows], the row of the memory that each row of the queries reads, such as those of a search that goes on. @defaultValue its own */
  columns?: Int32Array;
}

/** What attention gives. */
export interface Attended {
  /** [time, batch, width], Σ_s weights[t, b, s] values[s, b] */
  context: Tensor;
  /** [time, batch, source time], each row a distribution over the positions that count, 0 behind them */
  weights: Tensor;
}

/**
 * Weighted means of a memory. score[t, b, s] = v · tanh(query[t, b] + keys[s, b]) (Bahdanau et al. 2015), without v
 * query[t, b] · keys[s, b] (Luong et al. 2015); weights = softmax over the positions that count. What stands behind a row's length has no
 * influence, whatever it holds. Nothing of size time · source time · key width is kept.
 * @param query [time, batch, key width]; steps of a decoder, or hypotheses about one step
 * @param v [key width]
 * @throws ShapeError for shapes or lengths that do not fit, ConfigError for what is no tensor
 */
export function attend(query: Tensor, memory: AttentionMemory, v?: Tensor): Attended {
  const where = 'attend';
  checkValue(where, 'query', query);
  checkOptionNames(`${where}: memory`, memory, ['keys', 'values', 'lengths', 'columns']);
  const { keys, values, lengths } = memory;
  checkValue(where, 'keys', keys);
  checkValue(where, 'values', values);
  expectShape(where, 'query', query.shape, ['time', 'batch', 'features']);
  const [T, B, K] = query.shape;
  expectShape(where, 'keys', keys.shape, ['source time', memory.columns ? 'batch' : B, K]);
  const [S, C] = keys.shape;
  expectShape(where, 'values', values.shape, [S, C, 'features']);
  const columns = columnsOf(where, memory.columns, B, C);
  if (v !== undefined) {
    checkTensor(where, 'v', v);
    expectShape(where, 'v', v.shape, [K]);
  }
  const lasts = lastOf(where, lengths, S, C);
  const E = values.shape[2];
  const sizes = { T, B, S, K, E, last: columns.map((c) => lasts[c]) };
  const operands = { query: query.data, keys: keys.data, v: v?.data, memory: values.data };
  const weights = new Tensor([T, B, S], allocate(T * B * S));
  const context = new Tensor([T, B, E], allocate(T * B * E));
  layerKernels(portable).attentionForward({
    ...sizes,
    ...operands,
    // What is searched is new with every version; training keeps the bits of its runs.
    ...{ C, columns, factored: !isRecording() },
    weights: weights.data,
    context: context.data,
  });
  const inputs = v ? [query, keys, values, v] : [query, keys, values];
  recordOperation([context, weights], inputs, () => {
    const [dQuery, dKeys, dMemory, dv] = gradientsOf([query, keys, values, v].map(ifNeeded));
    const call = {
      ...{ ...sizes, ...operands, dQuery, dKeys, dMemory, dv },
      weights: weights.data,
      dWeights: hasGradient(weights) ? gradientOf(weights) : undefined,
      dContext: gradientOf(context),
    };
    if (memory.columns === undefined) layerKernels(portable).attentionBackward(call);
    else backwardByColumns(call, columns, C);
  });
  return { context, weights };
}

// --- internal ---

/** Gradients where rows read columns of their choice, by a memory of each row's own: several may read one. */
function backwardByColumns(call: AttentionBackward, columns: Int32Array, C: number): void {
  const { S, B, K, E, keys, memory, dKeys, dMemory } = call;
  const numbers = new Int32Array(S * B);
  for (let s = 0; s < S; s++) for (let b = 0; b < B; b++) numbers[s * B + b] = s * C + columns[b];
  const rows = (n: number) => ({ M: S * B, n, V: S * C, numbers });
  const own = (table: Real, n: number): Real => {
    const taken = allocate(S * B * n);
    kernels().gatherRows({ ...rows(n), table, rows: taken });
    return taken;
  };
  const slopes = (wanted: Real | undefined, n: number) => wanted && allocateZeros(S * B * n);
  const ownSlopes = { dKeys: slopes(dKeys, K), dMemory: slopes(dMemory, E) };
  layerKernels(portable).attentionBackward({
    ...{ ...call, ...ownSlopes },
    keys: own(keys, K),
    memory: own(memory, E),
  });
  if (dKeys) kernels().scatterRows({ ...rows(K), table: dKeys, rows: ownSlopes.dKeys! });
  if (dMemory) kernels().scatterRows({ ...rows(E), table: dMemory, rows: ownSlopes.dMemory! });
}

/** The column of the memory that each of `rows` rows reads. */
function columnsOf(where: string, columns: unknown, rows: number, C: number): Int32Array {
  if (columns === undefined) return Int32Array.from({ length: rows }, (_, b) => b);
  if (!(columns instanceof Int32Array))
    throw new ConfigError(`${where}: expected columns to be an Int32Array, got ${found(columns)}`);
  checkOneLength(where, 'columns', columns, rows);
  const wrong = columns.findIndex((c) => c < 0 || c >= C);
  if (wrong < 0) return columns;
  throw new ShapeError(
    `${where}: expected columns from 0 to ${C - 1}, got ${columns[wrong]} in row ${wrong}`,
  );
}

function checkValue(where: string, name: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && isGaussian(value as never)) {
    throw new ConfigError(
      `${where}: expected ${name} to be a tensor, got a Gaussian; moments are not carried through a softmax over positions, so give its mean, or a method that draws its masks`,
    );
  }
  checkTensor(where, name, value);
}

/** The last position of each row that counts. */
function lastOf(where: string, lengths: unknown, S: number, B: number): Int32Array {
  if (S === 0 && B > 0) throw new ShapeError(`${where}: expected at least one source position, got none`);
  if (lengths === undefined) return new Int32Array(B).fill(S - 1);
  if (!(lengths instanceof Int32Array))
    throw new ConfigError(`${where}: expected lengths to be an Int32Array, got ${found(lengths)}`);
  checkOneLength(where, 'lengths', lengths, B);
  const wrong = lengths.findIndex((length) => length < 1 || length > S);
  if (wrong >= 0)
    throw new ShapeError(`${where}: expected lengths from 1 to ${S}, got ${lengths[wrong]} in row ${wrong}`);
  return lengths.map((length) => length - 1);
}
