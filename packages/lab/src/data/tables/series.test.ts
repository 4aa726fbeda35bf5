import { describe, expect, it } from 'vitest';
import { timeOf } from './frequency.ts';
import { readSeries } from './series.ts';
import type { Series, SeriesData, SeriesOptions } from './series-types.ts';
import { publishedTable, useScratch } from './testing.suite.ts';

const scratch = useScratch();
const read = (content: string, options: SeriesOptions = {}, name = 's.csv'): Promise<SeriesData> =>
  readSeries(scratch.put(name, content), options, name);
const valuesOf = ({ values, missing }: Series): (number | undefined)[] =>
  Array.from(values, (value, step) => (missing[step] ? undefined : value));
const dayOf = (data: SeriesData, series: Series, step: number): string =>
  new Date(timeOf(series, step, data.frequency)!).toISOString().slice(0, 10);

const long =
  'unique_id,ds,y\nb,2020-01-01,1\nb,2020-01-02,2\nb,2020-01-03,3\na,2020-01-02,7\na,2020-01-03,8\n';

describe('series in long form', () => {
  it('are found by the names of their columns, in the order in which they come', async () => {
    const data = await read(long);
    expect(data.series.map((one) => [one.id, one.line, ...valuesOf(one)])).toEqual([
      ['b', 2, 1, 2, 3],
      ['a', 5, 7, 8],
    ]);
    expect(data.frequency).toMatchObject({ name: 'daily', season: 7 });
    expect(dayOf(data, data.series[1], 0)).toBe('2020-01-02');
    expect(dayOf(data, data.series[0], 5)).toBe('2020-01-06');
    expect(data.layout).toMatchObject({ form: 'long', id: 'unique_id', time: 'ds', target: 'y' });
  });

  it.each([
    ['id,date,value\nx,01.12.2025,1\nx,02.12.2025,2\n'],
    ['Series;Datum;Wert\nx;01.12.2025;1,0\nx;02.12.2025;2,0\n'],
    ['date,region,sales\n2025-12-01,x,1\n2025-12-01,y,3\n2025-12-02,x,2\n2025-12-02,y,4\n'],
    ['store,year,y\n7,2001,1\n7,2002,2\n'],
  ])('have other usual names, or none where what they hold tells: %j', async (text) => {
    const [series] = (await read(text)).series;
    expect(valuesOf(series)).toEqual([1, 2]);
    expect(series.start).toBeDefined();
  });

  it('are sorted where rows are in no order, and it is said', async () => {
    const data = await read('ds,y\n2020-03-01,3\n2020-01-01,1\n2020-02-01,2\n');
    expect(valuesOf(data.series[0])).toEqual([1, 2, 3]);
    expect(data.notes).toContain("rows were not in the order of 'ds' and are sorted");
  });

  it('have missing values where they say so and where no row is for a date', async () => {
    const data = await read('ds,y\n2020-01-01,1\n2020-01-02,NaN\n2020-01-03,3\n2020-01-06,6\n2020-01-07,7\n');
    expect(valuesOf(data.series[0])).toEqual([1, undefined, 3, undefined, undefined, 6, 7]);
    expect(data.series[0].values[1]).toBe(0);
    expect(data.notes.join('\n')).toContain(
      '3 of 7 values are missing (42.9 %); 2 steps have no row (2 before line 5, …)',
    );
  });

  it('are refused where two rows are for one date, with series, date and lines', async () => {
    await expect(read(`${long}b,2020-01-02,5\na,2020-01-03,5\n`)).rejects.toThrow(
      "s.csv: expected one row for each 'ds' of a series, found two at 2020-01-02 of series 'b' (lines 3 and 7), 2020-01-03 of series 'a' (lines 6 and 8); keep one of each",
    );
    await expect(read('ds,y\n2020-01-02,5\n2020-01-02,6\n')).rejects.toThrow(
      /say which column tells series apart \(--id\)/,
    );
  });

  it('are refused where a value is infinite, with the lines', async () => {
    await expect(read('ds,y\n2020-01-01,1\n2020-01-02,inf\n2020-01-03,-1e999\n')).rejects.toThrow(
      "s.csv: 'y' is infinite in lines 3, 4; write a number, or nothing where there is none",
    );
  });

  it('leave out rows without a date or a number, counted with their lines', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, i) =>
        `2020-${String(1 + Math.floor(i / 28)).padStart(2, '0')}-${String((i % 28) + 1).padStart(2, '0')},${i}`,
    );
    rows[10] = rows[10].replace(',10', ',ten');
    rows[20] = 'soon,20';
    rows[30] = ',30';
    const data = await read(`ds,y\n${rows.join('\n')}\n`);
    expect(data.unusable.sentences).toEqual([
      "1 row left out: expected a number in 'y', found 'ten' (line 12)",
      "1 row left out: expected a date such as 2025-12-31 in 'ds', found 'soon' (line 22)",
      "1 row left out: no date in 'ds' (line 32)",
    ]);
    expect(data.notes).toEqual(expect.arrayContaining(data.unusable.sentences));
    await expect(read(`ds,y\n${rows.join('\n')}\n`, { maxBad: 0 })).rejects.toThrow(
      /3 of its 60 rows cannot be used/,
    );
  });

  it('may be of one value alone, which is said', async () => {
    const data = await read('unique_id,ds,y\na,2020-01-01,4\na,2020-01-02,4\nb,2020-01-01,\nb,2020-01-02,\n');
    expect(data.series).toHaveLength(1);
    expect(data.notes).toEqual(
      expect.arrayContaining([
        '1 series (a) with one value alone, kept',
        '1 series (b) without any value left out',
      ]),
    );
    const one = await read('unique_id,ds,y\na,2020-01-01,4\n', { frequency: 'daily' });
    expect(one.notes.join('\n')).toContain('one series of 1 step, daily');
    await expect(read('ds,y,z\n2020-01-01,,1\n2020-01-02,NA,2\n', { target: 'y' })).rejects.toThrow(
      "expected numbers in 'y' (--target), found no value at all",
    );
  });

  it('have columns known in advance that go on beyond the values, and columns of a series', async () => {
    const text =
      'unique_id,ds,y,price,kind\na,2020-01-01,1,10,shop\na,2020-01-02,2,11,shop\na,2020-01-03,,12,shop\n';
    const data = await read(text, { known: ['price'], static: ['kind'] });
    const [series] = data.series;
    expect(valuesOf(series)).toEqual([1, 2]);
    expect([...series.known[0]]).toEqual([10, 11, 12]);
    expect(series.statics).toEqual(['shop']);
    await expect(read(text.replace('11,shop', '11,mall'), { static: ['kind'] })).rejects.toThrow(
      "expected one value of 'kind' (--static) in a series, found shop in line 2 and mall in line 3 of 'a'",
    );
  });

  it('name the columns that are left out, and ask where several may be forecast', async () => {
    const text = 'unique_id,ds,a,b\nx,2020-01-01,1,2\nx,2020-01-02,1,2\n';
    await expect(read(text)).rejects.toThrow(
      's.csv: expected one column of values, found a, b; say which with --target',
    );
    expect((await read(text, { target: 'b' })).notes.join('\n')).toContain('columns left out: a (--known');
    await expect(read(text, { target: 'bb' })).rejects.toThrow(
      "expected a column named 'bb' (--target), found unique_id, ds, a, b; did you mean 'b'?",
    );
    await expect(read(text, { target: 'unique_id' })).rejects.toThrow(
      "expected numbers in 'unique_id' (--target), found 'x' in line 2",
    );
    await expect(read('ds,note\n2020-01-01,x\n')).rejects.toThrow(
      'expected a column of numbers to forecast (--target), found note (category)',
    );
  });

  it('refuse a gap that no series has, and dates that may be two', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => `2020-01-${String(i + 1).padStart(2, '0')},${i}`);
    await expect(read(`ds,y\n0202-01-01,0\n${rows.join('\n')}\n`)).rejects.toThrow(
      /found 664\d\d\d steps missing before line 3; mend its date/,
    );
    await expect(read('ds,y\n01/02/2020,1\n02/02/2020,1\n')).rejects.toThrow(
      /such as 01\/02\/2020 may have day or month first, and no row tells; say which with --dates day-first or --dates month-first/,
    );
  });

  it('refuse days and hours in two columns: an hour would be a series of its own', async () => {
    const rows = Array.from({ length: 48 }, (_, i) => `0${1 + Math.floor(i / 24)}.03.2025,${i % 24}:00,${i}`);
    await expect(read(`Date,Time,kWh\n${rows.join('\n')}\n`)).rejects.toThrow(
      "expected dates and hours in one column, such as 2025-12-31 13:00, found days in 'Date' and hours in 'Time'",
    );
    const said = await read(`Date,Time,kWh\n${rows.join('\n')}\n`, { id: 'Time' });
    expect(said.series).toHaveLength(24);
  });

  it('refuse a column that is called as dates are and holds none, or dates written in two ways', async () => {
    await expect(read('ds,y\n2023-001,1\n2023-002,2\n')).rejects.toThrow(
      "s.csv: expected dates in 'ds' (--time), such as 2025-12-31, 31.12.2025 or 12/31/2025, found '2023-001' in line 2; write them so, or leave the column out with --ignore",
    );
    await expect(
      read('ds,y\n2023-01-01,1\n02.01.2023,2\n2023-01-03,3\n04.01.2023,4\n2023-01-05,5\n06.01.2023,6\n'),
    ).rejects.toThrow(
      /written alike in 'ds' \(--time\), found '2023-01-01' in line 2 and '02\.01\.2023' in line 3/,
    );
    expect((await read('ds,y\n2023-001,1\n2023-002,2\n', { ignore: ['ds'] })).series[0].length).toBe(2);
  });

  it('say that times with zones are those of UTC', async () => {
    const data = await read(
      'ds,y\n2023-03-26 01:00+01:00,1\n2023-03-26 03:00+02:00,2\n2023-03-26 04:00+02:00,3\n',
    );
    expect(data.frequency.name).toBe('hourly');
    expect(data.notes).toContain("times in 'ds' say their zone and are taken, and written, as those of UTC");
  });

  it('of irregular dates keep their times and say so', async () => {
    const data = await read(
      'ds,y\n2020-01-01 00:00,1\n2020-01-01 07:13,2\n2020-01-03 01:01,3\n2020-01-09 22:47,4\n',
    );
    expect(data.frequency.name).toBe('irregular');
    expect(data.series[0].times).toHaveLength(4);
    expect(data.notes.join()).toContain('dates go on by different steps');
  });

  it('take numbers that count as steps, with gaps', async () => {
    const [series] = (await read('t,y\n0,1\n2,2\n8,3\n')).series;
    expect(valuesOf(series)).toEqual([1, 2, undefined, undefined, 3]);
    // Step 5 is 10 in the file.
    expect(series.counts).toEqual({ first: 0, by: 2 });
  });

  const counting = (name: string, first: number, by = 1): string =>
    `${name},y\n${[0, 1, 2, 3].map((i) => `${first + i * by},${i}`).join('\n')}\n`;

  it.each([
    ['t', 1000],
    ['step', 1990],
    ['index', 202501],
    ['time', 2000],
  ])('take numbers of a column %s from %d on as steps, and say so', async (name, first) => {
    const data = await read(counting(name, first));
    expect(data.frequency.name).toBe('steps');
    expect(data.series[0].counts).toEqual({ first, by: 1 });
    expect(data.notes.join('\n')).toContain(`numbers in '${name}' count steps and are no `);
  });

  it('take numbers of a column of years as years, and what is said against it', async () => {
    const data = await read(counting('year', 1990));
    expect(data.frequency.name).toBe('yearly');
    expect(data.notes).toContain("numbers in 'year' are years (--dates counted: they count steps)");
    expect((await read(counting('year', 1990), { dates: 'counted' })).frequency.name).toBe('steps');
    expect((await read(counting('t', 1990), { dates: 'years' })).frequency.name).toBe('yearly');
    await expect(read(counting('t', 0), { dates: 'years' })).rejects.toThrow(
      "s.csv: expected years such as 1990 in 't' (--dates years), found 0 in line 2; leave --dates out, or say --dates counted",
    );
  });

  // 1760000400000 ms is 2025-10-09 09:00 UTC, 20251009 that day; the numbers beside them are no series of it.
  it.each([
    ['ts,temp,damp\n1760000400000,1,5\n1760004000000,2,6\n1760007600000,3,7\n', 'hourly', 'ts'],
    ['temp,eventTime,damp\n1,1760000400,5\n2,1760004000,6\n3,1760007600,7\n', 'hourly', 'eventTime'],
    // As Python's time.time() writes them.
    [
      'timestamp,temp,damp\n1760000400.5,1,5\n1760000401.5,2,6\n1760000402.5,3,7\n',
      'every second',
      'timestamp',
    ],
    ['order_date,temp,damp\n20251009,1,5\n20251010,2,6\n20251011,3,7\n', 'daily', 'order_date'],
    [
      'open_time,temp,damp,close_time\n1760000400,1,5,1760003999\n1760004000,2,6,1760007599\n1760007600,3,7,1760011199\n',
      'hourly',
      'open_time',
    ],
  ])('have dates where a name and all numbers say so: %j', async (text, frequency, time) => {
    const data = await read(text);
    expect(data.layout).toMatchObject({ form: 'wide', time, columns: ['temp', 'damp'] });
    expect(data.frequency.name).toBe(frequency);
    expect(dayOf(data, data.series[0], 0)).toBe('2025-10-09');
  });

  it('have no dates in numbers that a name or one of them speaks against', async () => {
    for (const text of [
      'price,temp\n1760000400,1\n1760004000,2\n1760007600,3\n',
      'exec_time,temp\n1760000400,1\n860004000,2\n1760007600,3\n',
    ]) {
      const { layout } = await read(text);
      expect(layout.time).toBeUndefined();
      expect(layout.columns).toHaveLength(2);
    }
  });

  it('take numbers of another file for what those of the first were', async () => {
    const { layout } = await read(counting('ds', 0));
    expect(layout.timeFormat).toBe('numbers');
    // Alone they would be years.
    const data = await read(counting('ds', 1990), { layout });
    expect(data.series[0].counts).toEqual({ first: 1990, by: 1 });
  });

  it('whose clock is set back are refused with the offsets that tell its hours apart, and read with them', async () => {
    // Central European Summer Time ended on 2025-10-26 at 03:00: the hour from 02:00 came twice.
    await expect(
      read('ds,y\n2025-10-26 01:00,1\n2025-10-26 02:00,2\n2025-10-26 02:00,3\n2025-10-26 03:00,4\n'),
    ).rejects.toThrow(
      'found two at 2025-10-26 02:00 (lines 3 and 4); where clocks are set back at the end of summer time, write times with their offset, such as 2025-10-26T02:00+02:00 and then 2025-10-26T02:00+01:00, or in UTC; else keep one of each',
    );
    const hours = ['01:00+02:00', '02:00+02:00', '02:00+01:00', '03:00+01:00'];
    const data = await read(`ds,y\n${hours.map((hour, i) => `2025-10-26T${hour},${i}`).join('\n')}\n`);
    expect(data.frequency.name).toBe('hourly');
    expect(valuesOf(data.series[0])).toEqual([0, 1, 2, 3]);
    // By day, and on any other night, a row twice is a row twice.
    await expect(read('ds,y\n2025-10-27 02:00,1\n2025-10-27 02:00,2\n')).rejects.toThrow(
      /lines 2 and 3\); keep one of each/,
    );
  });

  it('of another file lie on the grid of the first, whatever is missing between them', async () => {
    const { layout } = await read(long);
    // Steps of 1, 3, 2 and 6 days are of no frequency by themselves.
    const days = ['01', '02', '05', '07', '13'];
    const data = await read(`unique_id,ds,y\n${days.map((d, i) => `a,2020-02-${d},${i}`).join('\n')}\n`, {
      layout,
    });
    expect(data.frequency.name).toBe('daily');
    expect(data.series[0].length).toBe(13);
    expect(valuesOf(data.series[0])[4]).toBe(2);
  });

  it('of another file are read as the first was', async () => {
    const { layout } = await read(long);
    const data = await read('unique_id,ds,y,more\na,2020-02-01,7,0\n', { layout });
    expect(data.frequency.name).toBe('daily');
    expect(data.series[0].values[0]).toBe(7);
    await expect(read('id,ds,y\na,2020-02-01,7\n', { layout })).rejects.toThrow(
      "expected a column named 'unique_id' (--id), found id, ds, y",
    );
    await expect(
      read('unique_id,ds,y\na,2020-02-01,7\na,2020-03-01,7\na,2020-04-01,7\n', { layout }),
    ).rejects.toThrow('expected daily values as in the other file, found monthly ones');
  });
});

