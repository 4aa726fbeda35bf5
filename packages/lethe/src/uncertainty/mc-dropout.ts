/**
 * MC dropout: S draws of a network's noise at test, their probabilities averaged (Gal and Ghahramani 2016). Noise is
 * an argument, so this is nothing but S forward runs with streams: as S copies of the rows in one run where every
 * example has masks of its own, as S runs where the batch shares some. Both draw the same.
 */
import { checkArray, checkWhole, isObject } from '../checks.ts';
import type { Regularizer, RunMode } from '../dropout/noise.ts';
import { ConfigError, ShapeError } from '../errors.ts';
import { found } from '../found.ts';
import { checkTensorOrGaussian, type Gaussian, isGaussian, meanOf } from '../moments/gaussian.ts';
import type { RecurrentState } from '../nn/cells/cell.ts';
import { keepState } from '../nn/recurrent/recurrent.ts';
import { atPass } from '../random/passes.ts';
import type { NoiseStream } from '../random/stream.ts';
import { checkStream } from '../random/stream.ts';
import { checkTensor } from '../tensor/check.ts';
import { mostNumbers } from '../tensor/dtype.ts';
import { allocate, scoped } from '../tensor/scratch.ts';
import { checkShape, expectShape, shapeText, Tensor } from '../tensor/tensor.ts';
import { checkMcDropout, type McDropoutOptions, type Tokens } from './mc-checks.ts';
import { type McPrediction, type McRegression, type Sampled, summary } from './mc-summary.ts';

/** How the model is to run, for its recurrent layers. */
export interface StochasticRun {
  mode?: RunMode;
  /** [batch], step after the last that counts of each row */
  stop?: Int32Array;
}

/** A model as MC dropout calls it: logits [time, batch, K] (one answer for the sequence: [1, batch, K]), or values, for x [time, batch, features] or words. */
export type StochasticModel<X extends Tensor | Tokens = Tensor> = (
  x: X,
  noise: NoiseStream,
  state: readonly RecurrentState[] | undefined,
  run?: StochasticRun,
) => { output: Tensor | Gaussian; state: readonly RecurrentState[] };

/**
 * Averages S draws. Masks held over the sequence live as long as the address of `noise`: the same stream for every
 * window of a long pass, with the states carried on, keeps one mask for the whole pass; noise of single steps asks for
 * `noise.from(t)` at a window that begins at step t. `noise.at(step + 1)` draws anew.
 *
 *   bernoulli, categorical   p = mean p_s; H[p], mean H[p_s] and their difference
 *   gaussian                 mean = mean f_s, epistemic = mean (f_s - mean)², aleatoric = mean of the variances of Gaussian outputs
 *
 * @param model runs once or S times, with training noise whenever a stream is given
 * @param x [time, batch, features], or words
 * @param noise sample s draws at pass `noise.pass + 2 s`; rates that move (curriculum) are those of its `progress`: `noise.trained(Infinity)`
 *   has the rates that training ends with
 * @param states of an earlier call with the same options. @defaultValue the initial states
 * @throws ConfigError for an unknown option or distribution, if there is no noise to draw, or none at the progress of `noise`, or batched where masks are shared by the
 *   batch; ShapeError if x, lengths, states or what the model gives do not fit
 */
