/** The network of forecasts: recurrent layers over the steps of a window, and a head on each. */
import {
  type NoiseStream,
  type RegularizedLoss,
  type SequenceModel,
  sequenceLoss,
  sequenceModel,
  slice,
  type Tensor,
} from 'lethe';
import { parseDropout, type Regularizer } from 'lethe/dropout';
import { type Gaussian, isGaussian } from 'lethe/moments';
import type { ForecastConfig } from './config.ts';
import type { WindowBatch } from './features.ts';
import type { Head, Steps } from './heads/head.ts';
import { headOf } from './heads/index.ts';
import { jointLoss, memberStream } from './members.ts';
import type { Resolved } from './settings.ts';

/** A network with its head. */
export interface ForecastModel {
  /** members: one, or several whose numbers are averaged */
  readonly networks: readonly SequenceModel[];
  readonly regularizer: Regularizer;
  readonly head: Head;
  readonly settings: Resolved;
  readonly parameters: Record<string, Tensor>;
  /** The loss of a minibatch: over the horizon, or over all steps where each is forecast from those before it. */
  loss(batch: WindowBatch, noise: NoiseStream, examples: number): RegularizedLoss;
}

export function forecastModel(
  { model }: ForecastConfig,
  settings: Resolved,
  features: number,
  stream: NoiseStream,
): ForecastModel {
  const regularizer = parseDropout(model.dropout);
  const head = headOf(settings, regularizer);
  const options = {
    input: { features },
    cell: model.cell,
    hiddenSizes: Array<number>(model.layers).fill(model.hidden),
    outputs: head.outputs,
    pooling: 'none' as const,
    dropout: regularizer,
    // A forecast begins as what it departs from.
    readout: { weight: { variance: 1e-4 } },
  };
  const networks = Array.from({ length: model.members }, (_, k) =>
    sequenceModel(options, memberStream(stream, k)),
  );
  const parameters: Record<string, Tensor> = {};
  for (const [k, network] of networks.entries()) {
    for (const [name, tensor] of Object.entries(network.parameters))
      parameters[memberPrefix(k) + name] = tensor;
  }
  for (const [name, tensor] of Object.entries(head.parameters)) parameters[`head.${name}`] = tensor;
  const { from, to } = scoredSteps(settings);
  return {
    networks,
    regularizer,
    head,
    settings,
    parameters,
    loss(batch, noise, examples) {
      const target = batch.target(from, to);
      const at = stepsOf(batch, from, to);
      const step = {
        x: batch.inputs(),
        nll: (output: Tensor | Gaussian) => head.loss(part(output, from, to), target, at),
        examples,
      };
      return jointLoss(networks.map((network, k) => sequenceLoss(network, step, memberStream(noise, k))));
    },
  };
}

/** In front of the names of a member's parameters. */
export const memberPrefix = (member: number): string => (member === 0 ? '' : `member.${member}.`);

/** The steps of a window that are forecast. */
export function scoredSteps({ mode, context, horizon }: Resolved): { from: number; to: number } {
  return { from: mode === 'direct' ? context : 0, to: context + horizon };
}

/** What a head is told of the steps [from, to) of a window. */
export function stepsOf(batch: WindowBatch, from: number, to: number): Steps {
  const { rows, scales } = batch;
  const base = batch.base(from, to);
  const scale = Float64Array.from(base, (_, m) => scales[m % rows].scale);
  return { steps: to - from, rows, base, scale };
}

/** The steps [from, to) of an output. */
export function part(output: Tensor | Gaussian, from: number, to: number): Tensor | Gaussian {
  const cut = (x: Tensor): Tensor => slice(x, 0, from, to);
  return isGaussian(output) ? { mean: cut(output.mean), variance: cut(output.variance) } : cut(output);
}