describe('series of a file that nobody prepared', () => {
  it('have semicolons, decimal commas, dates as 31.12.2025 and irrelevant texts, and need no option', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => {
      const date = new Date(Date.UTC(2025, 10, 3) + i * 86_400_000)
        .toISOString()
        .slice(0, 10)
        .split('-')
        .reverse()
        .join('.');
      return `${date};${i},5;heute war es ruhig, Tag ${i};${i % 2 ? 'Anna hatte Dienst' : 'Bert hatte Dienst'}`;
    });
    const file = scratch.put(
      'kasse.csv',
      Buffer.from(`Datum;Umsatz;Bemerkung;Wer\r\n${rows.join('\r\n')}\r\n`, 'latin1'),
    );
    const data = await readSeries(file, {}, 'kasse.csv');
    expect(valuesOf(data.series[0]).slice(0, 3)).toEqual([0.5, 1.5, 2.5]);
    expect(dayOf(data, data.series[0], 59)).toBe('2026-01-01');
    expect(data.notes.join('\n')).toMatch(
      /semicolons.*decimal commas[\s\S]*columns left out: Bemerkung, Wer/,
    );
  });
});

describe('series in wide form', () => {
  it('are the columns beside the dates, on one grid', async () => {
    const data = await read('ds,A,B\n2020-01-01,1,\n2020-01-02,2,5\n2020-01-04,3,6\n');
    expect(data.series.map((one) => [one.id, ...valuesOf(one)])).toEqual([
      ['A', 1, 2, undefined, 3],
      ['B', undefined, 5, undefined, 6],
    ]);
    expect(data.layout).toMatchObject({ form: 'wide', columns: ['A', 'B'] });
    expect(
      (await read('ds,A,B\n2020-01-01,1,2\n2020-01-02,2,5\n', { target: 'B' })).series.map(({ id }) => id),
    ).toEqual(['']);
    const two = await read('ds,A,B,C\n2020-01-01,1,2,3\n2020-01-02,2,5,3\n', { target: 'A,C', known: ['B'] });
    expect(two.series.map(({ id, known }) => [id, ...known[0]])).toEqual([
      ['A', 2, 5],
      ['C', 2, 5],
    ]);
  });
});

