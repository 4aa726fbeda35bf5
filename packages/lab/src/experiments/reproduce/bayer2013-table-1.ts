/**
 * Table 1 of Bayer et al. (2013): the test error of the model with the lowest validation error of a random search, on four data sets. Models
 * of independent notes and of dependent ones stand in blocks of their own.
 */
import { type Cell, tableOf } from '../../pictures/data-table.ts';
import { duration } from '../../report/run-record.ts';
import { ranking, type StudyRecord } from '../../studies/study-record.ts';
import {
  methodsWith,
  type PublishedRow,
  publishedRows,
  type Search,
  type Searched,
  searches,
  searchSettings,
  targetOf,
} from './bayer2013-data-sets.ts';
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
      for (const method of Object.keys(searches) as Searched[]) {
        const study = await studyOf(dataset, method, context);
        if (context.signal.aborted) return undefined;
        found.push({ dataset, method, ...(study && summary(study)) });
      }
    }
    return {
      caption: [
        'nll_per_step on the test set: the sum over 88 notes, natural logarithm, the mean over time steps pooled over the',
        'split, the first frame of a piece not scored; of the trial with the lowest validation error of a random search. Behind a stroke the same',
        'with the first frame, predicted from the initial state: published figures of RNN-NADE count it; only models that were taught a beginning do well at it, here',
        'those of dependent notes. The blocks compare heads, not networks: with independent notes a frame has 88 probabilities, with dependent ones one.',
        'Published: Table 1 of Bayer et al. 2013, whose plain and RNN-NADE columns are from Bengio et al. 2012 and whose Deep RNN',
        'is from Pascanu et al. 2013. Searched over the rates of Table 2 and, up to high rates, over recurrent rates from .5 to .9, a space of',
        'ours (recipe bayer2013/search-wide); plain down to small steps with an average of the weights (bayer2013/search-plain-wide); RNN-NADE without noise, with variational and with fast dropout (boulanger2012/search-*), spaces of ours.',
        'Deep RNN: DT and DT(S) networks, alone and stacked, with fast dropout in every layer (pascanu2014/search; on the larger sets search-mild, one layer), spaces of ours, beside their best, a DOT(S) network with dropout.',
      ].join(' '),
      tables: [resultTable(found, 'independent'), resultTable(found, 'dependent'), searchTable(found)],
      data: found,
    };
  },
};

/** The study of one cell of the table; undefined where it is only to be read and not there, or when the signal stopped it. */
export async function studyOf(
  dataset: string,
  method: Searched,
  context: ReproduceContext,
): Promise<StudyRecord | undefined> {
  return finishedStudy(
    `${dataset}-${method}`,
    targetOf(dataset, method),
    searchSettings(dataset, method),
    context,
  );
}

// --- internal ---

interface FoundResult {
  dataset: string;
  method: Searched;
  test?: number;
  /** with the first frame of every piece; absent from runs of before it was measured */
  testWithFirst?: number;
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
    testWithFirst: best?.best.test.nll_per_step_with_first,
    valid: best?.best.valid[study.about.metric],
    trial: best?.number,
    trials: { complete: count('complete'), pruned: count('pruned'), failed: count('failed') },
    seconds: study.trials.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0),
    seed: study.about.seed,
  };
}

function resultTable(found: readonly FoundResult[], notes: Search['notes']): ReproducedTable {
  const methods = methodsWith(notes);
  const cell = (dataset: string, method: Searched): string => {
    const { test, testWithFirst } = resultOf(found, dataset, method) ?? {};
    if (test === undefined) return 'not run';
    return testWithFirst === undefined ? test.toFixed(2) : `${test.toFixed(2)} / ${testWithFirst.toFixed(2)}`;
  };
  const columns = methods.flatMap((method) => {
    const { title, published }: Search = searches[method];
    return [
      { title, of: ({ dataset }: PublishedRow) => cell(dataset, method) },
      ...(published ? [{ title: 'published', of: (row: PublishedRow) => row[published] }] : []),
    ];
  });
  return {
    title: `Negative log-likelihood on the test sets, ${notes} notes, measured and published`,
    header: ['', ...columns.map(({ title }) => title)],
    rows: publishedRows.map((row) => [row.name, ...columns.map(({ of }) => of(row))]),
    align: `l${'r'.repeat(columns.length)}`,
    exact: {
      header: ['dataset', 'method', 'test.nll_per_step', 'test.nll_per_step_with_first', 'published'],
      rows: found
        .filter(({ method }) => methods.includes(method))
        .map(({ dataset, method, test, testWithFirst }) => [
          ...[dataset, method, test, testWithFirst, publishedOf(dataset, method)],
        ]),
    },
  };
}

const resultOf = (
  found: readonly FoundResult[],
  dataset: string,
  method: Searched,
): FoundResult | undefined => found.find((one) => one.dataset === dataset && one.method === method);

/** Of a search that is ours alone, and where the paper has no figure, nothing. */
function publishedOf(dataset: string, method: Searched): Cell {
  const { published }: Search = searches[method];
  const row = publishedRows.find((one) => one.dataset === dataset);
  const value = published && row ? Number(row[published]) : Number.NaN;
  return Number.isNaN(value) ? undefined : value;
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
