/**
 * The music model of Bayer et al. (2013), with any cell and depth: recurrent layers and a linear readout with one
 * logit for each of the 88 notes of the next frame, or the biases of a NADE over them (readout/). Under fast dropout the
 * readout takes the Gaussian hidden units as they are and what it gives is Gaussian too.
 */
import {
  ConfigError,
  type InitOptions,
  NoiseStream,
  plansOf,
  type Recurrent,
  type RecurrentState,
  type RegularizedLoss,
  recurrentStack,
  regularizedLoss,
  type Tensor,
  weightPosteriors,
} from 'lethe';
import {
  checkPlaces,
  type Plan,
  parseDropout,
  type Regularizer,
  type RunMode,
  splitReadout,
} from 'lethe/dropout';
import type { Gaussian } from 'lethe/moments';
import { layerPrefix } from '../shared/layers.ts';
import type { Batch } from './batches.ts';
import type { MusicConfig } from './config.ts';
import { keys } from './data/piano-roll.ts';
import { type DeepOutput, deepOutput, noiseBehind } from './deep-output.ts';
import { bernoulliReadout } from './readout/bernoulli.ts';
import type { FrameReadout } from './readout/frame-readout.ts';
import { nadeReadout } from './readout/nade.ts';
import { parseReadout } from './readout/words.ts';
import { transitionOf } from './transition.ts';

/** The carried state of every layer. */
export type MusicState = readonly RecurrentState[];

/** What the model says. */
export interface MusicOutput {
  /** what the readout has of the next frame: logits, [time, batch, 88], or the biases of a NADE */
  output: Tensor | Gaussian;
  /** after the last step */
  state: RecurrentState[];
}

/** What of a configuration makes the network. */
export type MusicNetwork = Pick<MusicConfig, 'model' | 'quirks' | 'seed'>;

/** How one run of the model goes. */
export interface MusicRun {
  state?: MusicState;
  /** as in training; absent: as at test */
  noise?: NoiseStream;
  mode?: RunMode;
  start?: Int32Array;
  stop?: Int32Array;
}

/** A model with parameters of its own. */
export interface MusicModel {
  /** in a fixed order: `rnn.weightIn`, … of the lowest layer, `rnn.1.weightIn`, … of the next, `readout.weight`, `readout.bias`, … */
  readonly parameters: Record<string, Tensor>;
  readonly layers: readonly Recurrent[];
  /** a layer in front of the readout, where there is one */
  readonly between?: DeepOutput;
  readonly readout: FrameReadout;
  readonly regularizer: Regularizer;
  /** the noise of every layer, and of the readout where it has some */
  readonly plans: readonly Plan[];
  /** Runs over x [time, batch, 88]. */
  forward(x: Tensor, run?: MusicRun): MusicOutput;
  /**
   * The training loss of a minibatch: mean over its counted steps of the sum over notes, and the penalties.
   * @param examples counted steps of the whole training set
   */
  loss(batch: Batch, noise: NoiseStream | undefined, examples: number): RegularizedLoss;
}

/**
 * A model with new parameters, drawn from the seed of the configuration.
 * @param regularizer default: what the configuration names
 * Throws ConfigError for a regularizer that the model cannot honour, and for settings that its cell does not have.
 */
