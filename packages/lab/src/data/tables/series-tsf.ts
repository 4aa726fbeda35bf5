/** Series of a `.tsf` file. */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { findEncoding, textPieces } from '../formats/text-pieces.ts';
import { readTsf, type TsfHeader, tsfTime } from '../formats/tsf.ts';
import { frequencyNamed } from './frequency.ts';
import type { BuiltSeries } from './series-table.ts';
import type { Frequency, Series, SeriesOptions } from './series-types.ts';
import type { UnusableRows } from './unusable.ts';

/** Reads them; attributes other than name and start are static columns. */
export async function seriesOfTsf(
  file: string,
  where: string,
  options: SeriesOptions,
  unusable: UnusableRows,
): Promise<BuiltSeries & { statics: string[]; horizon?: number }> {
  const said = options.encoding ?? 'auto';
  const { encoding, note } = said === 'auto' ? await findEncoding(file) : { encoding: said, note: undefined };
  const { header, series: read } = await readTsf(where, textPieces(file, encoding), (reason, line) =>
    unusable.add(reason, line),
  );
  if (read.length + unusable.count === 0)
    throw new DataError(`${where}: expected series below @data, found none`);
  const frequency = frequencyOf(where, header, options);
  const places = roles(header);
  const statics = places.statics.map((place) => header.attributes[place].name);
  const names = new Map<string, number>();
  let repeated: string | undefined;
  const series = read.map(({ attributes, values, missing, line }, i): Series => {
    const name = places.id === undefined ? `${i + 1}` : attributes[places.id];
    const count = (names.get(name) ?? 0) + 1;
    names.set(name, count);
    if (count > 1)
      repeated ??= `a second series is named '${printable(name, 40)}' (line ${line}) and is called '${printable(name, 40)} (${count})'`;
    const start = places.start === undefined ? Number.NaN : tsfTime(attributes[places.start]);
    return {
      id: count === 1 ? name : `${name} (${count})`,
      values,
      missing,
      length: values.length,
      ...(!Number.isNaN(start) && frequency.unit !== 'none' && { start }),
      known: [],
      knownMissing: [],
      statics: places.statics.map((place) => {
        const cell = attributes[place];
        return header.attributes[place].type === 'numeric' && cell !== '' && Number.isFinite(Number(cell))
          ? Number(cell)
          : cell;
      }),
      line,
    };
  });
  const { horizon } = header;
  return {
    series,
    frequency,
    gaps: { count: 0 },
    notes: [
      ...(note ? [note] : []),
      ...(repeated ? [repeated] : []),
      ...(places.start !== undefined && frequency.name === 'steps'
        ? [`without @frequency the dates of starts are not used (--frequency)`]
        : []),
    ],
    cells: read.length + unusable.count,
    statics,
    ...(horizon && { horizon }),
  };
}

// --- internal ---

function frequencyOf(where: string, { frequency }: TsfHeader, options: SeriesOptions): Frequency {
  if (options.frequency !== undefined) return frequencyNamed(options.frequency);
  if (frequency === undefined) return frequencyNamed('steps');
  try {
    return frequencyNamed(frequency);
  } catch {
    throw new DataError(
      `${where}: @frequency ${frequency.slice(0, 40)} is not known; say it in other words (--frequency)`,
    );
  }
}

/** The archive names them series_name and start_timestamp; else the first text and the first date. */
function roles({ attributes }: TsfHeader): { id?: number; start?: number; statics: number[] } {
  const find = (test: (attribute: TsfHeader['attributes'][number]) => boolean): number | undefined => {
    const at = attributes.findIndex(test);
    return at < 0 ? undefined : at;
  };
  const id = find(({ name }) => /^series_name$/i.test(name)) ?? find(({ type }) => type === 'string');
  const start = find(({ type }) => type === 'date');
  return { id, start, statics: attributes.map((_, i) => i).filter((i) => i !== id && i !== start) };
}
