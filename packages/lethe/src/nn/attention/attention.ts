/**
 * Attention with its parameters:
 *
 *   additive  v · tanh(q W_q + m W_m + b)   (Bahdanau, Cho, Bengio 2015)
 *   general   (q W) · m                     (Luong, Pham, Manning 2015)
 *   dot       q · m
 */
import { affine, matmul } from '../../autograd/ops/matmul.ts';
import { ConfigError } from '../../errors.ts';
import { checkOptionNames, checkWord } from '../../options.ts';
import { checkStream, type NoiseStream } from '../../random/stream.ts';
import { checkTensor } from '../../tensor/check.ts';
import { expectShape, type Tensor } from '../../tensor/tensor.ts';
import { initialTensor } from '../parameters/init.ts';
import { checkLayer, checkSize } from '../parameters/size.ts';
import { type Attended, type AttentionMemory, attend } from './attend.ts';

export const attentionKinds = ['additive', 'general', 'dot'] as const;
/** How queries are compared with positions. */
export type AttentionKind = (typeof attentionKinds)[number];

/** Options of {@link attention}. */
export interface AttentionOptions {
  /** @defaultValue 'additive' */
  kind?: AttentionKind;
  /** width of the queries */
  querySize: number;
  /** width of the memory */
  memorySize: number;
  /** units of the additive form. @defaultValue querySize */
  size?: number;
  /** Number of the layer in the noise stream. @defaultValue 0 */
  layer?: number;
}

/** Parameters of attention by name; `dot` has none. */
export type AttentionParameters = {
  /** additive: [querySize, size]; general: [querySize, memorySize] */
  weightQuery?: Tensor;
  /** additive: [memorySize, size] */
  weightMemory?: Tensor;
  /** additive: [size] */
  bias?: Tensor;
  /** additive: [size] */
  v?: Tensor;
};

/** Attention with its parameters. */
export interface Attention {
  readonly options: Readonly<AttentionOptions>;
  readonly parameters: AttentionParameters;
  /**
   * What all steps of a decoder compare with, computed once for a batch of sentences.
   * @param values [source time, batch, memorySize]
   * @param lengths [batch], positions that count
   */
  memory(values: Tensor, lengths?: Int32Array): AttentionMemory;
  /**
   * Context and weights of every query.
   * @param query [time, batch, querySize]
   * @param memory what {@link Attention.memory} gave
   */
  forward(query: Tensor, memory: AttentionMemory): Attended;
}

/**
 * Attention with new parameters: weights normal with variance 1 / rows, bias 0, v normal with variance 1 / size.
 * @param stream where initial values come from
 * @throws ConfigError for an unknown option, a wrong size, or sizes that the form cannot compare
 */
export function attention(options: AttentionOptions, stream: NoiseStream): Attention {
  checkOptionNames('attention', options, ['kind', 'querySize', 'memorySize', 'size', 'layer']);
  const { kind = 'additive', querySize, memorySize, size = querySize, layer = 0 } = options;
  checkWord('attention', 'kind', kind, attentionKinds);
  checkSize('attention', 'querySize', querySize);
  checkSize('attention', 'memorySize', memorySize);
  checkSize('attention', 'size', size);
  checkLayer('attention', layer);
  checkStream('attention', stream);
  if (kind !== 'additive' && options.size !== undefined)
    throw new ConfigError(
      `attention: '${kind}' has no units of its own; leave size out, or choose kind 'additive'`,
    );
  if (kind === 'dot' && querySize !== memorySize) {
    throw new ConfigError(
      `attention: 'dot' compares queries and memory of one width, got ${querySize} and ${memorySize}; choose kind 'general' or 'additive'`,
    );
  }
  const parameters = parametersOf(kind, { querySize, memorySize, size, layer }, stream);
  const { weightQuery, weightMemory, bias, v } = parameters;
  return {
    options: { ...options },
    parameters,
    memory(values, lengths) {
      checkTensor('attention', 'values', values);
      expectShape('attention', 'values', values.shape, ['source time', 'batch', memorySize]);
      const keys = weightMemory && bias ? affine(values, weightMemory, bias) : values;
      return { keys, values, lengths };
    },
    forward(query, memory) {
      checkTensor('attention', 'query', query);
      expectShape('attention', 'query', query.shape, ['time', 'batch', querySize]);
      return attend(weightQuery ? matmul(query, weightQuery) : query, memory, v);
    },
  };
}

// --- internal ---

function parametersOf(
  kind: AttentionKind,
  { querySize, memorySize, size, layer }: Required<Omit<AttentionOptions, 'kind'>>,
  stream: NoiseStream,
): AttentionParameters {
  const initial = (entry: number, shape: number[], options = {}) =>
    initialTensor(shape, options, stream, { layer, entry });
  if (kind === 'dot') return {};
  if (kind === 'general') return { weightQuery: initial(0, [querySize, memorySize]) };
  return {
    weightQuery: initial(0, [querySize, size]),
    weightMemory: initial(1, [memorySize, size]),
    bias: initial(2, [size], { kind: 'zeros' }),
    v: initial(3, [size], { kind: 'normal', variance: 1 / size }),
  };
}
