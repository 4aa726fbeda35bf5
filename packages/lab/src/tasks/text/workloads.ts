/**
 * The language-model workloads: one full training step on random tokens of a vocabulary of 10,000, the state carried on from
 * step to step, at the sizes of Zaremba et al. (2014) and Merity et al. (2017); and drawing text.
 *
 *   lm-small-naive         2 x 200 units, 20 streams, 20 steps, dropout .5 on every input and the last output
 *   lm-medium-naive        2 x 650 units, 35 steps
 *   lm-medium-variational  the same, masks held over the segment: input .3, recurrent .3, output .5
 *   lm-awd                 400-1150-1150-400 tied, 70 steps, weight drop .5, locked .4 / .25 / .4, words .1, AR 2, TAR 1
 *   sample-lstm            400-1150-1150-1150, batch 1: 50 tokens drawn one after the other
 *
 * The first three: sum over time of the mean NLL over the streams, SGD 1, gradients clipped at norm 5; lm-awd: mean NLL,
 * SGD 30, clipped at .25, weight decay 1.2e-6.
 */
import { clipScale, globalNorm, gradients, keepState, NoiseStream, scoped, sgd } from 'lethe';
import type { Workload } from '../../bench/workload.ts';
import { type TextConfig, textDefaults } from './config.ts';
import { type TextState, textModel } from './model.ts';
import { sampleTokens } from './sample.ts';

/** The names of the language-model workloads. */
export const lmWorkloads = [
  'lm-small-naive',
  'lm-medium-naive',
  'lm-medium-variational',
  'lm-awd',
  'sample-lstm',
] as const;
export type LmWorkload = (typeof lmWorkloads)[number];

/** Words of the vocabulary; the default is that of the benchmark. */
export interface LmSizes {
  vocabulary?: number;
  seed?: number;
}

/** Builds a workload. Everything in it is a function of its name, the sizes and the seed. */
export function lmWorkload(name: LmWorkload, { vocabulary = 10_000, seed = 1 }: LmSizes = {}): Workload {
  const setting = settings[name];
  const config: TextConfig = {
    ...defaults,
    seed,
    model: {
      ...defaults.model,
      embeddingLimit: 0.05,
      initialLimit: 0.05,
      forgetBias: null,
      ...setting.model,
    },
  };
  const model = textModel(config, vocabulary);
  if (setting.draws !== undefined) {
    const { draws } = setting;
    let runs = 0;
    return {
      parameters: model.parameters,
      step: () => {
        const tokens = sampleTokens(model, Int32Array.of(1), { length: draws, seed: ++runs });
        return tokens[tokens.length - 1];
      },
    };
  }
  const { steps, batch = 20, stepRate, clipNorm, weightDecay = 0, isSum } = setting;
  const stream = new NoiseStream(seed);
  const tensors = Object.values(model.parameters);
  const names = Object.keys(model.parameters);
  const optimizer = sgd(model.parameters, { stepRate, weightDecay });
  let state: TextState | undefined;
  let count = 0;
  return {
    parameters: model.parameters,
    step: () =>
      scoped(() => {
        const noise = stream.at(++count);
        const drawn = noise.uniforms({ site: 'sample' }, (steps + 1) * batch, 0, vocabulary);
        const tokens = Int32Array.from(drawn, (u) => Math.min(vocabulary - 1, Math.floor(u)));
        const window = { words: tokens.subarray(0, steps * batch), targets: tokens.subarray(batch), batch };
        const { loss, gradients: slopes } = gradients(tensors, () => {
          const total = model.loss(window, state, noise, isSum ? steps : 1, 1e6);
          state = total.state.map(keepState);
          return total.loss;
        });
        optimizer.update(slopes, clipScale(globalNorm(slopes, names), clipNorm));
        return loss;
      }),
  };
}

// --- internal ---

interface Setting {
  model: Partial<TextConfig['model']>;
  steps: number;
  batch?: number;
  stepRate: number;
  clipNorm: number;
  weightDecay?: number;
  /** the loss is the sum over time */
  isSum?: boolean;
  /** tokens drawn instead of a training step */
  draws?: number;
}

const defaults = textDefaults();
const zaremba = { stepRate: 1, clipNorm: 5, isSum: true };
const medium = { embedding: 650, hidden: 650, layers: 2 };

const settings: Record<LmWorkload, Setting> = {
  'lm-small-naive': {
    ...zaremba,
    steps: 20,
    model: { embedding: 200, hidden: 200, layers: 2, dropout: 'naive:input=.5,output=.5' },
  },
  'lm-medium-naive': { ...zaremba, steps: 35, model: { ...medium, dropout: 'naive:input=.5,output=.5' } },
  'lm-medium-variational': {
    ...zaremba,
    steps: 35,
    model: { ...medium, dropout: 'variational:input=.3,recurrent=.3,output=.5' },
  },
  'lm-awd': {
    steps: 70,
    stepRate: 30,
    clipNorm: 0.25,
    weightDecay: 1.2e-6,
    model: {
      embedding: 400,
      hidden: 1150,
      layers: 3,
      tied: true,
      dropout: 'awd:weight=.5,input=.4,hidden=.25,output=.4,embedding=.1,ar=2,tar=1',
    },
  },
  'sample-lstm': {
    steps: 1,
    stepRate: 1,
    clipNorm: 1,
    draws: 50,
    model: { embedding: 400, hidden: 1150, layers: 3 },
  },
};
