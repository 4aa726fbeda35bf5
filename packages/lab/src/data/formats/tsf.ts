/**
 * Series in the format `.tsf` of the Monash forecasting archive (Godahewa et al. 2021): lines that begin with @ describe, then one
 * series a line, attributes and values parted by colons, values by commas, `?` for a missing one.
 */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { numberedLines } from './text-pieces.ts';

/** What the lines before the data say. */
export interface TsfHeader {
  attributes: { name: string; type: 'string' | 'numeric' | 'date' }[];
  /** as it is written: `half_hourly` */
  frequency?: string;
  horizon?: number;
}

/** One series. */
export interface TsfSeries {
  attributes: string[];
  values: Float64Array;
  /** 1 where there is no value */
  missing: Uint8Array;
  line: number;
}

/**
 * Reads all series of a file.
 * @param refuse is told the lines that are no series
 * @throws DataError for a file without @data, and for lines before it that describe nothing
 */
export async function readTsf(
  where: string,
  pieces: AsyncIterable<string>,
  refuse: (reason: string, line: number) => void,
): Promise<{ header: TsfHeader; series: TsfSeries[] }> {
  const header: TsfHeader = { attributes: [] };
  const series: TsfSeries[] = [];
  let isData = false;
  for await (const [raw, number] of numberedLines(pieces)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (isData) {
      const one = seriesOf(line, number, header);
      if (typeof one === 'string') refuse(one, number);
      else series.push(one);
    } else if (/^@data\b/i.test(line)) isData = true;
    else describe(where, line, number, header);
  }
  if (!isData) throw new DataError(`${where}: expected a line @data before the series, found none`);
  return { header, series };
}

/** The time of `1996-03-18 00-00-00`, or NaN. */
export function tsfTime(text: string): number {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?: (\d{1,2})[-:](\d{1,2})[-:](\d{1,2}))?$/.exec(text.trim());
  if (!match) return Number.NaN;
  const [, year, month, day, hour = 0, minute = 0, second = 0] = match;
  const time = Date.UTC(+year, +month - 1, +day, +hour, +minute, +second);
  // Date.UTC carries what is too much: the 31st of April is no day, and 25 no hour.
  const isDate =
    new Date(time).getUTCDate() === +day && +month <= 12 && +hour < 24 && +minute < 60 && +second < 60;
  return isDate ? time : Number.NaN;
}

// --- internal ---

function describe(where: string, line: string, number: number, header: TsfHeader): void {
  const [key, ...words] = line.split(/\s+/);
  switch (key.toLowerCase()) {
    case '@attribute': {
      const [name, type = ''] = words;
      const known = (['string', 'numeric', 'date'] as const).find((one) => one === type.toLowerCase());
      if (!known || name === undefined) break;
      header.attributes.push({ name, type: known });
      return;
    }
    case '@frequency':
      header.frequency = words.join(' ');
      return;
    case '@horizon':
      if (!/^\d{1,6}$/.test(words[0] ?? '')) break;
      header.horizon = Number(words[0]);
      return;
    case '@relation':
    case '@missing':
    case '@equallength':
      return;
  }
  throw new DataError(
    `${where}: line ${number}: expected @relation, @attribute NAME string|numeric|date, @frequency, @horizon, @missing, @equallength or @data, found '${printable(line, 60)}'`,
  );
}

function seriesOf(line: string, number: number, { attributes }: TsfHeader): TsfSeries | string {
  // Names may have colons no more than values have: what stands behind the last one are the values.
  const parts = line.split(':');
  if (parts.length !== attributes.length + 1) {
    return `expected ${attributes.length} attributes and the values, parted by colons, found ${parts.length} parts`;
  }
  const wrong = attributes.findIndex(
    ({ type }, i) => type === 'date' && !/^\s*\??\s*$/.test(parts[i]) && Number.isNaN(tsfTime(parts[i])),
  );
  if (wrong >= 0) {
    return `expected a date such as 1996-03-18 00-00-00 for ${printable(attributes[wrong].name, 40)}, found '${printable(parts[wrong], 30)}'`;
  }
  const cells = parts.pop()!.split(',');
  const values = new Float64Array(cells.length);
  const missing = new Uint8Array(cells.length);
  for (const [i, raw] of cells.entries()) {
    const cell = raw.trim();
    if (cell === '?' || cell === 'NaN') missing[i] = 1;
    else {
      const value = cell === '' ? Number.NaN : Number(cell);
      if (!Number.isFinite(value)) return `expected numbers or ?, found '${printable(cell, 30)}'`;
      values[i] = value;
    }
  }
  return { attributes: parts, values, missing, line: number };
}
