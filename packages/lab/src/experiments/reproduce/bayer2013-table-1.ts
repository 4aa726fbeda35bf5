/**
 * Table 1 of Bayer et al. (2013): the test error of the model with the lowest validation error of a random search, for fast
 * dropout and for the plain network, on four data sets.
 */
import { type Cell, tableOf } from '../../pictures/data-table.ts';
import { duration } from '../../report/run-record.ts';
import { ranking, type StudyRecord } from '../../studies/study-record.ts';
import { publishedRows, type Searched, searches, searchSettings } from './bayer2013-data-sets.ts';
import type { ReproducedTable, Reproduction } from './reproduction.ts';
import type { ReproduceContext } from './trainings.ts';
import { finishedStudy } from './trainings.ts';

export const bayer2013Table1: Reproduction = {
  paper: 'bayer2013',
  kind: 'table',
  number: '1',
  title: 'Results on the midi data sets',
  async make(context) {
    const found: FoundResult[] = [];
    for (const { dataset } of publishedRows) {
      for (const method of ['fast', 'wide', 'plain'] as const) {
        const study = await studyOf(dataset, method, context);
        if (context.signal.aborted) return undefined;
        found.push({ dataset, method, ...(study && summary(study)) });
      }
    }
    return {
      caption: [
        'nll_per_step on the test set: the sum over 88 notes, natural logarithm, the mean over time steps pooled over the',
        'split, the first frame of a piece not scored; of the trial with the lowest validation error of a random search.',
        'Published: Table 1 of Bayer et al. 2013, whose plain and RNN-NADE columns are from Bengio et al. 2012 and whose Deep RNN',
        'is from Pascanu et al. 2013. Searched over the rates of Table 2 and, up to high rates, over recurrent rates from .5 to .9, a space of',
        'ours (recipe bayer2013/search-wide). RNN-NADE (structured outputs) and deep RNNs are not built here.',
      ].join(' '),
      tables: [resultTable(found), searchTable(found)],
      data: found,
    };
  },
};

/** The study of one cell of the table. */
export function studyOf(
  dataset: string,
  method: Searched,
  context: ReproduceContext,
): Promise<StudyRecord | undefined> {
  const { target, study } = searches[method];
  return finishedStudy(study(dataset), target, searchSettings(dataset), context);
}

// --- internal ---

interface FoundResult {
  dataset: string;
  method: Searched;
  test?: number;
  valid?: number;
  /** of the best trial */
  trial?: number;
  /** with a result, by state */
  trials?: { complete: number; pruned: number; failed: number };
  /** of work, over all trials */
  seconds?: number;
  seed?: number;
}

function summary(study: StudyRecord): Partial<FoundResult> {
  const [best] = ranking(study);
  const count = (state: string): number => study.trials.filter((trial) => trial.state === state).length;
  return {
    test: best?.best.test[study.about.metric],
    valid: best?.best.valid[study.about.metric],
    trial: best?.number,
    trials: { complete: count('complete'), pruned: count('pruned'), failed: count('failed') },
    seconds: study.trials.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0),
    seed: study.about.seed,
  };
}

function resultTable(found: readonly FoundResult[]): ReproducedTable {
  const cell = (dataset: string, method: FoundResult['method']): string => {
    const { test } = found.find((one) => one.dataset === dataset && one.method === method) ?? {};
    return test === undefined ? 'not run' : test.toFixed(2);
  };
  return {
    title: 'Negative log-likelihood on the test sets, measured and published',
    header: [
      '',
      'fast dropout',
      'up to high rates',
      'published',
      'plain',
      'published',
      'RNN-NADE',
      'published',
      'Deep RNN',
      'published',
    ],
    rows: publishedRows.map(({ dataset, name, fast, plain, rnnNade, deepRnn }) => [
      name,
      ...[cell(dataset, 'fast'), cell(dataset, 'wide'), fast],
      ...[cell(dataset, 'plain'), plain],
      ...['not built', rnnNade],
      ...['not built', deepRnn],
    ]),
    align: 'lrrrrrrrrr',
    exact: {
      header: ['dataset', 'method', 'test.nll_per_step', 'published'],
      rows: found.map(({ dataset, method, test }) => [dataset, method, test, publishedOf(dataset, method)]),
    },
  };
}

/** A search up to high rates is ours and has no published figure. */
function publishedOf(dataset: string, method: Searched): Cell {
  const row = publishedRows.find((one) => one.dataset === dataset);
  return row && method !== 'wide' ? Number(row[method]) : undefined;
}

function searchTable(found: readonly FoundResult[]): ReproducedTable {
  const rows = found.map(({ dataset, method, valid, test, trial, trials, seconds, seed }) => [
    dataset,
    method,
    trials ? `${trials.complete} + ${trials.pruned} pruned + ${trials.failed} failed` : 'none',
    ...(trial === undefined ? ['', '', ''] : [String(trial), valid!.toFixed(3), test!.toFixed(3)]),
    seconds === undefined ? '' : duration(seconds),
    seed === undefined ? '' : String(seed),
  ]);
  const header = ['data', 'method', 'trials', 'best trial', 'validation', 'test', 'work', 'seed'];
  const exact = tableOf(found.map(({ trials, ...rest }) => ({ ...rest, ...trials })));
  return { title: 'The searches', header, rows, align: 'lllrrrrr', exact };
}
