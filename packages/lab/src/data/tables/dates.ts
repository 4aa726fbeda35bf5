/**
 * Points in time as people write them, to milliseconds since 1970 UTC. What has no zone stands for itself: the clock that is
 * written, as if it were UTC.
 */

/** The finest part that a way of writing times says. */
export type Resolution = 'year' | 'quarter' | 'month' | 'week' | 'day' | 'time';

/** A way to write points in time. */
export interface TimeFormat {
  /** as people know it: `31.12.2025` */
  name: string;
  /** of day and month written as numbers: which stands first */
  order?: 'day-first' | 'month-first';
  /** milliseconds, or NaN for what is written otherwise or is no date */
  parse(cell: string): number;
  resolution: Resolution;
}

/** All of them for words; `timesOfNumbers` has those that are numbers. */
export const timeFormats: readonly TimeFormat[] = [
  {
    name: '2025-12-31',
    resolution: 'time',
    parse: matching(
      /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:(?:T|\s+|,\s*)(.+))?$/,
      ([, year, , month, day, clock]) => dateTime(+year, +month, +day, clock),
    ),
  },
  dayMonth('day-first', '.', '31.12.2025'),
  dayMonth('day-first', '/', '31/12/2025'),
  dayMonth('month-first', '/', '12/31/2025'),
  dayMonth('day-first', '-', '31-12-2025'),
  dayMonth('month-first', '-', '12-31-2025'),
  {
    name: '2025-12',
    resolution: 'month',
    parse: matching(/^(\d{4})(?:[-/]|\s?M)(\d{1,2})$/, ([, year, month]) => date(+year, +month, 1)),
  },
  {
    name: '12/2025',
    resolution: 'month',
    parse: matching(/^(\d{1,2})[-/](\d{4})$/, ([, month, year]) => date(+year, +month, 1)),
  },
  {
    name: '2025Q4',
    resolution: 'quarter',
    parse: matching(/^(\d{4})[-\s]?Q([1-4])$/i, ([, year, quarter]) => date(+year, 3 * +quarter - 2, 1)),
  },
  {
    name: '2025-W52',
    resolution: 'week',
    parse: matching(/^(\d{4})-?\s?W(\d{1,2})(?:-?([1-7]))?$/i, ([, year, week, day]) =>
      isoWeek(+year, +week, +(day ?? 1)),
    ),
  },
  {
    name: '31 Dec 2025',
    resolution: 'time',
    parse: matching(
      /^(?:[a-z]{3,9},?\s+)?(\d{1,2})(?:st|nd|rd|th)?[-\s./]+([a-z]{3,9})\.?[-\s,./]+(\d{4}|\d{2})(?:[T,\s]+(.+))?$/i,
      ([, day, month, year, clock]) => dateTime(fullYear(year), monthOf(month), +day, clock),
    ),
  },
  {
    name: 'Dec 31, 2025',
    resolution: 'time',
    parse: matching(
      /^(?:[a-z]{3,9},?\s+)?([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?:[,\s]+(.+))?$/i,
      ([, month, day, year, clock]) => dateTime(+year, monthOf(month), +day, clock),
    ),
  },
  {
    name: 'Dec 2025',
    resolution: 'month',
    parse: matching(/^([a-z]{3,9})\.?[-\s/]+(\d{4})$/i, ([, month, year]) => date(+year, monthOf(month), 1)),
  },
  {
    name: '2025 Dec',
    resolution: 'month',
    parse: matching(/^(\d{4})[-\s/]+([a-z]{3,9})$/i, ([, year, month]) => date(+year, monthOf(month), 1)),
  },
];

/** One way to write times as numbers. */
export interface TimesOfNumbers {
  name: string;
  /** as people call it: `years` */
  words: string;
  resolution: Resolution;
  parse(value: number): number;
  /** the number of a time, in milliseconds */
  write(time: number): number;
  /** whether a column of this name, in lower case, may be written so */
  suits(name: string): boolean;
}

