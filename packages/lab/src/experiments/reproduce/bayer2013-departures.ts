/**
 * What the authors' code of the time does other than the paper says, and what each of these departures does to the figure on JSB
 * Chorales: the published hyper-parameters with correct mathematics, with one departure at a time, and with all of them.
 */
import type { Reproduction } from './reproduction.ts';
import { type Variant, variantTable } from './variant-table.ts';

export const bayer2013Departures: Reproduction = {
  paper: 'bayer2013',
  kind: 'table',
  number: 'departures',
  title: "What the departures of the authors' code do",
  async make(context) {
    const made = await variantTable(
      'JSB Chorales, fast dropout with the published hyper-parameters',
      { prefix: 'departures', recipe: 'bayer2013/jsb-fast', variants },
      context,
    );
    return (
      made && {
        caption:
          'recipe bayer2013/jsb-fast (400 units, rates .1, .2, .5), seed 1; nll_per_step of the epoch with the lowest validation. The paper has 8.01. All departures together: lethe train bayer2013/jsb-fast --paper-quirks.',
        tables: [made.table],
        data: made.data,
      }
    );
  },
};

// --- internal ---

const rates = 'fast:input=.1,recurrent=.2,output=.5';

const variants: readonly Variant[] = [
  { name: 'none', what: 'as in the paper' },
  {
    name: 'recurrent-mean',
    what: 'recurrent mean times the rate of dropping',
    set: [`model.dropout=${rates},recurrentMean=rate`],
  },
  { name: 'slope', what: 'tanh(a / 2) in place of tanh(a)', set: [`model.dropout=${rates},slope=.5`] },
  {
    name: 'radius-first',
    what: 'spectral radius set before sparsity: .235 in place of 1.2',
    set: ['quirks.radiusFirst=true'],
  },
  {
    name: 'clip-enlarges',
    what: 'gradients longer than 15 made 225 long',
    set: ['quirks.clipEnlarges=true'],
  },
  {
    name: 'deviations',
    what: 'sigma² of Table 3 taken for deviations',
    set: ['quirks.varianceIsDeviation=true'],
  },
  { name: 'all', what: 'all of them', paperQuirks: true },
];
