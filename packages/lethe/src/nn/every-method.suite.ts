/** For tests of all methods at once: each method in words with the cells that honour it, and a small network to train. */
import { layerRegularizer, splitReadout } from '../dropout/combine.ts';
import type { Regularizer } from '../dropout/noise.ts';
import { parseDropout } from '../dropout/parse.ts';
import type { NoiseStream } from '../random/stream.ts';
import { type Real, realFrom } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { CellName } from './cells/cell.ts';
import { linear } from './linear.ts';
import { bernoulliNll } from './losses/losses.ts';
import { regularizedLoss } from './losses/regularized-loss.ts';
import { weightPosteriors } from './parameters/noisy-weights.ts';
import { type RecurrentStackOptions, recurrentStack } from './recurrent/stack.ts';

const all: readonly CellName[] = ['rnn', 'deep-rnn', 'lstm', 'gru'];
const oneMap: readonly CellName[] = ['rnn', 'lstm', 'gru'];
const gated: readonly CellName[] = ['lstm', 'gru'];

/** Every method of the vocabulary, in its variants. */
export const everyMethod: readonly (readonly [text: string, cells: readonly CellName[]])[] = [
  ['none', all],
  ['standard:input=.2,recurrent=.3,output=.4', all],
  ['standard:input=.2,recurrent=.3,output=.4,scaling=paper', all],
  ['dropconnect:weight=.3,weightIn=.2', all],
  ['dropconnect:weight=.3,weightIn=.2,examples=batch', all],
  ['naive:input=.3,output=.4', all],
  ['variational:input=.2,recurrent=.3,output=.4', all],
  ['variational:input=.2,recurrent=.3,output=.4,gates=untied', gated],
  ['variational:input=.2,recurrent=.3,transition=.4', ['deep-rnn']],
  ['standard:recurrent=.3,transition=.4,scaling=paper', ['deep-rnn']],
  ['rnndrop:cell=.3', all],
  ['rnndrop:cell=.3,interval=step', all],
  ['semeniuta:update=.3', gated],
  ['semeniuta:update=.3,interval=sequence', gated],
  ['semeniuta:recurrent=.3', ['rnn', 'deep-rnn']],
  ['zoneout:hidden=.2', all],
  ['zoneout:hidden=.1,cell=.4', ['lstm']],
  ['awd:weight=.4,input=.3,hidden=.2,output=.3,ar=2,tar=1', all],
  ['awd:weight=.4,rows=true', all],
  ['fraternal:kappa=.15+variational:input=.2,recurrent=.3,output=.4', all],
  ['fraternal:variant=expectation-linear+naive:input=.3,output=.4', all],
  ['fraternal:variant=pi,same=recurrent+variational:input=.2,recurrent=.3,output=.4', all],
  ['curriculum:gamma=.5+naive:input=.3,output=.4', all],
  ['gaussian:input=.2,recurrent=.3,output=.4', all],
  ['fast:input=.2,recurrent=.3,output=.4', all],
  ['fast:input=.2,recurrent=.3,output=.4,form=gauss-hermite', all],
  ['fast:input=.2,recurrent=.3,output=.4,form=probit', all],
  ['fast:input=.2,recurrent=.3,output=.4,mode=gaussian', all],
  ['fast:input=.2,recurrent=.3,output=.4,mode=sample', all],
  ['fast:input=.2,recurrent=.3,transition=.4', ['deep-rnn']],
  ['fast:recurrent=.3,transition=.4,mode=gaussian', ['deep-rnn']],
  ['weight-noise:deviation=.1', all],
  ['weight-noise:deviation=.1,form=closed', oneMap],
  ['weight-decay:lambda=.01', all],
  ['ar:alpha=2+tar:beta=1+naive:output=.4', all],
];

/**
 * Weights small enough that a plain network is not chaotic over many steps, and a state to begin with at which
 * the noise of the state has a variance: at 0 its square root has a kink.
 */
const initial: RecurrentStackOptions['initial'] = {
  weightRec: { variance: 0.1 },
  initialState: { kind: 'normal', variance: 0.2 },
};

/** A network for tests: a stack, a linear readout, the NLL of binary targets. */
export interface TestNetwork {
  regularizer: Regularizer;
  parameters: Tensor[];
  /** [T, B, I] */
  x: Tensor;
  /** the training loss of the regularizer, on data drawn once */
  loss(noise: NoiseStream | undefined): Tensor;
  /** the logits, [T, B, K]; means where they are Gaussian */
  output(noise: NoiseStream | undefined): Tensor;
}

export interface TestSizes {
  T: number;
  B: number;
  I: number;
  H: number;
  K: number;
}

/** Rows that begin late or end early, and what stands in x and targets on the steps that do not count. */
export interface TestPadding {
  start: Int32Array;
  stop: Int32Array;
  fill(i: number): number;
}

/** A network with a method, two layers by default. */
export function testNetwork(
  dropout: string,
  cell: CellName,
  { T, B, I, H, K }: TestSizes,
  stream: NoiseStream,
  more: Partial<RecurrentStackOptions> = {},
  padding?: TestPadding,
): TestNetwork {
  const regularizer = parseDropout(dropout);
  const { recurrent, readout: atReadout } = splitReadout(regularizer);
  const stack = recurrentStack(
    {
      cell,
      inputSize: I,
      hiddenSizes: [H, H],
      dropout: recurrent,
      learnInitialState: true,
      initial,
      ...more,
    },
    stream,
  );
  const readout = linear(
    { inputSize: stack.outputSize, outputSize: K, dropout: layerRegularizer(atReadout, 0, 1), layer: 9 },
    stream,
  );
  const x = new Tensor([T, B, I], stream.normals({ site: 'sample' }, T * B * I));
  const targets = new Tensor(
    [T, B, K],
    stream.uniforms({ site: 'sample', layer: 1 }, T * B * K).map((u) => (u < 0.4 ? 1 : 0)),
  );
  const active = padding && { start: padding.start, stop: padding.stop };
  if (padding) for (const { data, shape } of [x, targets]) fillPadding(data, shape, padding);
  const stepMask = active && realFrom(Array.from({ length: T * B }, (_, m) => (isOn(active, m, B) ? 1 : 0)));
  const parameters = [...Object.values(stack.parameters), ...Object.values(readout.parameters)];
  const distributions = [...weightPosteriors(stack.parameters), ...weightPosteriors(readout.parameters)];
  const run = (noise: NoiseStream | undefined) => {
    const { output: dropped, states, state } = stack.forward(x, undefined, noise, active);
    const output = readout.forward(dropped, noise);
    return { output, nll: bernoulliNll(output, targets, stepMask), stepMask, dropped, states, state };
  };
  return {
    regularizer,
    parameters,
    x,
    loss: (noise) =>
      regularizedLoss(regularizer, run, noise, { parameters, distributions, examples: 100 }).loss,
    output: (noise) => {
      const { output } = run(noise);
      return 'mean' in output ? output.mean : output;
    },
  };
}

/** Fills the steps of [T, B, n] that do not count. */
export function fillPadding(data: Real, [, B, n]: readonly number[], { fill, ...active }: TestPadding): void {
  for (let i = 0; i < data.length; i++) if (!isOn(active, Math.floor(i / n), B)) data[i] = fill(i);
}

// --- internal ---

/** Whether row m = t * B + b counts. */
function isOn({ start, stop }: { start: Int32Array; stop: Int32Array }, m: number, B: number): boolean {
  const [t, b] = [Math.floor(m / B), m % B];
  return t >= start[b] && t < stop[b];
}