describe('series in rows', () => {
  it('have one a row, of different lengths, with dates where the columns are named so', async () => {
    const data = await read('id,V1,V2,V3\nx,1,2,3\ny,4,,\n');
    expect(data.series.map((one) => [one.id, ...valuesOf(one)])).toEqual([
      ['x', 1, 2, 3],
      ['y', 4],
    ]);
    expect(data.layout.form).toBe('rows');
    const dated = await read('city,2020-01,2020-02,2020-03,2020-04\nx,1,2,3,4\ny,4,5,6,9\n');
    expect(dated.frequency.name).toBe('monthly');
    expect(dayOf(dated, dated.series[0], 4)).toBe('2020-05-01');
  });

  it('have columns named by numbers that are years or count, as --dates says, and as they look', async () => {
    const table = 'city,1990,1991,1992,1993\nx,1,2,3,4\ny,4,5,6,9\n';
    const years = await read(table, { header: true });
    expect(years).toMatchObject({ frequency: { name: 'yearly' }, layout: { timeFormat: 'a year' } });
    expect(years.notes).toContain('names of the columns are years (--dates counted: they count steps)');
    const counted = await read(table, { header: true, dates: 'counted' });
    expect(counted.frequency.name).toBe('steps');
    expect(counted.series[0]).toMatchObject({ counts: { first: 1990, by: 1 } });
    expect(counted.series[0].start).toBeUndefined();
    const early = table.replaceAll('19', '12');
    expect((await read(early, { header: true })).frequency.name).toBe('steps');
    expect((await read(early, { header: true, dates: 'years' })).frequency.name).toBe('yearly');
    await expect(read('id,V1,V2,V3\nx,1,2,3\ny,4,1,5\n', { dates: 'years' })).rejects.toThrow(
      "expected names of columns that are years such as 1990 (--dates years), found 'V1'",
    );
  });

  it('have columns by their dates: one that is not there is a missing value, and day or month first is asked', async () => {
    const gap = await read('city,2020-01,2020-02,2020-03,2020-05,2020-06\nx,1,2,3,5,6\ny,4,5,6,9,7\n');
    expect(gap.frequency.name).toBe('monthly');
    expect(valuesOf(gap.series[0])).toEqual([1, 2, 3, undefined, 5, 6]);
    const table = 'city,01/02/2025,02/02/2025,03/02/2025\nx,1,2,3\ny,4,5,6\n';
    await expect(read(table)).rejects.toThrow(
      "names of columns such as '01/02/2025' may have day or month first, and none tells; say which with --dates day-first or --dates month-first",
    );
    expect((await read(table, { dates: 'day-first' })).frequency.name).toBe('daily');
    expect((await read(table, { dates: 'month-first' })).frequency.name).toBe('monthly');
  });
});

