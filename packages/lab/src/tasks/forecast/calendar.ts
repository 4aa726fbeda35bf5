/** What dates say, as numbers for a network. */
import { day } from '../../data/tables/dates.ts';
import { timeOf } from '../../data/tables/frequency.ts';
import type { Frequency } from '../../data/tables/series-types.ts';

/** Features of a date: waves where neighbours are alike, one of seven for the days of the week. */
const features = {
  hour: { width: 4, write: (out: Float32Array, at: number, time: number) => waves(out, at, clock(time), 2) },
  weekday: {
    width: 7,
    write: (out: Float32Array, at: number, time: number) => {
      out[at + weekday(time)] = 1;
    },
  },
  monthday: {
    width: 2,
    write: (out: Float32Array, at: number, time: number) =>
      waves(out, at, (new Date(time).getUTCDate() - 1) / 31, 1),
  },
  month: {
    width: 12,
    write: (out: Float32Array, at: number, time: number) => {
      out[at + new Date(time).getUTCMonth()] = 1;
    },
  },
  yearday: {
    width: 8,
    write: (out: Float32Array, at: number, time: number) => waves(out, at, share(time / day / 365.2425), 4),
  },
} as const;

export type CalendarName = keyof typeof features;
export const calendarNames = Object.keys(features) as [CalendarName, ...CalendarName[]];

/** The features that tell something new of series of a frequency. */
export function calendarOf({ unit, count }: Frequency): CalendarName[] {
  if (unit === 'none') return [];
  if (unit === 'month') return count < 12 ? ['month'] : [];
  if (unit === 'business day') return ['weekday', 'yearday'];
  if (count < day) return ['hour', 'weekday', 'yearday'];
  return count < 7 * day ? ['weekday', 'yearday'] : ['yearday'];
}

/** Numbers that a date becomes. */
export const calendarWidth = (names: readonly CalendarName[]): number =>
  names.reduce((sum, name) => sum + features[name].width, 0);

/** The features of all steps of a series from its beginning on, [length, width]; zeros without dates. */
export function calendarRows(
  series: { start?: number },
  length: number,
  frequency: Frequency,
  names: readonly CalendarName[],
): Float32Array {
  const width = calendarWidth(names);
  const rows = new Float32Array(length * width);
  for (let t = 0; t < length && width > 0; t++) {
    const time = timeOf(series, t, frequency);
    if (time === undefined) break;
    let at = t * width;
    for (const name of names) {
      features[name].write(rows, at, time);
      at += features[name].width;
    }
  }
  return rows;
}

// --- internal ---

const share = (x: number): number => x - Math.floor(x);
const clock = (time: number): number => share(time / day);
/** Monday is 0. */
const weekday = (time: number): number => (((Math.floor(time / day) + 3) % 7) + 7) % 7;

function waves(out: Float32Array, at: number, phase: number, count: number): void {
  for (let k = 1; k <= count; k++) {
    out[at + 2 * k - 2] = Math.sin(2 * Math.PI * k * phase);
    out[at + 2 * k - 1] = Math.cos(2 * Math.PI * k * phase);
  }
}
