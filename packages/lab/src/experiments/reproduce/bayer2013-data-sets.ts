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

/** A column of the table that is searched for. */
export interface Search {
  /** of the column */
  title: string;
  /** whether notes of a frame are independent given the past: models of the two kinds differ in their heads, not in their networks */
  notes: 'independent' | 'dependent';
  /** the search that is run */
  target: string;
  /** the one on other data than JSB Chorales, where that has a space of its own */
  elsewhere?: string;
  /** the figure that stands behind it */
  published?: Exclude<keyof PublishedRow, 'dataset' | 'name'>;
}

/**
 * The searches by method, `DATASET-METHOD` being the names of their studies. `wide` is fast dropout over a space of ours, with higher rates
 * from state to state, `plain-wide` the plain network over smaller steps with an average of the weights; `deep` has layers between two states;
 * those of a NADE share one space but for the noise.
 */
export const searches = {
  fast: { title: 'fast dropout', notes: 'independent', target: 'bayer2013/search', published: 'fast' },
  wide: { title: 'up to high rates', notes: 'independent', target: 'bayer2013/search-wide' },
  plain: { title: 'plain', notes: 'independent', target: 'bayer2013/search-plain', published: 'plain' },
  'plain-wide': {
    ...{ title: 'down to small steps', notes: 'independent', target: 'bayer2013/search-plain-wide' },
  },
  deep: {
    ...{ title: 'deep RNN, fast dropout', notes: 'independent' },
    ...{ target: 'pascanu2014/search', elsewhere: 'pascanu2014/search-mild', published: 'deepRnn' },
  },
  'nade-none': {
    ...{ title: 'RNN-NADE', notes: 'dependent' },
    ...{ target: 'boulanger2012/search-none', published: 'rnnNade' },
  },
  'nade-variational': {
    ...{ title: 'variational', notes: 'dependent', target: 'boulanger2012/search-variational' },
  },
  'nade-fast': { title: 'fast dropout', notes: 'dependent', target: 'boulanger2012/search-fast' },
} as const satisfies Record<string, Search>;

export type Searched = keyof typeof searches;

/** The methods of a block of the table, from left to right. */
export const methodsWith = (notes: Search['notes']): Searched[] =>
  (Object.keys(searches) as Searched[]).filter((method) => searches[method].notes === notes);

/** The search of a method on a data set. */
export function targetOf(dataset: string, method: Searched): string {
  const { target, elsewhere }: Search = searches[method];
  return dataset === 'jsb-chorales' ? target : (elsewhere ?? target);
}

/**
 * Settings of the searches on a data set. Beside JSB Chorales they have five to eighteen times as many frames to train on: smaller
 * minibatches then make more steps an epoch, and fewer epochs do. The choice is ours. A search that is made for them says so itself.
 */
export function searchSettings(dataset: string, method: Searched): string[] {
  if (dataset === 'jsb-chorales') return [];
  if (targetOf(dataset, method) !== searches[method].target) return [`dataset=${dataset}`];
  if (searches[method].notes === 'dependent') {
    return [`dataset=${dataset}`, 'training.epochs=40', 'training.patience=6'];
  }
  return [`dataset=${dataset}`, 'training.batch=16', 'training.epochs=100', 'training.patience=20'];
}
