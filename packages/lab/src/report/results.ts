/** What runs and searches reached, as tables for other programs: machine names, all digits, every setting. */
import { type Cell, type DataTable, tableOf } from '../pictures/data-table.ts';
import { configText, type RunRecord } from './run-record.ts';
import type { ReportedStudy } from './study.ts';

type Row = Record<string, Cell>;

/** A row a run: what it is, its metrics at the chosen epoch by split, its configuration. */
export function runResults(runs: readonly RunRecord[]): DataTable {
  return tableOf(inOrder(runs.map(runRow)));
}

/** A row a trial of every study and a row a run. */
export function results(runs: readonly RunRecord[], studies: readonly ReportedStudy[]): DataTable {
  return tableOf(inOrder([...studies.flatMap(trialRows), ...runs.map(runRow)]));
}

/** A row a number: every metric and penalty of every epoch. */
export function epochResults(runs: readonly RunRecord[]): DataTable {
  const rows = runs.flatMap((run) =>
    run.epochs.flatMap(({ epoch, step, seconds, train, valid, penalties }) =>
      Object.entries({ train, valid, penalty: penalties }).flatMap(([split, metrics]) =>
        Object.entries(metrics ?? {}).map(([metric, value]) => {
          return [run.directory, epoch, step, seconds, split, metric, value];
        }),
      ),
    ),
  );
  return { header: ['run', 'epoch', 'step', 'seconds', 'split', 'metric', 'value'], rows };
}

/** A row a number: all that was observed. */
export function observationResults(runs: readonly RunRecord[]): DataTable {
  const rows = runs.flatMap(({ directory, observations }) =>
    observations.flatMap(({ name, axis, x, series }) =>
      [...series].flatMap(([key, values]) =>
        values.map((value, i) => [directory, name, axis, x[i], key, value]),
      ),
    ),
  );
  return { header: ['run', 'observer', 'axis', 'at', 'key', 'value'], rows };
}

// --- internal ---

const splits = ['train', 'valid', 'test'] as const;

function metricsOf(chosen: RunRecord['chosen'] | ReportedStudy['trials'][number]['best']): Row {
  const row: Row = { best_epoch: chosen?.epoch };
  for (const split of splits) {
    for (const [metric, value] of Object.entries(chosen?.[split] ?? {})) row[`${split}.${metric}`] = value;
  }
  return row;
}

function runRow({ directory, config, environment, done, epochs, state, chosen, published }: RunRecord): Row {
  const settings = Array.from(config, ([key, value]): [string, Cell] => [
    `config.${key}`,
    typeof value === 'number' ? value : configText(value),
  ]);
  return {
    run: directory,
    state,
    data: environment?.data?.name,
    data_sha256: environment?.data?.sha256,
    epochs: done?.epochs ?? epochs.at(-1)?.epoch,
    seconds: done?.seconds ?? epochs.at(-1)?.seconds,
    ...metricsOf(chosen),
    published: published?.value,
    published_metric: published?.metric,
    ...Object.fromEntries(settings),
  };
}

function trialRows({ directory, trials }: ReportedStudy): Row[] {
  return trials.map(({ number, state, parameters, best, directory: run, seconds }) => ({
    study: directory,
    trial: number,
    run,
    state,
    seconds,
    ...metricsOf(best),
    ...Object.fromEntries(Object.entries(parameters).map(([key, value]) => [`config.${key}`, value])),
  }));
}

/** The same columns in the same order, whichever row has them first: what it is, then metrics, then settings. */
function inOrder(rows: Row[]): Row[] {
  const place = (name: string): number =>
    name.startsWith('config.') ? 2 : /^(train|valid|test)\./.test(name) ? 1 : 0;
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].sort((a, b) => place(a) - place(b));
  return rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name]])));
}
