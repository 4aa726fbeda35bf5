/**
 * The layer workloads: one full training step of a single recurrent layer at the size of Zaremba et al. (2014),
 * medium: 650 units, 650 inputs, minibatches of 20 sequences of 35 steps. Forward, squared error against fixed
 * targets (for fast dropout its expectation), backward, gradients clipped at norm 5, SGD. The input wants no
 * gradient. With a regularizer everything that it asks for is done in every step: masks drawn, second runs,
 * penalties, description lengths.
 */
import {
  type CellName,
  clipScale,
  globalNorm,
  gradients,
  NoiseStream,
  recurrentStack,
  regularizedLoss,
  scoped,
  sgd,
  squaredError,
  Tensor,
  weightPosteriors,
} from 'lethe';
import { parseDropout } from 'lethe/dropout';
import type { Workload } from './workload.ts';

/** The names of the layer workloads. */
export const layerWorkloads = ['rnn-layer', 'lstm-layer', 'gru-layer'] as const;
export type LayerWorkload = (typeof layerWorkloads)[number];

/** The sizes of a workload; the defaults are those of the benchmark. */
export interface LayerBenchSizes {
  hidden?: number;
  batch?: number;
  steps?: number;
  seed?: number;
}

/** Methods whose cost is listed, rates as large as any paper's; an RNN has no update and no cell to zone out. */
export const costMethods = [
  'standard:input=.5,recurrent=.5,output=.5',
  'naive:input=.5,output=.5',
  'variational:input=.5,recurrent=.5,output=.5',
  'variational:input=.5,recurrent=.5,output=.5,gates=untied',
  'rnndrop:cell=.5',
  'semeniuta:update=.5',
  'semeniuta:update=.5,interval=sequence',
  'zoneout:hidden=.05,cell=.5',
  'zoneout:hidden=.05',
  'dropconnect:weight=.5,examples=batch',
  'awd:weight=.5,input=.4,output=.4,ar=2,tar=1',
  'gaussian:input=.5,recurrent=.5,output=.5',
  'curriculum:gamma=.001+naive:input=.5,output=.5',
  'weight-noise',
  'fast:input=.2,recurrent=.3,output=.5',
  'fraternal:kappa=.15+variational:input=.5,recurrent=.5,output=.5',
] as const;

/** Builds a workload. Everything in it is a function of the sizes and the seed. */
export function layerWorkload(name: LayerWorkload, dropout = 'none', sizes: LayerBenchSizes = {}): Workload {
  const { hidden = 650, batch = 20, steps: T = 35, seed = 1 } = sizes;
  const cell = name.slice(0, -'-layer'.length) as CellName;
  const stream = new NoiseStream(seed);
  const regularizer = parseDropout(dropout);
  // Where output noise is integrated, the readout does it; there is none here.
  const noise = regularizer.noise.filter(
    ({ site }) => site !== 'output' || regularizer.modes.train === 'sample',
  );
  const layer = recurrentStack(
    { cell, inputSize: hidden, hiddenSizes: [hidden], dropout: { ...regularizer, noise } },
    stream,
  );
  const { parameters } = layer;
  const tensors = Object.values(parameters);
  const names = Object.keys(parameters);
  const distributions = weightPosteriors(parameters);
  const optimizer = sgd(parameters, { stepRate: 0.1 });
  const shape = [T, batch, hidden];
  const x = new Tensor(shape, stream.normals({ site: 'sample' }, T * batch * hidden));
  const targets = new Tensor(shape, stream.normals({ site: 'sample', layer: 1 }, T * batch * hidden));
  let steps = 0;

  return {
    parameters,
    step: () =>
      scoped(() => {
        const { loss, gradients: slopes } = gradients(tensors, () => {
          const context = { parameters: tensors, distributions, examples: 1000 * T * batch };
          const run = (draws: NoiseStream | undefined) => {
            const { output, states, state } = layer.forward(x, undefined, draws);
            return { output, nll: squaredError(output, targets), dropped: output, states, state };
          };
          return regularizedLoss(regularizer, run, stream.at(++steps), context).loss;
        });
        optimizer.update(slopes, clipScale(globalNorm(slopes, names), 5));
        return loss;
      }),
  };
}
