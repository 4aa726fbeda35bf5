/** The four data sets of Bayer et al. (2013) with the figures of its Table 1: negative log-likelihoods on the test sets. */

export interface PublishedRow {
  /** as `--set dataset=` takes it */
  dataset: string;
  name: string;
  fast: string;
  plain: string;
  rnnNade: string;
  deepRnn: string;
}

export const publishedRows: readonly PublishedRow[] = [
  {
    dataset: 'piano-midi',
    name: 'Piano-midi.de',
    fast: '7.39',
    plain: '7.58',
    rnnNade: '7.05',
    deepRnn: '–',
  },
  {
    dataset: 'nottingham',
    name: 'Nottingham',
    fast: '3.09',
    plain: '3.43',
    rnnNade: '2.31',
    deepRnn: '2.95',
  },
  { dataset: 'musedata', name: 'MuseData', fast: '6.75', plain: '6.99', rnnNade: '5.60', deepRnn: '6.59' },
  {
    dataset: 'jsb-chorales',
    name: 'JSB Chorales',
    fast: '8.01',
    plain: '8.58',
    rnnNade: '5.19',
    deepRnn: '7.92',
  },
];

/**
 * Settings of the searches on a data set. Beside JSB Chorales they have five to eighteen times as many frames to train on: smaller
 * minibatches then make more steps an epoch, and fewer epochs do. The choice is ours.
 */
export function searchSettings(dataset: string): string[] {
  if (dataset === 'jsb-chorales') return [];
  return [`dataset=${dataset}`, 'training.batch=16', 'training.epochs=100', 'training.patience=20'];
}

/**
 * The studies of a data set by method: their names and the searches that they run. `wide` is fast dropout over a space of ours, with
 * higher rates from state to state.
 */
export const searches = {
  fast: { target: 'bayer2013/search', study: (dataset: string) => `${dataset}-fast` },
  wide: { target: 'bayer2013/search-wide', study: (dataset: string) => `${dataset}-wide` },
  plain: { target: 'bayer2013/search-plain', study: (dataset: string) => `${dataset}-plain` },
} as const;

export type Searched = keyof typeof searches;
