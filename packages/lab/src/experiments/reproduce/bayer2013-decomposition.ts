/**
 * Section 2.2.2 of Bayer et al. (2013) watched at work: the two parts of the gradient under fast dropout while a network trains on
 * JSB Chorales. The paper has no such figure.
 */
import { curvePanel } from '../../pictures/curves.ts';
import type { DataTable } from '../../pictures/data-table.ts';
import { dataOf } from '../../pictures/picture.ts';
import { figure } from '../../pictures/svg/figure.ts';
import { type Asked, decompositionPictures } from '../../report/decomposition-pictures.ts';
import { observationsOf } from '../../report/observations.ts';
import type { Reproduction } from './reproduction.ts';
import type { ReproduceContext } from './trainings.ts';
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
    const shown = observation ? decompositionPictures(observation, run.directory).filter(isShown) : [];
    return {
      caption: `${what}: ${recipe}, seed 1, the first minibatch of the first epoch at the weights after every epoch. Above: norms of the variance part and of the training-loss part of the gradient of all weights of a layer, and the shares of units whose delta is above and below 0. Below: delta of the units of the two layers, median and quantiles.`,
      figures: observation
        ? [{ name: 'figure-decomposition', svg: drawn(shown), data: numbersOf(shown) }]
        : [],
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

const isShown = ({ about }: Asked): boolean => about === 'ratio' || about === 'shares' || about === 'delta';

function drawn(pictures: readonly Asked[]): string {
  return figure(
    pictures.map(({ marks, ...words }) => curvePanel(words, marks)),
    { label: bayer2013Decomposition.title, description: what, columns: 2 },
  );
}

function numbersOf(pictures: readonly Asked[]): DataTable {
  const tables = pictures.map(({ title, marks, axis }) => ({ title, ...dataOf(marks, axis, 'value') }));
  return {
    header: ['panel', ...(tables[0]?.header ?? [])],
    rows: tables.flatMap(({ title, rows }) => rows.map((row) => [title, ...row])),
  };
}