describe('series of a .tsf file', () => {
  const tsf = (data: string): string =>
    `# a comment\n@relation test\n@attribute series_name string\n@attribute start_timestamp date\n@attribute state string\n@frequency half_hourly\n@horizon 8\n@missing true\n@equallength false\n@data\n${data}`;

  it('have names, starts, missing values, columns of a series, frequency and horizon', async () => {
    const data = await read(
      tsf('T1:2002-01-01 00-30-00:NSW:1,?,3.5\nT2:2002-01-01 00-30-00:VIC:4,5\n'),
      {},
      's.tsf',
    );
    expect(data.series.map((one) => [one.id, ...one.statics, ...valuesOf(one)])).toEqual([
      ['T1', 'NSW', 1, undefined, 3.5],
      ['T2', 'VIC', 4, 5],
    ]);
    expect(data).toMatchObject({
      horizon: 8,
      statics: ['state'],
      frequency: { name: 'half-hourly', season: 48 },
    });
    expect(timeOf(data.series[0], 2, data.frequency)).toBe(Date.UTC(2002, 0, 1, 1, 30));
  });

  it('are left out where a start is no date, named anew where two have one name, without dates where no frequency is', async () => {
    const lines = ['T1:2002-01-01 00-30-00:x:1,2', 'T1:2002-01-01 00-30-00:x:3,4', 'T2:01/02/2002:x:5,6'];
    const data = await read(tsf(lines.join('\n')), { maxBad: 0.5 }, 's.tsf');
    expect(data.series.map(({ id }) => id)).toEqual(['T1', 'T1 (2)']);
    expect(data.notes).toContain("a second series is named 'T1' (line 12) and is called 'T1 (2)'");
    expect(data.unusable.sentences).toEqual([
      "1 row left out: expected a date such as 1996-03-18 00-00-00 for start_timestamp, found '01/02/2002' (line 13)",
    ]);
    const none = await read(tsf(lines[0]).replace('@frequency half_hourly\n', ''), {}, 's.tsf');
    expect(none.notes).toContain('without @frequency the dates of starts are not used (--frequency)');
  });

  it('are left out where a line is none, and refused without data', async () => {
    const lines = Array.from(
      { length: 40 },
      (_, i) => `T${i}:2002-01-01 00-30-00:x:${i === 5 ? '1,two' : '1,2'}`,
    );
    expect((await read(tsf(lines.join('\n')), {}, 's.tsf')).unusable.sentences).toEqual([
      "1 row left out: expected numbers or ?, found 'two' (line 16)",
    ]);
    await expect(read(tsf(''), {}, 's.tsf')).rejects.toThrow(
      's.tsf: expected series below @data, found none',
    );
    await expect(read('@relation x\n', {}, 's.tsf')).rejects.toThrow(
      'expected a line @data before the series',
    );
    await expect(read('1,2,3\n', {}, 's.tsf')).rejects.toThrow(
      's.tsf: line 1: expected @relation, @attribute NAME',
    );
  });
});

