/** Series for forecasting from files that nobody prepared. */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { counted } from '../../common/counted.ts';
import { timeText } from './dates.ts';
import { frequencyNamed, timeOf } from './frequency.ts';
import { columnNames } from './names.ts';
import { nameList } from './pick-columns.ts';
import { readTable } from './read-table.ts';
import { type SeriesRoles, seriesRoles } from './series-roles.ts';
import { type BuiltSeries, seriesOfTable } from './series-table.ts';
import { seriesOfTsf } from './series-tsf.ts';
import type { Series, SeriesData, SeriesLayout, SeriesOptions } from './series-types.ts';
import { checkedShare, UnusableRows } from './unusable.ts';

/**
 * Reads series: a table with a row a value (`unique_id, ds, y`), a column a series, or a row a series; or a `.tsf` file. Roles of
 * columns, the form and the frequency are found where the options do not say them, and said in the notes. Rows are sorted by time; gaps
 * between dates are missing values.
 * @param where the file as its user named it, for errors
 * @throws DataError for two rows at one time, values that are infinite, a column that is said and not there, and what `readTable`
 * refuses
 */
export async function readSeries(
  file: string,
  options: SeriesOptions = {},
  where = file,
): Promise<SeriesData> {
  const said = options.frequency === undefined ? undefined : frequencyNamed(options.frequency);
  const maxBad = checkedShare(options.maxBad);
  if (/\.tsf(\.gz)?$/i.test(file) || options.form === 'tsf') {
    const unusable = new UnusableRows();
    const built = await seriesOfTsf(file, where, options, unusable);
    const layout: SeriesLayout = {
      form: 'tsf',
      known: [],
      statics: built.statics,
      frequency: built.frequency,
    };
    const notes = [`${where}: .tsf, a series a line`];
    return finish(where, built, { layout, unusable, notes, maxBad, options });
  }
  const words = [options.id ?? options.layout?.id, ...columnNames.id].filter((name) => name !== undefined);
  const table = await readTable(file, { ...options, words }, where);
  const roles = seriesRoles(table, options);
  const built = seriesOfTable(table, roles, said, options.layout?.frequency, {
    dates: options.dates,
    format: options.layout?.timeFormat,
  });
  const { notes, unusable } = table;
  return finish(where, built, {
    layout: layoutOf(roles, built),
    unusable,
    notes: [...notes, ...roleNotes(roles)],
    maxBad,
    options,
  });
}

// --- internal ---

interface Context {
  layout: SeriesLayout;
  unusable: UnusableRows;
  notes: string[];
  maxBad: number;
  options: SeriesOptions;
}

function layoutOf(
  { form, id, time, targets, known, statics }: SeriesRoles,
  { frequency, timeFormat }: BuiltSeries,
): SeriesLayout {
  const names = (columns: readonly { name: string }[]): string[] => columns.map(({ name }) => name);
  return {
    form,
    ...(id && { id: id.name }),
    ...(time && { time: time.name }),
    ...(form === 'long' && { target: targets[0].name }),
    ...(form === 'wide' && { columns: names(targets) }),
    known: names(known),
    statics: names(statics),
    frequency,
    ...(timeFormat !== undefined && { timeFormat }),
  };
}

