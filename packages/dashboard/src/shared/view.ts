/** What the page shows, as its address says it: everything that somebody may have chosen, and nothing that is the default. */

const defaults = {
  page: 'runs',
  /** of a run or a study page */
  id: '',
  /** of the table: words, /patterns/ and conditions */
  q: '',
  sort: '-created',
  /** columns of the table, with commas; empty: those that fit the runs */
  cols: '',
  /** runs in the chart, with commas; empty: the first of the table */
  sel: '',
  /** the setting by which runs are put together */
  group: '',
  /** rows of the table */
  rows: '50',
  /** of the chart; empty: the metric of the first run */
  y: '',
  x: 'epoch',
  logx: '',
  logy: '',
  smooth: '0',
  /** a stretch of x, `from:to` */
  zoom: '',
  /** of the form: a recipe or TASK/DATASET, and settings a line */
  target: '',
  set: '',
  /** of a study: the parameter of the slice */
  slice: '',
  temperature: '1',
  /** of the methods from inside: words of --dropout, cell, training step, seed, example of the batch */
  method: 'variational:input=0.4,recurrent=0.2,output=0.4',
  cell: 'lstm',
  at: '0',
  draw: '1',
  example: '0',
  /** a pre-activation, its non-linearity, and what a final unit should say */
  mean: '0.5',
  variance: '1',
  activation: 'tanh',
  wanted: '1',
  /** draws of MC dropout */
  mc: '',
  /** by what the tokens of a text are coloured, and whether letters are put together to words */
  heat: 'perplexity',
  unit: 'word',
} as const;

export type View = { [key in keyof typeof defaults]: string };

/** The view of a query string; keys that there are not are left out. */
export function viewOf(search: string): View {
  const given = new URLSearchParams(search);
  const entries = Object.entries(defaults).map(([key, value]) => [key, given.get(key) ?? value]);
  return Object.fromEntries(entries) as View;
}

/** The query string of a view: empty where all is as by default. */
export function searchOf(view: View): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(view)) {
    if (value !== defaults[key as keyof View]) params.set(key, value);
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** The view of another page: what belongs to the old one alone is dropped. */
export function goTo(page: string, more: Partial<View> = {}): View {
  return { ...defaults, page, ...more };
}

export const listOf = (text: string): string[] => (text === '' ? [] : text.split(','));
