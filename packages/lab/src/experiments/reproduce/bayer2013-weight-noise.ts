/**
 * Fast dropout beside adaptive weight noise, which section 2.2.2 of Bayer et al. (2013) compares in equations and nobody trains there:
 * the same small network on JSB Chorales without noise, with fast dropout, and with weight noise drawn and integrated.
 */
import type { Reproduction } from './reproduction.ts';
import { type Variant, variantTable } from './variant-table.ts';

export const bayer2013WeightNoise: Reproduction = {
  paper: 'bayer2013',
  kind: 'table',
  number: 'weight-noise',
  title: 'Fast dropout and adaptive weight noise',
  async make(context) {
    const made = await variantTable(
      'JSB Chorales, the same network with four regularizers',
      { prefix: 'weight-noise', recipe, variants },
      context,
    );
    return (
      made && {
        caption: `recipe ${recipe} (100 tanh units, adam) with the method exchanged, 500 epochs, stopped after 50 without a better validation, seed 1; nll_per_step of the epoch with the lowest validation, in training with the noise. The paper has no such figures.`,
        tables: [made.table],
        data: made.data,
      }
    );
  },
};

// --- internal ---

const recipe = 'bayer2013/jsb-weight-noise';

const withMethod = (name: string, what: string, dropout: string): Variant => ({
  ...{ name, what },
  set: [`model.dropout=${dropout}`, 'training.epochs=500', 'training.patience=50'],
});

const variants = [
  withMethod('none', 'none', 'none'),
  withMethod('fast', 'fast dropout, .1, .9, .6', 'fast:input=.1,recurrent=.9,output=.6'),
  withMethod('drawn', 'weight noise, drawn', 'weight-noise:deviation=.075,weight=1'),
  withMethod('closed', 'weight noise, integrated', 'weight-noise:deviation=.075,weight=1,form=closed'),
];
