/**
 * Fast dropout beside adaptive weight noise, which section 2.2.2 of Bayer et al. (2013) compares in equations and nobody trains there:
 * the same small network on JSB Chorales without noise, with fast dropout, and with weight noise drawn and integrated.
 */
import { duration } from '../../report/run-record.ts';
import type { Reproduction } from './reproduction.ts';
import { finishedRun } from './trainings.ts';

export const bayer2013WeightNoise: Reproduction = {
  paper: 'bayer2013',
  kind: 'table',
  number: 'weight-noise',
  title: 'Fast dropout and adaptive weight noise',
  async make(context) {
    const rows: string[][] = [];
    const data: object[] = [];
    for (const { name, what, dropout } of variants) {
      const set = [`model.dropout=${dropout}`, 'training.epochs=500', 'training.patience=50'];
      const run = await finishedRun(`weight-noise-${name}`, recipe, { set }, context);
      if (context.signal.aborted) return undefined;
      if (!run) {
        rows.push([what, 'not run', '', '', '', '']);
        continue;
      }
      const { best, seconds, epochs } = run.done;
      data.push({ name, dropout, best, epochs, seconds });
      const figures = [best.train, best.valid, best.test].map(({ nll_per_step: nll }) => nll.toFixed(3));
      rows.push([what, ...figures, `${best.epoch} of ${epochs}`, duration(seconds)]);
    }
    return {
      caption: `recipe ${recipe} (100 tanh units, adam) with the method exchanged, 500 epochs, stopped after 50 without a better validation, seed 1; nll_per_step of the epoch with the lowest validation, in training with the noise. The paper has no such figures.`,
      tables: [
        {
          title: 'JSB Chorales, the same network with four regularizers',
          header: ['', 'training', 'validation', 'test', 'best epoch', 'time'],
          rows,
          align: 'lrrrrr',
        },
      ],
      data,
    };
  },
};

// --- internal ---

const recipe = 'bayer2013/jsb-weight-noise';

const variants = [
  { name: 'none', what: 'none', dropout: 'none' },
  { name: 'fast', what: 'fast dropout, .1, .9, .6', dropout: 'fast:input=.1,recurrent=.9,output=.6' },
  { name: 'drawn', what: 'weight noise, drawn', dropout: 'weight-noise:deviation=.075,weight=1' },
  {
    name: 'closed',
    what: 'weight noise, integrated',
    dropout: 'weight-noise:deviation=.075,weight=1,form=closed',
  },
] as const;
