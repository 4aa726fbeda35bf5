/**
 * Figure 2 of Bayer et al. (2013): the spectral radius of the recurrent weights while a network trains on JSB Chorales, with fast
 * dropout and without.
 */
import { observationsOf } from '../../report/observations.ts';
import { seriesColour } from '../../report/svg/colour.ts';
import { figure } from '../../report/svg/figure.ts';
import type { Mark, Numbers } from '../../report/svg/marks.ts';
import { panel } from '../../report/svg/panel.ts';
import type { Reproduction } from './reproduction.ts';
import { type FinishedRun, finishedRun } from './trainings.ts';

export const bayer2013Figure2: Reproduction = {
  paper: 'bayer2013',
  kind: 'figure',
  number: '2',
  title: 'Spectral radius over the training process',
  async make(context) {
    const curves: Curve[] = [];
    for (const { name, recipe, label } of nets) {
      // As long as the recipe at most says, and no shorter for either: the question is where the radius settles.
      const set = ['observe=[spectral-radius]', 'training.patience=none', `training.epochs=${epochs}`];
      const run = await finishedRun(`figure-2-${name}`, recipe, { set }, context);
      if (context.signal.aborted) return undefined;
      if (run) curves.push(curveOf(label, run));
    }
    const what =
      'Spectral radius of W_rec over the epochs of training on JSB Chorales, and the NLL on the validation set';
    return {
      caption: `${what}: bayer2013/jsb-fast and jsb-plain, ${epochs} epochs, seed 1. The paper shows fast dropout alone and says that plain networks never exceeded a certain radius at which they stuck.`,
      figures: curves.length > 0 ? [{ name: 'figure-2', svg: drawn(curves, what) }] : [],
      data: curves,
    };
  },
};

// --- internal ---

const epochs = 300;

const nets = [
  { name: 'fast', recipe: 'bayer2013/jsb-fast', label: 'fast dropout' },
  { name: 'plain', recipe: 'bayer2013/jsb-plain', label: 'plain' },
] as const;

interface Curve {
  label: string;
  epochs: Numbers;
  radius: Numbers;
  validated: number[];
  valid: number[];
}

function curveOf(label: string, { events }: FinishedRun): Curve {
  const observed = observationsOf(events).find(({ name }) => name === 'spectral-radius');
  const validations = events.filter((event) => event.event === 'epoch' && event.valid !== undefined);
  return {
    label,
    epochs: observed?.x ?? [],
    radius: [...(observed?.series.values() ?? [])][0] ?? [],
    validated: validations.map((event) => ('epoch' in event ? event.epoch : 0)),
    valid: validations.map((event) => ('valid' in event ? event.valid!.nll_per_step : 0)),
  };
}

function drawn(curves: readonly Curve[], description: string): string {
  const lines = (pick: (curve: Curve) => { x: Numbers; y: Numbers }): Mark[] =>
    curves.map((curve, i) => ({ kind: 'line', name: curve.label, colour: seriesColour(i), ...pick(curve) }));
  const size = { width: 450, height: 330 };
  const radius = panel({
    ...size,
    title: 'Spectral radius of the recurrent weights',
    x: { label: 'epoch' },
    y: { label: 'ρ(W_rec)' },
    marks: lines(({ epochs: x, radius: y }) => ({ x, y })),
  });
  const loss = panel({
    ...size,
    title: 'Validation error',
    x: { label: 'epoch' },
    y: { label: 'NLL per step', scale: 'log' },
    marks: lines(({ validated: x, valid: y }) => ({ x, y })),
  });
  return figure([radius, loss], { label: bayer2013Figure2.title, description });
}