/** All ways to write times as numbers. Only a name makes years of 1000 to 2500: numbers that count are as often of that size. */
export const numberFormats: readonly TimesOfNumbers[] = [
  {
    name: 'a year',
    words: 'years',
    resolution: 'year',
    parse: whole((n) => (n >= 1000 && n <= 2500 ? date(n, 1, 1) : Number.NaN)),
    write: (time) => new Date(time).getUTCFullYear(),
    suits: (name) => yearName.test(name) || dateName.test(name),
  },
  {
    name: '202512',
    words: 'months such as 202512',
    resolution: 'month',
    parse: whole((n) => (n >= 100001 && n <= 250012 ? date(Math.floor(n / 100), n % 100, 1) : Number.NaN)),
    write: (time) => new Date(time).getUTCFullYear() * 100 + new Date(time).getUTCMonth() + 1,
    suits: (name) => !counterName.test(name) && !weekName.test(name),
  },
  {
    name: '202552',
    words: 'weeks such as 202552',
    resolution: 'week',
    parse: whole((n) => (n >= 100001 && n <= 250053 ? isoWeek(Math.floor(n / 100), n % 100, 1) : Number.NaN)),
    write: (time) => isoYearWeek(time).year * 100 + isoYearWeek(time).week,
    suits: (name) => weekName.test(name),
  },
  {
    name: '20251231',
    words: 'days such as 20251231',
    resolution: 'day',
    parse: whole((n) =>
      n >= 10000101 && n <= 25001231
        ? date(Math.floor(n / 10000), Math.floor(n / 100) % 100, n % 100)
        : Number.NaN,
    ),
    write: (time) => Number(new Date(time).toISOString().slice(0, 10).replaceAll('-', '')),
    suits: (name) => !counterName.test(name),
  },
  // From 1973 on: smaller numbers count steps.
  since1970('seconds', 1e8, 1e10, 1000),
  since1970('milliseconds', 1e11, 1e13, 1),
  since1970('microseconds', 1e14, 1e16, 1e-3),
  since1970('nanoseconds', 1e17, 1e19, 1e-6),
];

/** The first of the ways to write times as numbers that all values fit; undefined where there is none. */
export function timesOfNumbers(
  values: readonly number[] | Float64Array,
  ways: readonly TimesOfNumbers[] = numberFormats,
): TimesOfNumbers | undefined {
  return ways.find(({ parse }) =>
    values.every((value) => Number.isNaN(value) || !Number.isNaN(parse(value))),
  );
}

/** A time as a file writes it whose times are of a format, numbers as numbers; others as `timeText` has them. */
export function timeWritten(time: number, format: string | undefined): string | number {
  const numbers = numberFormats.find(({ name }) => name === format);
  if (numbers) return numbers.write(time);
  const text = timeText(time);
  if (format === '2025-12' && text.endsWith('-01')) return text.slice(0, -3);
  if (format === '2025Q4' && /-(01|04|07|10)-01$/.test(text))
    return `${text.slice(0, -6)}Q${Math.ceil(+text.slice(-5, -3) / 3)}`;
  if (format === '2025-W52' && text.length <= 10) {
    const { year, week, monday } = isoYearWeek(time);
    if (monday === time) return `${year}-W${String(week).padStart(2, '0')}`;
  }
  return text;
}

/** `2025-12-31`, with the time where it is not midnight: for messages and answers. */
export function timeText(milliseconds: number): string {
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return 'no date';
  const text = date.toISOString();
  if (text.endsWith('T00:00:00.000Z')) return text.slice(0, -14);
  return text
    .replace('T', ' ')
    .replace(/(:00)?\.000Z$/, '')
    .replace(/Z$/, '');
}

/** Minutes that the clock which a cell is written by is ahead of UTC; 0 where it says no zone. */
export function minutesAhead(cell: string): number {
  const match = cell.length < 16 ? null : zoneAtEnd.exec(cell);
  return match ? zoneOffset(match[1]) / 60_000 : 0;
}

/** Milliseconds of a day. */
export const day = 86_400_000;

/** Midnight of a date; NaN for one that is in no calendar. Months from 1. */
export function date(year: number, month: number, dayOfMonth: number): number {
  if (!(month >= 1 && month <= 12 && dayOfMonth >= 1 && dayOfMonth <= 31)) return Number.NaN;
  const time = Date.UTC(year, month - 1, dayOfMonth);
  // Date.UTC reads 0 to 99 as years of the last century, and the 31st of a short month as a day of the next.
  return year >= 100 && new Date(time).getUTCDate() === dayOfMonth ? time : Number.NaN;
}

// --- internal ---

type Match = RegExpExecArray;

function matching(pattern: RegExp, read: (match: Match) => number): (cell: string) => number {
  return (cell) => {
    const match = pattern.exec(cell);
    return match ? read(match) : Number.NaN;
  };
}

