/** How often a series has a value: found from its dates, and the arithmetic of its steps. */
import { ConfigError } from 'lethe';
import { didYouMean } from '../../common/nearest.ts';
import { day } from './dates.ts';
import type { Frequency } from './series-types.ts';

/** Frequencies that have names. */
export const namedFrequencies: readonly Frequency[] = [
  { name: 'every second', unit: 'millisecond', count: 1000, season: 60 },
  { name: 'every minute', unit: 'millisecond', count: 60_000, season: 60 },
  { name: 'every 10 minutes', unit: 'millisecond', count: 600_000, season: 144 },
  { name: 'every 15 minutes', unit: 'millisecond', count: 900_000, season: 96 },
  { name: 'half-hourly', unit: 'millisecond', count: 1_800_000, season: 48 },
  { name: 'hourly', unit: 'millisecond', count: 3_600_000, season: 24 },
  { name: 'daily', unit: 'millisecond', count: day, season: 7 },
  { name: 'business days', unit: 'business day', count: 1, season: 5 },
  { name: 'weekly', unit: 'millisecond', count: 7 * day, season: 1 },
  { name: 'monthly', unit: 'month', count: 1, season: 12 },
  { name: 'quarterly', unit: 'month', count: 3, season: 4 },
  { name: 'yearly', unit: 'month', count: 12, season: 1 },
  { name: 'irregular', unit: 'none', count: 1, season: 1 },
  { name: 'steps', unit: 'none', count: 1, season: 1 },
];

/** A frequency by its name, or as others call it: `H`, `D`, `B`, `W`, `M`, `Q`, `Y`, `15min`. Throws ConfigError for any other. */
export function frequencyNamed(name: string): Frequency {
  const plain = name.trim().toLowerCase().replaceAll('_', ' ');
  const called = Object.hasOwn(otherNames, plain) ? otherNames[plain] : plain;
  const known = namedFrequencies.find((one) => one.name === called);
  if (known) return { ...known };
  const every = /^(?:every )?(\d{1,4}) ?(s|sec|seconds?|min|t|minutes?|h|hours?|d|days?)$/.exec(plain);
  if (every && +every[1] > 0) return everyMs(+every[1] * unitMs[every[2][0] === 't' ? 'm' : every[2][0]]);
  const names = namedFrequencies
    .map((one) => one.name)
    .filter((one) => one !== 'irregular' && one !== 'steps');
  throw new ConfigError(
    `--frequency: expected ${names.join(', ')}, got '${name.slice(0, 40)}'${didYouMean(plain, names)}`,
  );
}

/** The time of a step, in milliseconds since 1970 UTC; undefined without dates. Irregular series have none beyond their steps. */
export function timeOf(
  { start }: { start?: number },
  step: number,
  frequency: Frequency,
): number | undefined {
  if (start === undefined || frequency.unit === 'none') return undefined;
  if (frequency.unit === 'millisecond') return start + step * frequency.count;
  if (frequency.unit === 'business day')
    return fromBusinessDay(businessDay(start) + step * frequency.count) + clock(start);
  const from = new Date(start);
  const month = from.getUTCFullYear() * 12 + from.getUTCMonth() + step * frequency.count;
  const [year, inYear] = [Math.floor(month / 12), month % 12];
  const last = new Date(Date.UTC(year, inYear + 1, 0)).getUTCDate();
  const dayOfMonth = frequency.monthEnd ? last : Math.min(from.getUTCDate(), last);
  return Date.UTC(year, inYear, dayOfMonth) + clock(start);
}

/** How many steps a time lies behind a start; a fraction where it is on no step. */
export function stepsBetween(start: number, time: number, frequency: Frequency): number {
  const { unit, count } = frequency;
  if (unit === 'millisecond') return (time - start) / count;
  if (unit === 'business day') {
    return weekday(time) < 5 && clock(time) === clock(start)
      ? (businessDay(time) - businessDay(start)) / count
      : Number.NaN;
  }
  const months = (of: Date): number => of.getUTCFullYear() * 12 + of.getUTCMonth();
  const [from, to] = [new Date(start), new Date(time)];
  const steps = (months(to) - months(from)) / count;
  return timeOf({ start }, steps, frequency) === time ? steps : Number.NaN;
}

/**
 * The frequency that most steps of all series have.
 * @param times of each series, ascending
 * @returns `irregular` where more than one step in twenty is no multiple of it
 */
