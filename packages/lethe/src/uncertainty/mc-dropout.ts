/**
 * MC dropout: S draws of a network's noise at test, their probabilities averaged (Gal and Ghahramani 2016). Noise is
 * an argument, so this is nothing but S forward runs with streams: as S copies of the rows in one run where every
 * example has masks of its own, as S runs where the batch shares some.
 */
import {
  checkArray,
  checkFlag,
  checkFunction,
  checkStream,
  checkTensor,
  checkTensorOrGaussian,
  checkWhole,
  isObject,
} from '../checks.ts';
import { checkRegularizer } from '../dropout/check-regularizer.ts';
import type { Regularizer } from '../dropout/noise.ts';
import { ConfigError } from '../errors.ts';
import { found } from '../found.ts';
import { type Gaussian, isGaussian } from '../moments/gaussian.ts';
import { keepState, type State } from '../nn/recurrent.ts';
import { checkOptionNames, checkWord } from '../options.ts';
import type { NoiseStream } from '../random/stream.ts';
import { allocate, scoped } from '../tensor/scratch.ts';
import { checkShape, expectShape, Tensor } from '../tensor/tensor.ts';
import { bernoulliUncertainty, categoricalUncertainty, meanPrediction, type Uncertainty } from './entropy.ts';

/** A model as MC dropout calls it: logits [time, batch, K] for x [time, batch, features]. */
export type StochasticModel = (
  x: Tensor,
  noise: NoiseStream,
  state: readonly State[] | undefined,
) => { output: Tensor | Gaussian; state: readonly State[] };

/** Options of {@link mcDropout}. */
export interface McDropoutOptions {
  /** S. @defaultValue 50 */
  samples?: number;
  /** the units of K are independent, or classes of one distribution */
  distribution: 'bernoulli' | 'categorical';
  /** S copies of the rows in one run; only where no mask is shared by the batch. @defaultValue whether the regularizer allows it */
  batched?: boolean;
}

/** What the samples say. Rows are steps of examples, m = t * batch + b. */
export interface McPrediction {
  /** mean probabilities, [time * batch, K] */
  probabilities: Float64Array;
  /** of every row, in nats; of Bernoulli units their sum */
  uncertainty: Uncertainty[];
  /** after the last step, to go on from: of every run, or of the one run of all copies */
  states: readonly (readonly State[])[];
}

/**
 * Averages S draws. Masks held over the sequence live as long as the address of `noise`: the same stream for every
 * window of a long pass, with the states carried on, keeps one mask for the whole pass; `noise.at(step + 1)` draws anew.
 * @param model runs once, with training noise whenever a stream is given
 * @param x [time, batch, features]
 * @param noise sample s draws at pass `noise.pass + 2 s`
 * @param states of an earlier call with the same options. @defaultValue the initial states
 * @throws ConfigError if there is no noise to draw, or batched where masks are shared by the batch
 */
export function mcDropout(
  model: StochasticModel,
  regularizer: Regularizer,
  x: Tensor,
  noise: NoiseStream,
  options: McDropoutOptions,
  states?: readonly (readonly State[])[],
): McPrediction {
  checkOptionNames('mcDropout', options, ['samples', 'distribution', 'batched']);
  checkFunction('mcDropout', 'model', model);
  checkRegularizer('mcDropout', regularizer);
  checkTensor('mcDropout', 'x', x);
  checkStream('mcDropout', noise);
  checkWord('mcDropout', 'distribution', options.distribution, ['bernoulli', 'categorical']);
  checkFlag('mcDropout', 'batched', options.batched);
  if (states !== undefined) checkArray('mcDropout', 'states', states, 'states of every run');
  const { samples = 50, distribution, batched = !sharesMasks(regularizer) } = options;
  check(regularizer, samples, batched);
  const copies = batched ? samples : 1;
  const runs = Array.from({ length: batched ? 1 : samples }, (_, run) =>
    scoped(() => {
      // A pass of its own for each run; even ones, because the two passes of a pair may share masks.
      const stream = noise.at(noise.step, noise.pass + 2 * run);
      const { output, state } = checkedRun(model(repeatRows(x, copies), stream, states?.[run]));
      const ofSample = Array.from({ length: copies }, (_, s) =>
        toProbabilities(sampleRows(output, s, copies), distribution),
      );
      return { samples: ofSample, state: state.map(keepState) };
    }),
  );
  return {
    ...summary(
      runs.flatMap((run) => run.samples),
      distribution,
    ),
    states: runs.map((run) => run.state),
  };
}