function dayMonth(order: 'day-first' | 'month-first', sign: '.' | '/' | '-', name: string): TimeFormat {
  const pattern = new RegExp(
    `^(\\d{1,2})\\${sign}\\s?(\\d{1,2})\\${sign}\\s?(\\d{4}|\\d{2})(?:(?:T|,?\\s+)(.+))?$`,
  );
  return {
    name,
    order,
    resolution: 'time',
    parse: matching(pattern, ([, first, second, year, clock]) => {
      const [dayOfMonth, month] = order === 'day-first' ? [first, second] : [second, first];
      return dateTime(fullYear(year), +month, +dayOfMonth, clock);
    }),
  };
}

const clockPattern =
  /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([ap]\.?m\.?)?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$/i;

function dateTime(year: number, month: number, dayOfMonth: number, clock: string | undefined): number {
  const midnight = date(year, month, dayOfMonth);
  return clock === undefined ? midnight : midnight + timeOfDay(clock);
}

function timeOfDay(clock: string): number {
  const match = clockPattern.exec(clock);
  if (!match) return Number.NaN;
  const [, hours, minutes, seconds = '0', fraction = '0', half, zone] = match;
  let hour = +hours;
  if (half) {
    if (hour < 1 || hour > 12) return Number.NaN;
    hour = (hour % 12) + (half.toLowerCase().startsWith('p') ? 12 : 0);
  }
  // 24:00 is the end of a day, 23:59:60 a leap second.
  if (hour > 24 || +minutes > 59 || +seconds > 60 || (hour === 24 && +minutes + +seconds > 0))
    return Number.NaN;
  return (
    ((hour * 60 + +minutes) * 60 + +seconds) * 1000 +
    Math.floor(Number(`0.${fraction}`) * 1000) -
    zoneOffset(zone)
  );
}

/** Behind a clock: `-01` of a date is no zone. */
const zoneAtEnd = /:\d{2}(?:[.,]\d+)?\s*([+-]\d{2}(?::?\d{2})?)$/;

function zoneOffset(zone: string | undefined): number {
  if (zone === undefined || /^[a-z]/i.test(zone)) return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return (zone.startsWith('-') ? -1 : 1) * (+digits.slice(0, 2) * 60 + +digits.slice(2)) * 60_000;
}

/** Two digits are the years 1969 to 2068, as POSIX reads them. */
function fullYear(year: string): number {
  if (year.length > 2) return +year;
  return +year + (+year >= 69 ? 1900 : 2000);
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** First letters of months that other languages begin otherwise. */
const others: Record<string, number> = { mär: 3, mrz: 3, mai: 5, okt: 10, dez: 12 };

function monthOf(word: string): number {
  const start = word.slice(0, 3).toLowerCase();
  return months.indexOf(start) + 1 || (others[start] ?? Number.NaN);
}

/** The given day, Monday is 1, of a week by ISO 8601: the first week of a year has its first Thursday. */
function isoWeek(year: number, week: number, weekday: number): number {
  if (week < 1 || week > 53) return Number.NaN;
  const fourth = Date.UTC(year, 0, 4);
  const monday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * day;
  const time = monday + ((week - 1) * 7 + weekday - 1) * day;
  return week === 53 && time >= isoWeek(year + 1, 1, 1) ? Number.NaN : time;
}

/** The week by ISO 8601 that a time is in, and its Monday. */
function isoYearWeek(time: number): { year: number; week: number; monday: number } {
  const midnight = Math.floor(time / day) * day;
  const monday = midnight - ((new Date(midnight).getUTCDay() + 6) % 7) * day;
  const year = new Date(monday + 3 * day).getUTCFullYear();
  return { year, week: Math.round((monday - isoWeek(year, 1, 1)) / (7 * day)) + 1, monday };
}

function whole(parse: (value: number) => number): (value: number) => number {
  return (value) => (Number.isInteger(value) ? parse(value) : Number.NaN);
}

function since1970(unit: string, low: number, high: number, scale: number): TimesOfNumbers {
  return {
    name: `${unit} since 1970`,
    words: `${unit} since 1970`,
    resolution: 'time',
    parse: (value) => (value >= low && value < high ? value * scale : Number.NaN),
    write: (time) => time / scale,
    suits: (name) => !counterName.test(name),
  };
}

const yearName = /(^|[\s_.-])(years?|yr|jahr|ann[eé]e|a[nñ]o|anno)$/;
const dateName = /^(ds|date|datum|fecha)$/;
const weekName = /(^|[\s_.-])(weeks?|woche|kw|yearweek)$/;
/** Of columns that count, whatever their numbers look like. */
const counterName =
  /(^|[\s_.-])(steps?|index|idx|id|ticks?|frames?|iter(ation)?s?|epochs?|cycles?|rows?|hours?|n|i|k|nr|no|count(er)?|seq(uence)?)$/;