export function findFrequency(times: readonly Float64Array[]): Frequency {
  const counts = new Map<number, number>();
  for (const one of times) {
    for (let i = 1; i < one.length; i++) {
      const step = one[i] - one[i - 1];
      if (step > 0) counts.set(step, (counts.get(step) ?? 0) + 1);
    }
  }
  if (counts.size === 0) return frequencyNamed('steps');
  const [usual] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0];
  for (const candidate of candidates(usual, times)) {
    if (fits(times, candidate)) return candidate;
  }
  return frequencyNamed('irregular');
}

// --- internal ---

const otherNames: Record<string, string> = {
  s: 'every second',
  secondly: 'every second',
  t: 'every minute',
  min: 'every minute',
  minutely: 'every minute',
  '10min': 'every 10 minutes',
  '10 minutes': 'every 10 minutes',
  '15min': 'every 15 minutes',
  '15 minutes': 'every 15 minutes',
  '30min': 'half-hourly',
  '30t': 'half-hourly',
  'half hourly': 'half-hourly',
  'every 30 minutes': 'half-hourly',
  h: 'hourly',
  hour: 'hourly',
  '60min': 'hourly',
  d: 'daily',
  day: 'daily',
  b: 'business days',
  'business day': 'business days',
  business: 'business days',
  w: 'weekly',
  week: 'weekly',
  m: 'monthly',
  ms: 'monthly',
  me: 'monthly',
  month: 'monthly',
  q: 'quarterly',
  qs: 'quarterly',
  quarter: 'quarterly',
  y: 'yearly',
  a: 'yearly',
  year: 'yearly',
  annual: 'yearly',
};

const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: day };

/** Of a step that has no name: how often a day has it is its season. */
function everyMs(count: number): Frequency {
  const known = namedFrequencies.find((one) => one.unit === 'millisecond' && one.count === count);
  if (known) return { ...known };
  const [size, unit] = (
    [
      [day, 'days'],
      [3_600_000, 'hours'],
      [60_000, 'minutes'],
      [1000, 'seconds'],
      [1, 'milliseconds'],
    ] as const
  ).find(([ms]) => count % ms === 0)!;
  const season = count < day && day % count === 0 ? day / count : 1;
  return { name: `every ${count / size} ${unit}`, unit: 'millisecond', count, season };
}

/** Frequencies that a usual step may be of, the coarser calendar first. */
function candidates(usual: number, times: readonly Float64Array[]): Frequency[] {
  if (usual % 1 !== 0) return [];
  const all: Frequency[] = [];
  for (const [name, least, most] of [
    ['yearly', 365, 366],
    ['quarterly', 90, 92],
    ['monthly', 28, 31],
  ] as const) {
    if (usual < least * day || usual > most * day) continue;
    all.push(frequencyNamed(name), { ...frequencyNamed(name), monthEnd: true });
  }
  if (usual === day && !hasWeekend(times)) all.push(frequencyNamed('business days'));
  all.push(everyMs(usual));
  return all;
}

/** No Saturday and no Sunday, in at least two weeks. */
function hasWeekend(times: readonly Float64Array[]): boolean {
  const spans = times.some((one) => one.length > 0 && one[one.length - 1] - one[0] >= 13 * day);
  return !spans || times.some((one) => one.some((time) => weekday(time) >= 5));
}

/** Whether all but one step in twenty lie on the grid. */
function fits(times: readonly Float64Array[], frequency: Frequency): boolean {
  let beside = 0;
  let all = 0;
  for (const one of times) {
    for (let i = 1; i < one.length; i++) {
      all++;
      if (!Number.isInteger(stepsBetween(one[i - 1], one[i], frequency))) beside++;
    }
  }
  return beside <= all / 20;
}

/** Monday is 0. The first of January 1970 was a Thursday. */
const weekday = (time: number): number => (((Math.floor(time / day) + 3) % 7) + 7) % 7;
const clock = (time: number): number => ((time % day) + day) % day;

/** Number of a workday, Monday to Friday, since Monday 1969-12-29; of a day at the weekend the one before. */
function businessDay(time: number): number {
  return Math.floor((Math.floor(time / day) + 3) / 7) * 5 + Math.min(4, weekday(time));
}

function fromBusinessDay(number: number): number {
  const week = Math.floor(number / 5);
  return (week * 7 + (number - 5 * week) - 3) * day;
}
