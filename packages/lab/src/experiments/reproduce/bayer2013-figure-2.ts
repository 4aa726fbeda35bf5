/**
 * Figure 2 of Bayer et al. (2013): the spectral radius of the recurrent weights while a network trains on JSB Chorales, with fast
 * dropout at the published rates, as the text and as the authors' program has it, at ours, and without.
 */
import type { DataTable } from '../../pictures/data-table.ts';
import { seriesColour } from '../../pictures/svg/colour.ts';
import { figure } from '../../pictures/svg/figure.ts';
import type { Mark, Numbers } from '../../pictures/svg/mark.ts';
import { panel } from '../../pictures/svg/panel.ts';
import { observationsOf } from '../../report/observations.ts';
import { metricLabel } from '../../tasks/metric-words.ts';
import { tunedRun } from './bayer2013-decomposition.ts';
import type { Reproduction } from './reproduction.ts';
import type { ReproduceContext } from './trainings.ts';
import { type FinishedRun, finishedRun } from './trainings.ts';

export const bayer2013Figure2: Reproduction = {
  paper: 'bayer2013',
  kind: 'figure',
  number: '2',
  title: 'Spectral radius over the training process',
  async make(context) {
    const curves: RadiusCurve[] = [];
    for (const { label, run: trained } of nets) {
      const run = await trained(context);
      if (context.signal.aborted) return undefined;
      if (run) curves.push(curveOf(label, run));
    }
    const what =
      'Spectral radius of W_rec over the epochs of training on JSB Chorales, and the NLL on the validation set';
    return {
      caption: `${what}: bayer2013/jsb-fast (step rate .001), the same with --paper-quirks, jsb-fast-tuned (.001) and jsb-plain (.0001), the first ${epochs} epochs, seed 1. The paper shows fast dropout alone, whose radius increases sharply and then slowly decreases, and says that plain networks never exceeded a certain radius at which they stuck.`,
      figures:
        curves.length > 0 ? [{ name: 'figure-2', svg: drawn(curves, what), data: numbersOf(curves) }] : [],
      data: curves,
    };
  },
};

// --- internal ---

const epochs = 300;

/** As many epochs for each, whatever its validation says: the question is where the radius settles. */
const long =
  (name: string, recipe: string, paperQuirks?: boolean) =>
  (context: ReproduceContext): Promise<FinishedRun | undefined> => {
    const set = ['observe=[spectral-radius]', 'training.patience=none', `training.epochs=${epochs}`];
    return finishedRun(`figure-2-${name}`, recipe, { set, paperQuirks }, context);
  };

const nets = [
  { label: 'fast dropout, .1, .2, .5', run: long('fast', 'bayer2013/jsb-fast') },
  { label: "the same, authors' program", run: long('quirks', 'bayer2013/jsb-fast', true) },
  { label: 'fast dropout, .1, .9, .6', run: tunedRun },
  { label: 'plain', run: long('plain', 'bayer2013/jsb-plain') },
];

interface RadiusCurve {
  label: string;
  epochs: Numbers;
  radius: Numbers;
  validated: number[];
  valid: number[];
}

function curveOf(label: string, { events }: FinishedRun): RadiusCurve {
  const observed = observationsOf(events).find(({ name }) => name === 'spectral-radius');
  const radius = [...(observed?.series.values() ?? [])][0] ?? [];
  const validations = events
    .filter((event) => event.event === 'epoch')
    .filter(({ epoch, valid }) => valid !== undefined && epoch <= epochs);
  const isShown = (_: unknown, i: number): boolean => (observed?.x[i] ?? 0) <= epochs;
  return {
    label,
    epochs: observed?.x.filter(isShown) ?? [],
    radius: radius.filter(isShown),
    validated: validations.map(({ epoch }) => epoch),
    valid: validations.map(({ valid }) => valid!.nll_per_step),
  };
}

function numbersOf(curves: readonly RadiusCurve[]): DataTable {
  const rows = curves.flatMap(({ label, epochs, radius, validated, valid }) => [
    ...epochs.map((epoch, i) => [label, 'spectral_radius', epoch, radius[i]]),
    ...validated.map((epoch, i) => [label, 'valid.nll_per_step', epoch, valid[i]]),
  ]);
  return { header: ['network', 'quantity', 'epoch', 'value'], rows };
}

function drawn(curves: readonly RadiusCurve[], description: string): string {
  const lines = (pick: (curve: RadiusCurve) => { x: Numbers; y: Numbers }): Mark[] =>
    curves.map((curve, i) => ({ kind: 'line', name: curve.label, colour: seriesColour(i), ...pick(curve) }));
  const size = { width: 450, height: 330 };
  const radius = panel({
    ...size,
    title: 'Spectral radius of the recurrent weights',
    x: { label: 'epoch', whole: true },
    y: { label: 'ρ(W_rec)' },
    marks: lines(({ epochs: x, radius: y }) => ({ x, y })),
  });
  const loss = panel({
    ...size,
    title: 'Validation error',
    x: { label: 'epoch', whole: true },
    y: { label: metricLabel('nll_per_step'), scale: 'log' },
    marks: lines(({ validated: x, valid: y }) => ({ x, y })),
  });
  return figure([radius, loss], { label: bayer2013Figure2.title, description });
}
