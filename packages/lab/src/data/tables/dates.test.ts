import { describe, expect, it } from 'vitest';
import { numberFormats, timeFormats, timesOfNumbers, timeText, timeWritten } from './dates.ts';

const read = (cell: string, order?: 'day-first' | 'month-first'): string[] => [
  ...new Set(
    timeFormats
      .filter((format) => !order || !format.order || format.order === order)
      .map(({ parse }) => parse(cell))
      .filter((time) => !Number.isNaN(time))
      .map((time) => new Date(time).toISOString()),
  ),
];

describe('points in time', () => {
  // Expected: what the writing means by ISO 8601 and by the usage named in the formats.
  it.each([
    ['2025-12-31', '2025-12-31T00:00:00.000Z'],
    ['2025/1/5', '2025-01-05T00:00:00.000Z'],
    ['2016-07-01 13:00:00', '2016-07-01T13:00:00.000Z'],
    ['2016-07-01T13:00:00.250+02:00', '2016-07-01T11:00:00.250Z'],
    ['2016-07-01T13:00Z', '2016-07-01T13:00:00.000Z'],
    ['2016-07-01 13:00:00 -0530', '2016-07-01T18:30:00.000Z'],
    ['31.12.2025', '2025-12-31T00:00:00.000Z'],
    ['31.12.25 14:30', '2025-12-31T14:30:00.000Z'],
    ['12/31/2025', '2025-12-31T00:00:00.000Z'],
    ['12/31/1999 1:05 PM', '1999-12-31T13:05:00.000Z'],
    ['02/29/2024', '2024-02-29T00:00:00.000Z'],
    ['1949-01', '1949-01-01T00:00:00.000Z'],
    ['1949M11', '1949-11-01T00:00:00.000Z'],
    ['11/1949', '1949-11-01T00:00:00.000Z'],
    ['2020 Q3', '2020-07-01T00:00:00.000Z'],
    ['2020-W01', '2019-12-30T00:00:00.000Z'],
    ['2020-W53-7', '2021-01-03T00:00:00.000Z'],
    ['3 May 2020', '2020-05-03T00:00:00.000Z'],
    ['03-Jan-85', '1985-01-03T00:00:00.000Z'],
    ['Wed, 01 Jan 2020 10:00:00 GMT', '2020-01-01T10:00:00.000Z'],
    ['January 3, 2020', '2020-01-03T00:00:00.000Z'],
    ['Okt 2020', '2020-10-01T00:00:00.000Z'],
    ['2020 Dec', '2020-12-01T00:00:00.000Z'],
    ['0050-01-01', undefined],
    ['2023-02-29', undefined],
    ['31.04.2025', undefined],
    ['2025-13-01', undefined],
    ['2019-W53', undefined],
    ['2025-01-01 25:00', undefined],
    ['13:00', undefined],
    ['12.5', undefined],
  ])('%j is %s', (cell, time) => {
    expect(read(cell)).toEqual(time === undefined ? [] : [time]);
  });

  it('of day and month below 13 with strokes are two, and one where the order is said', () => {
    expect(read('02/03/2025')).toHaveLength(2);
    expect(read('02/03/2025', 'day-first')).toEqual(['2025-03-02T00:00:00.000Z']);
    expect(read('02/03/2025', 'month-first')).toEqual(['2025-02-03T00:00:00.000Z']);
  });

  it.each([
    [[1990, 1991], 'a year', '1990-01-01'],
    [[202512], '202512', '2025-12-01'],
    [[20240229, Number.NaN], '20251231', '2024-02-29'],
    // 1,700,000,000 s is 2023-11-14 22:13:20 UTC by `date -u -d @1700000000`.
    [[1_700_000_000], 'seconds since 1970', '2023-11-14 22:13:20'],
    [[1_700_000_000_000], 'milliseconds since 1970', '2023-11-14 22:13:20'],
    [[1_700_000_000_000_000], 'microseconds since 1970', '2023-11-14 22:13:20'],
  ])('written as numbers: %j is %s', (values, name, text) => {
    const format = timesOfNumbers(values)!;
    expect(format.name).toBe(name);
    expect(timeText(format.parse(values[0]))).toBe(text);
  });

  it('are not taken for one where numbers only count', () => {
    expect(timesOfNumbers([0, 1, 2])).toBeUndefined();
    expect(timesOfNumbers([1990, 1990.5])).toBeUndefined();
  });

  // Week 1 of 2026 begins on Monday 2025-12-29 (ISO 8601: the week of the first Thursday).
  it.each([
    ['2026-01-01', 'a year', 2026],
    ['2026-02-01', '202512', 202602],
    ['2024-02-29', '20251231', 20240229],
    ['2025-12-29', '202552', 202601],
    ['2023-11-14T22:13:20Z', 'seconds since 1970', 1_700_000_000],
    ['2026-02-01', '2025-12', '2026-02'],
    ['2026-04-01', '2025Q4', '2026Q2'],
    ['2025-12-29', '2025-W52', '2026-W01'],
    ['2026-01-31', '2025-12-31', '2026-01-31'],
  ])('%s is written as a file of %s writes it: %s', (time, format, written) => {
    expect(timeWritten(Date.parse(time), format)).toBe(written);
  });

  it('written as weeks are told from months by the name of their column', () => {
    const suited = (name: string) => numberFormats.filter(({ suits }) => suits(name));
    expect(timesOfNumbers([202510, 202511], suited('week'))?.name).toBe('202552');
    expect(timesOfNumbers([202510, 202511], suited('month'))?.name).toBe('202512');
  });
});
