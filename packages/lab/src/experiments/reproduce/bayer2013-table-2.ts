/**
 * Table 2 of Bayer et al. (2013): what the random search draws from. The paper's choices stand beside those of
 * `recipes/bayer2013/search.yaml`; parts of the table are not legible in the copy of the paper that this was taken from.
 */
import { configText } from '../../report/run-record.ts';
import type { Distribution } from '../../studies/space.ts';
import { readSearch } from '../search/search-file.ts';
import type { Reproduction } from './reproduction.ts';

export const bayer2013Table2: Reproduction = {
  paper: 'bayer2013',
  kind: 'table',
  number: '2',
  title: 'The space of the random search',
  async make() {
    const { space } = readSearch('bayer2013/search');
    const rows = hyperParameters.map(({ name, key, choices }) => [name, choices, key, ranges(space[key])]);
    return {
      caption:
        'Rates are probabilities of dropping, sigma² are variances. Where the paper has a dash its table is not legible to us, and the choices are ours around the values of its Table 3.',
      tables: [
        {
          title: 'Hyper-parameters, in the paper and in bayer2013/search',
          header: ['hyper-parameter', 'choices of the paper', 'key', 'choices here'],
          rows,
          align: 'llll',
        },
      ],
      data: { space },
    };
  },
};

/** A row of Tables 2 and 3. */
export interface HyperParameter {
  /** as the paper has it */
  name: string;
  /** the parameter of our search */
  key: string;
  /** of Table 2 */
  choices: string;
}

export const hyperParameters: readonly HyperParameter[] = [
  { name: '#hidden units', key: 'model.hidden', choices: '–' },
  { name: 'p("dropout input")', key: 'input', choices: '0.0, 0.1, 0.2' },
  { name: 'p("dropout hidden to hidden")', key: 'recurrent', choices: '–' },
  { name: 'p("dropout hidden to output")', key: 'output', choices: '0.0, 0.2, 0.5' },
  { name: 'fast dropout for final layer', key: 'final', choices: 'yes, no' },
  { name: 'step rate', key: 'optimizer.stepRate', choices: '–' },
  { name: 'momentum', key: 'optimizer.momentum', choices: '0.0, 0.9, 0.95, 0.99, 0.995' },
  { name: 'decay', key: 'optimizer.decay', choices: '0.8, 0.9' },
  { name: 'sigma² of W_rec, W_out', key: 'model.initialVariance', choices: '0.1, 0.01, 0.001, 0.0001' },
  { name: 'sigma² of W_in', key: 'model.inputVariance', choices: '0.1, 0.01, 0.001, 0.0001' },
  { name: 'rho(W_rec)', key: 'model.spectralRadius', choices: '–' },
  { name: 'nu', key: 'model.maxIncoming', choices: '–' },
];

// --- internal ---

function ranges(distribution: Distribution): string {
  if ('choice' in distribution) return distribution.choice.map(configText).join(', ');
  if ('int' in distribution) return `${distribution.int.join(' to ')} in steps of ${distribution.step}`;
  return 'uniform' in distribution
    ? distribution.uniform.join(' to ')
    : `${distribution.logUniform.join(' to ')}, logarithmic`;
}
