/**
 * The decoder of a translation model: recurrent layers over target words, attention to a memory, and the attentional output
 *
 *   o_t = tanh([h_t; c_t] W + b)   (Luong, Pham, Manning 2015, eq. 5)
 *
 * that a readout over the vocabulary reads. See {@link DecoderForm} for where it attends.
 */
import { affine } from '../../autograd/ops/matmul.ts';
import { concat, reshape, slice } from '../../autograd/ops/shape.ts';
import { embeddingRegularizer, layerRegularizer } from '../../dropout/combine.ts';
import type { Regularizer } from '../../dropout/noise.ts';
import { dropoutPlan, type Plan } from '../../dropout/plan.ts';
import { meanOf } from '../../moments/gaussian.ts';
import type { NoiseStream } from '../../random/stream.ts';
import { type Tensor, zeros } from '../../tensor/tensor.ts';
import type { Tokens } from '../../uncertainty/mc-checks.ts';
import type { AttentionMemory } from '../attention/attend.ts';
import { type Attention, attention } from '../attention/attention.ts';
import type { RecurrentState } from '../cells/cell.ts';
import { type Embedding, embedding } from '../embedding.ts';
import { type Linear, linear } from '../linear.ts';
import { gru, lstm, rnn } from '../recurrent/layers.ts';
import type { Recurrent } from '../recurrent/recurrent.ts';
import { tanhUnits } from '../transfer.ts';
import { attentional } from './attentional.ts';
import { carriedNoise, type Encoded, type PartLayers } from './encoder.ts';
import type { CheckedTranslationOptions } from './options.ts';

/** Where a decoder is: what it goes on from. */
export interface DecoderState {
  /** of every recurrent layer, from below */
  layers: readonly RecurrentState[];
  /** [batch, features], the attentional output of the last step, of the form that feeds it back */
  fed?: Tensor;
}

/** What a decoder gives. */
export interface Decoded {
  /** [time, batch, features], the attentional outputs without noise */
  output: Tensor;
  /** [time, batch, hidden], the states of its last layer */
  states: Tensor;
  /** [time, batch, source time] */
  weights: Tensor;
  /** after the last step */
  state: DecoderState;
}

/** A decoder with its parameters. */
export interface Decoder {
  readonly words: Embedding;
  readonly layers: readonly Recurrent[];
  readonly attention: Attention;
  /** from the summary of a sentence to the initial states */
  readonly initial: Linear;
  /** from [h; c] to the attentional output */
  readonly combine: Linear;
  /** the noise on what the readout reads */
  readonly readoutPlan: Plan;
  /** the states before the first step */
  begin(encoded: Encoded): DecoderState;
  /**
   * Runs over some steps.
   * @param input time * rows words; rows may be several for each sentence of the memory, row k · batch + b of sentence b
   * @param stop [rows], steps that count. @defaultValue all
   * @param noise a stream; at a position, masks that change are those of these steps
   */
  forward(
    input: Tokens,
    state: DecoderState,
    memory: AttentionMemory,
    noise?: NoiseStream,
    stop?: Int32Array,
  ): Decoded;
}

/** A decoder with new parameters. */
export function makeDecoder(
  options: CheckedTranslationOptions,
  regularizer: Regularizer | undefined,
  at: PartLayers & { initial: number; combine: number; readout: number },
  { width, table }: { width: number; table?: Tensor },
  stream: NoiseStream,
): Decoder {
  const { target, form, embeddingLimit } = options;
  const { hiddenSizes } = target;
  const top = hiddenSizes[hiddenSizes.length - 1];
  const words = embedding(
    {
      ...{ vocabulary: target.vocabulary, size: target.embedding, layer: at.embedding },
      dropout: regularizer && embeddingRegularizer(regularizer),
      ...(table ? { table } : { initial: { kind: 'uniform' as const, limit: embeddingLimit } }),
    },
    stream,
  );
  // The conditional form has two transitions of one state.
  const sizes = form === 'conditional' ? [top, top] : hiddenSizes;
  const features = target.embedding;
  const inputs = sizes.map((_, index) => {
    if (index === 0) return form === 'input-feeding' ? 2 * features : features;
    return form === 'conditional' ? width : sizes[index - 1] + width;
  });
  const layers = sizes.map((hiddenSize, index) =>
    makeLayer(options, stream, {
      ...{ inputSize: inputs[index], hiddenSize, layer: at.recurrent + index },
      dropout: regularizer && layerRegularizer(carriedNoise(regularizer, sizes.length), index, sizes.length),
    }),
  );
  const attentive = attention(
    { kind: options.attention, querySize: sizes[0], memorySize: width, layer: at.attention },
    stream,
  );
  const perState = options.cell === 'lstm' ? 2 : 1;
  const initial = linear(
    {
      inputSize: width,
      outputSize: perState * hiddenSizes.reduce((total, size) => total + size, 0),
      layer: at.initial,
    },
    stream,
  );
  const combine = linear({ inputSize: top + width, outputSize: features, layer: at.combine }, stream);
  const atReadout = regularizer && {
    ...regularizer,
    noise: regularizer.noise
      .filter(({ site }) => site === 'output')
      .map(({ layers: _, ...entry }) => ({ ...entry, site: 'input' as const })),
  };
  const readoutPlan = dropoutPlan(atReadout, {
    ...{ cell: 'linear', layer: at.readout, inputSize: features, outputSize: target.vocabulary },
  });
  const parts = { options, layers, attention: attentive, combine };
  return {
    ...{ words, layers, attention: attentive, initial, combine, readoutPlan },
    begin({ summary }) {
      const all = tanhUnits(affine(summary, initial.parameters.weight, initial.parameters.bias));
      let from = 0;
      const next = (size: number) => slice(all, 1, from, (from += size));
      return {
        layers: hiddenSizes.map((size) => ({
          hidden: next(size),
          ...(options.cell === 'lstm' && { cell: next(size) }),
        })),
        ...(form === 'input-feeding' && { fed: zeros([summary.shape[0], features]) }),
      };
    },
    forward(input, state, memory, noise, stop) {
      const x = words.forward(input.words, input.batch, noise, { stop });
      if (form === 'after') return allSteps(parts, x, state, memory, noise, stop);
      return stepByStep(parts, x, state, memory, noise, stop);
    },
  };
}

