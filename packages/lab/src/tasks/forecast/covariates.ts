/** Known and static columns as numbers of one size, by figures of the training period. */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import type { SeriesData } from '../../data/tables/series-types.ts';
import type { Covariates, ForecastSeries } from './data/types.ts';

/** Words of a static column, at most. */
const mostWords = 200;

/**
 * Means, deviations and words.
 * @param ends where the training period of each series ends
 * @throws DataError for a static column of more words than a network should be told apart by
 */
export function covariatesOf(
  data: SeriesData,
  series: readonly ForecastSeries[],
  ends: readonly number[],
): Covariates {
  const known = data.known.map((name, k) => {
    const seen = series.flatMap((one, n) => Array.from(one.known[k].subarray(0, ends[n])));
    return { name, ...moments(seen.filter((value) => !Number.isNaN(value))) };
  });
  const statics = data.statics.map((name, k) => {
    const cells = series.map((one) => one.statics[k]).filter((cell) => cell !== undefined);
    if (cells.every((cell) => typeof cell === 'number')) return { name, ...moments(cells) };
    const words = [...new Set(cells.map(String))].sort();
    if (words.length <= mostWords) return { name, words };
    throw new DataError(
      `${data.where}: expected at most ${mostWords} different words in '${printable(name, 40)}' (--static), found ${words.length}`,
    );
  });
  return { known, statics };
}

/** How many values of a column known in advance there are in the horizon behind a series. */
export const knownAfter = (column: Float64Array, length: number, horizon: number): number =>
  column.subarray(length, length + horizon).filter((value) => !Number.isNaN(value)).length;

/** Numbers that the static columns become. */
export const staticWidth = ({ statics }: Covariates): number =>
  statics.reduce((sum, one) => sum + ('words' in one ? one.words.length : 2), 0);

/** The static columns of a series: one of its words, or a number with its mask; a word that training does not know is none of them. */
export function staticRow({ statics }: Covariates, cells: ForecastSeries['statics']): Float32Array {
  const row = new Float32Array(staticWidth({ known: [], statics }));
  let at = 0;
  for (const [k, one] of statics.entries()) {
    const cell = cells[k];
    if ('words' in one) {
      const word = cell === undefined ? -1 : one.words.indexOf(String(cell));
      if (word >= 0) row[at + word] = 1;
      at += one.words.length;
    } else {
      const value = numberOf(cell);
      if (value !== undefined) {
        row[at] = (value - one.mean) / one.deviation;
        row[at + 1] = 1;
      }
      at += 2;
    }
  }
  return row;
}

/** What series of another file say that training did not know, in clauses: it is read as nothing said. */
export function unknownStatics({ statics }: Covariates, series: readonly ForecastSeries[]): string[] {
  return statics.flatMap((one, k) => {
    const isUnknown = (cell: number | string | undefined): boolean =>
      cell !== undefined &&
      ('words' in one ? !one.words.includes(String(cell)) : numberOf(cell) === undefined);
    const of = series.filter(({ statics: cells }) => isUnknown(cells[k]));
    if (of.length === 0) return [];
    const [first] = of;
    const known = 'words' in one ? 'that training did not know' : 'that is no number';
    return [
      `'${printable(one.name, 40)}' of ${of.length} series is one ${known} ('${printable(String(first.statics[k]), 30)}' of '${printable(first.id, 40)}', line ${first.line}) and is read as missing`,
    ];
  });
}

// --- internal ---

/** A cell as a number: where another file has a word in the column, its numbers are texts. */
function numberOf(cell: number | string | undefined): number | undefined {
  if (typeof cell !== 'string') return cell;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(cell) ? Number(cell) : undefined;
}

/** Of one value alone, and of none, the deviation is 1. */
function moments(values: readonly number[]): { mean: number; deviation: number } {
  let [sum, squares] = [0, 0];
  for (const value of values) sum += value;
  const mean = values.length > 0 ? sum / values.length : 0;
  for (const value of values) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / Math.max(1, values.length));
  return { mean, deviation: deviation > 1e-9 * Math.abs(mean) ? deviation : 1 };
}