function finish(where: string, built: BuiltSeries & { horizon?: number }, context: Context): SeriesData {
  const { layout, unusable, maxBad, options } = context;
  const notes = [...context.notes, ...built.notes];
  unusable.check(where, built.cells, maxBad);
  const empty = built.series.filter(({ missing }) => !missing.includes(0));
  const series = built.series.filter(({ missing }) => missing.includes(0));
  if (series.length === 0)
    throw new DataError(`${where}: expected values to forecast, found missing ones alone`);
  let { frequency } = built;
  const other = options.layout?.frequency;
  if (other) {
    if (frequency.name !== other.name && frequency.unit !== 'none' && options.frequency === undefined) {
      throw new DataError(
        `${where}: expected ${other.name} values as in the other file, found ${frequency.name} ones; give data of that frequency`,
      );
    }
    frequency = other;
  }
  notes.push(span(series, frequency));
  if (empty.length > 0) notes.push(`${listed(empty)} without any value left out`);
  notes.push(...missingNotes(series, built.gaps));
  const constant = series.filter(isConstant);
  if (constant.length > 0) notes.push(`${listed(constant)} with one value alone, kept`);
  if (frequency.name === 'irregular') {
    notes.push(
      'dates go on by different steps: rows are taken one after the other, and no calendar is known (--frequency)',
    );
  }
  notes.push(...unusable.sentences);
  const { horizon } = built;
  return {
    where,
    series,
    frequency,
    known: layout.known,
    statics: layout.statics,
    ...(horizon && { horizon }),
    layout: { ...layout, frequency },
    unusable,
    notes,
  };
}

function roleNotes({ form, id, time, targets, known, statics, leftOut }: SeriesRoles): string[] {
  const quoted = ({ name }: { name: string }): string => `'${printable(name, 40)}'`;
  const forms = { long: 'a row a value', wide: 'a column a series', rows: 'a row a series' };
  const parts = [
    ...(id ? [`series by ${quoted(id)} (--id)`] : []),
    time
      ? `time in ${quoted(time)} (--time)`
      : form === 'rows'
        ? 'values from left to right'
        : 'rows in their order, without dates (--time)',
    ...(form === 'long' ? [`values in ${quoted(targets[0])} (--target)`] : []),
    ...(known.length > 0 ? [`known in advance: ${nameList(known.map(({ name }) => name))}`] : []),
    ...(statics.length > 0 ? [`of each series: ${nameList(statics.map(({ name }) => name))}`] : []),
  ];
  const notes = [`${forms[form]} (--form): ${parts.join(', ')}`];
  if (leftOut.length > 0) {
    notes.push(
      `columns left out: ${nameList(leftOut)} (--known takes those that are known in advance, --static what a series has once)`,
    );
  }
  return notes;
}

function span(series: readonly Series[], frequency: SeriesData['frequency']): string {
  const lengths = series.map(({ length }) => length);
  const least = lengths.reduce((a, b) => Math.min(a, b));
  const most = lengths.reduce((a, b) => Math.max(a, b));
  const steps = least === most ? counted(most, 'step') : `${least} to ${most} steps`;
  const [first] = series;
  const end = timeOf(first, first.length - 1, frequency) ?? first.times?.[first.length - 1];
  const dates =
    first.start === undefined || end === undefined
      ? ''
      : `, ${series.length > 1 ? 'the first ' : ''}from ${timeText(first.start)} to ${timeText(end)}`;
  const often =
    frequency.name === 'steps' ? 'without dates (--frequency)' : `${frequency.name} (--frequency)`;
  return `${series.length === 1 ? 'one series' : `${series.length} series`} of ${steps}, ${often}${dates}`;
}

function missingNotes(series: readonly Series[], gaps: BuiltSeries['gaps']): string[] {
  let missing = 0;
  let all = 0;
  for (const one of series) {
    all += one.length;
    for (const flag of one.missing) missing += flag;
  }
  if (missing === 0) return [];
  const between =
    gaps.count === 0
      ? ''
      : `; ${gaps.count === 1 ? '1 step has' : `${gaps.count} steps have`} no row (${gaps.first}${gaps.count > 1 ? ', …' : ''})`;
  return [`${missing} of ${all} values are missing (${((100 * missing) / all).toFixed(1)} %)${between}`];
}

function isConstant({ values, missing }: Series): boolean {
  const first = values[missing.indexOf(0)];
  return values.length > 1 && values.every((value, step) => missing[step] === 1 || value === first);
}

/** `2 series (a, b)` */
const listed = (series: readonly Series[]): string => {
  const names = series.slice(0, 3).map(({ id }) => printable(id, 40) || 'the only one');
  return `${series.length} series (${names.join(', ')}${series.length > 3 ? ', …' : ''})`;
};