// --- internal ---

interface Parts {
  options: CheckedTranslationOptions;
  layers: readonly Recurrent[];
  attention: Attention;
  combine: Linear;
}

function makeLayer(
  { cell, forgetBias, resetAfter }: CheckedTranslationOptions,
  stream: NoiseStream,
  common: Parameters<typeof rnn>[0],
): Recurrent {
  if (cell === 'lstm') return lstm({ ...common, forgetBias }, stream);
  return cell === 'gru' ? gru({ ...common, resetAfter }, stream) : rnn(common, stream);
}

/** The lowest layer over all steps, one attention product, the layers above it with what was attended to. */
function allSteps(
  { layers, attention, combine }: Parts,
  x: Tensor,
  state: DecoderState,
  memory: AttentionMemory,
  noise: NoiseStream | undefined,
  stop: Int32Array | undefined,
): Decoded {
  const after: RecurrentState[] = [];
  const run = (index: number, below: Tensor): Tensor => {
    const result = layers[index].forward(below, state.layers[index], noise, { stop });
    after.push(result.state);
    return meanOf(result.output);
  };
  let states = run(0, x);
  const { context, weights } = attention.forward(states, memory);
  for (let index = 1; index < layers.length; index++) states = run(index, concat([states, context], -1));
  return { output: attentional(combine, states, context), states, weights, state: { layers: after } };
}

/** One step after the other, because a step reads what was attended to before. */
function stepByStep(
  parts: Parts,
  x: Tensor,
  begin: DecoderState,
  memory: AttentionMemory,
  noise: NoiseStream | undefined,
  stop: Int32Array | undefined,
): Decoded {
  const [T] = x.shape;
  const { form } = parts.options;
  const steps: Decoded[] = [];
  let state = begin;
  for (let t = 0; t < T; t++) {
    const now = slice(x, 0, t, t + 1);
    // Masks held over the sequence are the same at every position, others are those of this step.
    const draws = noise?.from((noise.position ?? 0) + t, noise.row);
    const active = stop?.map((end) => (end > t ? 1 : 0));
    const step =
      form === 'conditional'
        ? conditionalStep(parts, now, state, memory, draws, active)
        : feedingStep(parts, now, state, memory, draws, active);
    state = step.state;
    steps.push(step);
  }
  if (T === 1) return steps[0];
  const whole = (name: 'output' | 'states' | 'weights') =>
    concat(
      steps.map((step) => step[name]),
      0,
    );
  return { output: whole('output'), states: whole('states'), weights: whole('weights'), state };
}

function feedingStep(
  parts: Parts,
  x: Tensor,
  state: DecoderState,
  memory: AttentionMemory,
  noise: NoiseStream | undefined,
  stop: Int32Array | undefined,
): Decoded {
  const fed = state.fed!;
  const step = allSteps(parts, concat([x, reshape(fed, [1, ...fed.shape])], -1), state, memory, noise, stop);
  return { ...step, state: { ...step.state, fed: reshape(step.output, fed.shape) } };
}

/** s' = cell(y, s), c = attention(s'), s = cell'(c, s'). */
function conditionalStep(
  { layers: [first, second], attention, combine }: Parts,
  x: Tensor,
  state: DecoderState,
  memory: AttentionMemory,
  noise: NoiseStream | undefined,
  stop: Int32Array | undefined,
): Decoded {
  const between = first.forward(x, state.layers[0], noise, { stop });
  const { context, weights } = attention.forward(meanOf(between.output), memory);
  const last = second.forward(context, between.state, noise, { stop });
  const states = meanOf(last.output);
  return { output: attentional(combine, states, context), states, weights, state: { layers: [last.state] } };
}