export function musicModel(
  config: MusicNetwork,
  regularizer: Regularizer = parseDropout(config.model.dropout),
): MusicModel {
  const { model: sizes, seed } = config;
  checkCell(sizes);
  checkPlaces(regularizer, { layers: sizes.layers, embedding: false });
  const { recurrent, readout: atReadout } = splitReadout(regularizer);
  const stream = new NoiseStream(seed);
  const init = initial(config);
  const stack = recurrentStack(
    {
      cell: sizes.cell,
      inputSize: keys,
      hiddenSizes: Array.from({ length: sizes.layers }, () => sizes.hidden),
      dropout: recurrent,
      ...transitionOf(sizes),
      forgetBias: sizes.forgetBias,
      resetAfter: sizes.resetAfter,
      learnInitialState: sizes.initialState === 'learned',
      initial: { weightIn: init.weightIn, weightRec: init.weightRec },
    },
    stream,
  );
  const between =
    sizes.deepOutput > 0
      ? deepOutput(
          sizes,
          {
            inputSize: stack.outputSize,
            dropout: atReadout,
            layer: sizes.layers,
            initial: { weight: init.readout },
          },
          stream,
        )
      : undefined;
  const words = parseReadout(sizes.readout);
  const options = {
    inputSize: between ? sizes.deepOutput : stack.outputSize,
    dropout: between ? noiseBehind(regularizer) : atReadout,
    layer: sizes.layers + (between ? 1 : 0),
    initial: { weight: init.readout, bias: { kind: 'constant', value: sizes.outputBias } as const },
  };
  const readout =
    words.kind === 'nade' ? nadeReadout(words, options, stream, seed) : bernoulliReadout(options, stream);
  const { linear } = readout;
  const parameters: Record<string, Tensor> = {};
  for (const [index, layer] of stack.layers.entries()) {
    for (const [name, tensor] of Object.entries(layer.parameters)) {
      parameters[`${layerPrefix(index)}${name}`] = tensor;
    }
  }
  for (const [name, tensor] of Object.entries(between?.linear.parameters ?? {})) {
    parameters[`output.${name}`] = tensor;
  }
  for (const [name, tensor] of Object.entries(readout.parameters)) parameters[`readout.${name}`] = tensor;

  const run = (x: Tensor, { state, noise, ...options }: MusicRun) => {
    const hidden = stack.forward(x, state, noise, options);
    const { mode } = options;
    const below = between ? between.forward(hidden.output, noise, mode) : hidden.output;
    return {
      ...hidden,
      hidden: hidden.output,
      output: linear.forward(below, noise, { mode }),
    };
  };
  return {
    regularizer,
    parameters,
    layers: stack.layers,
    between,
    readout,
    plans: [
      ...plansOf(stack),
      ...(between?.linear.plan.entries.length ? [between.linear.plan] : []),
      ...(linear.plan.entries.length > 0 ? [linear.plan] : []),
    ],
    forward: (x, options = {}) => {
      const { output, state } = run(x, options);
      return { output, state };
    },
    loss: ({ x, targets, start, stop, stepMask }, noise, examples) =>
      regularizedLoss(
        regularizer,
        (stream) => {
          const { output, hidden, states, state } = run(x, { noise: stream, start, stop });
          const nll = readout.nll(output, targets, stepMask, stream);
          return { output, nll, stepMask, dropped: hidden, states, state };
        },
        noise,
        { parameters: Object.values(parameters), distributions: weightPosteriors(parameters), examples },
      ),
  };
}

/** The first rows of a state, over the same memory. */
export function firstRows(state: MusicState, rows: number): RecurrentState[] {
  const first = (tensor: Tensor): Tensor => tensor.view([rows, tensor.shape[1]]);
  const part = (value: Tensor | Gaussian): Tensor | Gaussian =>
    'mean' in value ? { mean: first(value.mean), variance: first(value.variance) } : first(value);
  return state.map(({ hidden, cell }) => ({ hidden: part(hidden), cell: cell && part(cell) }));
}

// --- internal ---

function checkCell({ cell, activation }: MusicConfig['model']): void {
  if (cell !== 'rnn' && cell !== 'deep-rnn' && activation !== 'tanh') {
    throw new ConfigError(
      `model.activation: expected tanh with the ${cell}, whose gates are logistic and whose candidate is tanh, found ${activation}`,
    );
  }
}

/** Initial values as Table 3 of the paper gives them; `none` leaves the library's. */
function initial({ model, quirks }: MusicNetwork) {
  const normal = (variance: number | null): InitOptions =>
    variance === null
      ? {}
      : { kind: 'normal', variance: quirks.varianceIsDeviation ? variance ** 2 : variance };
  return {
    weightIn: normal(model.inputVariance),
    weightRec: {
      ...normal(model.initialVariance),
      maxIncoming: model.maxIncoming ?? undefined,
      spectralRadius: model.spectralRadius ?? undefined,
      radiusFirst: quirks.radiusFirst,
    },
    readout: normal(model.initialVariance),
  };
}
