/**
 * Section 2.2.2 of Bayer et al. (2013) watched at work: the two parts of the gradient under fast dropout while a network trains on
 * JSB Chorales. The paper has no such figure.
 */
import { curvePanel } from '../../report/curves.ts';
import { decompositionPictures } from '../../report/decomposition-pictures.ts';
import { type Observation, observationsOf } from '../../report/observations.ts';
import { figure } from '../../report/svg/figure.ts';
import type { ReproduceContext, Reproduction } from './reproduction.ts';
import { type FinishedRun, finishedRun } from './trainings.ts';

export const bayer2013Decomposition: Reproduction = {
  paper: 'bayer2013',
  kind: 'figure',
  number: 'decomposition',
  title: 'The parts of the gradient under fast dropout',
  async make(context) {
    const run = await tunedRun(context);
    if (context.signal.aborted) return undefined;
    const observation = run && observationsOf(run.events).find(({ name }) => name === 'decomposition');
    return {
      caption: `${what}: ${recipe}, seed 1, the first minibatch of the first epoch at the weights after every epoch. Above: norms of the variance part and of the training-loss part of the gradient of all weights of a layer, and the shares of units whose delta is above and below 0. Below: delta of the units of the two layers, median and quantiles.`,
      figures: observation ? [{ name: 'figure-decomposition', svg: drawn(observation, run.directory) }] : [],
      data: observation ? { x: observation.x, series: Object.fromEntries(observation.series) } : null,
    };
  },
};

/** Our rates, both observers; figure 2 shows the same run. */
export function tunedRun(context: ReproduceContext): Promise<FinishedRun | undefined> {
  const set = ['observe=[decomposition,spectral-radius]'];
  return finishedRun('figure-decomposition', recipe, { set }, context);
}

// --- internal ---

const recipe = 'bayer2013/jsb-fast-tuned';
const what = 'The gradient under fast dropout in its two parts, over the epochs of training on JSB Chorales';

function drawn(observation: Observation, directory: string): string {
  const pictures = decompositionPictures(observation, directory);
  const shown = pictures.filter(({ about }) => about === 'ratio' || about === 'shares' || about === 'delta');
  return figure(
    shown.map(({ title, axis, marks }) => curvePanel(title, axis, marks)),
    { label: bayer2013Decomposition.title, description: what, columns: 2 },
  );
}