/**
 * S copies of every example, sample by sample: [time, S * batch, features].
 * @throws ShapeError; ConfigError for what is no number of copies
 */
export function repeatRows(x: Tensor, S: number): Tensor {
  checkTensor('repeatRows', 'x', x);
  checkWhole('repeatRows', 'S', S, 1);
  expectShape('repeatRows', 'x', x.shape, ['time', 'batch', 'features']);
  const [T, B, n] = x.shape;
  const y = new Tensor([T, S * B, n], allocate(checkShape('repeatRows', [S, x.size])));
  for (let t = 0; t < T; t++) {
    const step = x.data.subarray(t * B * n, (t + 1) * B * n);
    for (let s = 0; s < S; s++) y.data.set(step, (t * S + s) * B * n);
  }
  return y;
}

/**
 * Whether some noise is one draw for the whole batch, so that copies of a row would all see the same.
 * @throws ConfigError for what is no regularizer
 */
export function sharesMasks(regularizer: Regularizer): boolean {
  checkRegularizer('sharesMasks', regularizer);
  const { noise, weightNoise } = regularizer;
  return weightNoise !== undefined || noise.some(({ examples, rate }) => examples === 'batch' && rate > 0);
}

// --- internal ---

const mostSamples = 1_000_000;

/** What the model gave, if it is what a model gives. */
function checkedRun(result: ReturnType<StochasticModel>): ReturnType<StochasticModel> {
  if (!isObject(result)) {
    throw new ConfigError(`mcDropout: expected model to return { output, state }, got ${found(result)}`);
  }
  checkTensorOrGaussian('mcDropout', 'the output of the model', result.output);
  checkArray('mcDropout', 'the state of the model', result.state, 'states of its layers');
  return result;
}

function check(regularizer: Regularizer, samples: number, batched: boolean): void {
  if (!Number.isInteger(samples) || samples < 1 || samples > mostSamples) {
    throw new ConfigError(
      `mcDropout: expected samples to be a whole number of at least 1 and at most ${mostSamples}, got ${found(samples)}`,
    );
  }
  const { train } = regularizer.modes;
  const draws = train === 'sample' || train === 'gaussian';
  if (!draws || (regularizer.noise.length === 0 && !regularizer.weightNoise)) {
    throw new ConfigError(
      `mcDropout: expected a method that draws, got ${regularizer.name} (train ${train}); ` +
        'fast dropout gives its variance without draws, or draws with mode=sample',
    );
  }
  if (batched && sharesMasks(regularizer)) {
    throw new ConfigError(
      `mcDropout: expected masks of their own for every example with batched, got ${regularizer.name}, whose batch shares a draw; leave batched out`,
    );
  }
}

/** Logits of sample s of S, one array for every step of every example. */
function sampleRows(output: Tensor | Gaussian, s: number, S: number): ArrayLike<number>[] {
  if (isGaussian(output)) {
    throw new ConfigError(
      'mcDropout: expected plain logits, got a Gaussian; run the model in a mode that draws',
    );
  }
  const [T, rows, K] = output.shape;
  const B = rows / S;
  return Array.from({ length: T * B }, (_, m) => {
    const [t, b] = [Math.floor(m / B), m % B];
    const from = (t * rows + s * B + b) * K;
    return output.data.subarray(from, from + K);
  });
}

function toProbabilities(
  rows: readonly ArrayLike<number>[],
  distribution: McDropoutOptions['distribution'],
): Float64Array[] {
  return rows.map((logits) => {
    if (distribution === 'bernoulli') return Float64Array.from(logits, (z) => 1 / (1 + Math.exp(-z)));
    const largest = Math.max(...Array.from(logits));
    const exps = Float64Array.from(logits, (z) => Math.exp(z - largest));
    const sum = exps.reduce((total, e) => total + e, 0);
    return exps.map((e) => e / sum);
  });
}

/** Means over the samples, which are probabilities for every row. */
function summary(
  samples: readonly (readonly Float64Array[])[],
  distribution: McDropoutOptions['distribution'],
): Pick<McPrediction, 'probabilities' | 'uncertainty'> {
  const rows = samples[0].length;
  const K = samples[0][0].length;
  const probabilities = new Float64Array(rows * K);
  const uncertaintyOf = distribution === 'bernoulli' ? bernoulliUncertainty : categoricalUncertainty;
  const uncertainty: Uncertainty[] = [];
  for (let m = 0; m < rows; m++) {
    const ofRow = samples.map((sample) => sample[m]);
    probabilities.set(meanPrediction(ofRow), m * K);
    uncertainty.push(uncertaintyOf(ofRow));
  }
  return { probabilities, uncertainty };
}