export function mcDropout<X extends Tensor | Tokens>(
  model: StochasticModel<X>,
  regularizer: Regularizer,
  x: X,
  noise: NoiseStream,
  options: McDropoutOptions & { distribution: 'gaussian' },
  states?: readonly (readonly RecurrentState[])[],
): McRegression;
export function mcDropout<X extends Tensor | Tokens>(
  model: StochasticModel<X>,
  regularizer: Regularizer,
  x: X,
  noise: NoiseStream,
  options: McDropoutOptions & { distribution: 'bernoulli' | 'categorical' },
  states?: readonly (readonly RecurrentState[])[],
): McPrediction;
export function mcDropout<X extends Tensor | Tokens>(
  model: StochasticModel<X>,
  regularizer: Regularizer,
  x: X,
  noise: NoiseStream,
  options: McDropoutOptions,
  states?: readonly (readonly RecurrentState[])[],
): McPrediction | McRegression {
  const { samples, distribution, batched, mode, lengths, steps, batch } = checkMcDropout(
    model,
    regularizer,
    x,
    noise,
    options,
    states,
  );
  const copies = batched ? samples : 1;
  const stop = lengths && Int32Array.from({ length: copies * batch }, (_, row) => lengths[row % batch]);
  const runs = Array.from({ length: samples / copies }, (_, run) =>
    scoped(() => {
      const stream = batched ? streamOfCopies(noise, samples, batch) : streamOfDraw(noise, run);
      const { output, state } = checkedRun(model(repeated(x, copies), stream, states?.[run], { mode, stop }));
      checkOutput(output, steps, copies * batch, distribution);
      const drawn = Array.from({ length: copies }, (_, s) => sampleRows(output, s, copies));
      return { drawn, state: state.map(keepState) };
    }),
  );
  const counts = (m: number) => !lengths || Math.floor(m / batch) < lengths[m % batch];
  const drawn = runs.flatMap((run) => run.drawn);
  return { ...summary(drawn, distribution, counts), states: runs.map((run) => run.state) };
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
 * The stream of draw s: at pass `noise.pass + 2 s`, because the two passes of a pair may share masks.
 * @throws ConfigError for what is no stream or no whole number
 */
export function streamOfDraw(noise: NoiseStream, s: number): NoiseStream {
  checkStream('streamOfDraw', noise);
  checkWhole('streamOfDraw', 's', s);
  return atPass(noise, (pass) => pass + 2 * s);
}

/**
 * A stream for S copies of `batch` rows in one run, sample by sample, in which each draws what it would draw alone.
 * @throws ConfigError for what is no stream or no whole number
 */
export function streamOfCopies(noise: NoiseStream, S: number, batch: number): NoiseStream {
  checkStream('streamOfCopies', noise);
  checkWhole('streamOfCopies', 'S', S, 1, mostNumbers);
  checkWhole('streamOfCopies', 'batch', batch, 1, mostNumbers);
  const groups = Array.from({ length: S }, (_, s) => {
    const stream = streamOfDraw(noise, s);
    return stream.groups ?? [{ stream, rows: batch }];
  });
  return noise.of(groups.flat());
}

// --- internal ---

/** What the model gave, if it is what a model gives. */
function checkedRun(result: ReturnType<StochasticModel>): ReturnType<StochasticModel> {
  if (!isObject(result)) {
    throw new ConfigError(`mcDropout: expected model to return { output, state }, got ${found(result)}`);
  }
  checkTensorOrGaussian('mcDropout', 'the output of the model', result.output);
  checkArray('mcDropout', 'the state of the model', result.state, 'states of its layers');
  return result;
}

function repeated<X extends Tensor | Tokens>(x: X, copies: number): X {
  if (x instanceof Tensor) return repeatRows(x, copies) as X;
  const { words, batch } = x;
  const wide = new Int32Array(copies * words.length);
  for (let t = 0; t < words.length / batch; t++) {
    const step = words.subarray(t * batch, (t + 1) * batch);
    for (let s = 0; s < copies; s++) wide.set(step, (t * copies + s) * batch);
  }
  return { words: wide, batch: copies * batch } as X;
}

function checkOutput(
  output: Tensor | Gaussian,
  steps: number,
  rows: number,
  distribution: McDropoutOptions['distribution'],
): void {
  if (isGaussian(output) && distribution !== 'gaussian') {
    throw new ConfigError(
      'mcDropout: expected plain logits, got a Gaussian; run the model in a mode that draws',
    );
  }
  const { shape } = meanOf(output);
  // One answer for the whole sequence is as good as one for every step.
  if (shape.length === 3 && (shape[0] === steps || shape[0] === 1) && shape[1] === rows) return;
  throw new ShapeError(
    `mcDropout: expected the model to give an output of shape [${steps}, ${rows}, K] or [1, ${rows}, K], got ${shapeText(shape)}`,
  );
}

/** The output of sample s of S, one array for every step of every example. */
function sampleRows(output: Tensor | Gaussian, s: number, S: number): Sampled {
  const rowsOf = ({ data, shape: [T, rows, K] }: Tensor): Float64Array[] => {
    const B = rows / S;
    return Array.from({ length: T * B }, (_, m) => {
      const from = (Math.floor(m / B) * rows + s * B + (m % B)) * K;
      return Float64Array.from(data.subarray(from, from + K));
    });
  };
  return isGaussian(output)
    ? { values: rowsOf(output.mean), variances: rowsOf(output.variance) }
    : { values: rowsOf(output) };
}