describe('published series', () => {
  // Counts, first dates and seasons: what the files hold by `zcat FILE | wc` and the descriptions of the archives they are from.
  for (const [name, count, longest, frequency, first, missing] of [
    ['AirPassengers.csv.gz', 1, 144, 'monthly', '1949-01-01', 0],
    ['ETTh1.csv.gz', 7, 17420, 'hourly', '2016-07-01', 0],
    ['exchange_rate.txt.gz', 8, 7588, 'steps', undefined, 0],
    ['heart_rate.csv.gz', 1, 1800, 'steps', undefined, 0],
    ['m4_hourly_train.csv.gz', 414, 960, 'steps', undefined, 0],
    ['m4_hourly_test.csv.gz', 414, 48, 'steps', undefined, 0],
    ['m4_weekly_test.csv.gz', 359, 13, 'steps', undefined, 0],
    ['monthly-milk-incomplete.csv.gz', 1, 168, 'monthly', '1962-01-01', 13],
    ['monthly-sunspots.csv.gz', 1, 2820, 'monthly', '1749-01-01', 0],
    ['nn5_daily.csv.gz', 111, 791, 'daily', '1996-03-18', 1677],
    ['taylor.csv.gz', 1, 4032, 'steps', undefined, 0],
    ['us_gasoline.csv.gz', 1, 1578, 'weekly', '1991-02-08', 0],
  ] as const) {
    it(`${name}: ${count} series of at most ${longest} steps, ${frequency}`, async (context) => {
      const data = await readSeries(publishedTable(context, `forecast/${name}`));
      expect(data.series).toHaveLength(count);
      expect(Math.max(...data.series.map(({ length }) => length))).toBe(longest);
      expect(data.frequency.name).toBe(frequency);
      if (first) expect(dayOf(data, data.series[0], 0)).toBe(first);
      expect(data.series.reduce((sum, one) => sum + one.missing.filter((flag) => flag).length, 0)).toBe(
        missing,
      );
      expect(data.unusable.count).toBe(0);
    });
  }
});
