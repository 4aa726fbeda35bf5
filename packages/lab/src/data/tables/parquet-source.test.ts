import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it, vi } from 'vitest';
import { readTable } from './read-table.ts';
import { readSeries } from './series.ts';
import { useScratch } from './testing.suite.ts';

const scratch = useScratch();
const days = [1, 2, 3, 4].map((day) => new Date(Date.UTC(2020, 0, day)));
const file = (): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'unique_id', data: ['a', 'a', 'b', 'b'], type: 'STRING' },
        { name: 'ds', data: days, type: 'TIMESTAMP' },
        { name: 'y', data: [1.5, null, 3, Number.NaN], type: 'DOUBLE' },
        { name: 'n', data: [1n, 2n, 3n, 4n], type: 'INT64' },
      ],
      rowGroupSize: 3,
    }),
  );

describe('Parquet', () => {
  it('has columns of words, times and numbers, missing values as a mask', async () => {
    const table = await readTable(scratch.put('t.parquet', file()));
    expect(table.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['unique_id', 'category'],
      ['ds', 'time'],
      ['y', 'number'],
      ['n', 'number'],
    ]);
    expect(table.columns[1].times!.values).toEqual(Float64Array.from(days, Number));
    expect(table.columns[2].numbers).toMatchObject({
      values: Float64Array.of(1.5, 0, 3, 0),
      state: Uint8Array.of(0, 1, 0, 1),
    });
    expect(table.columns[3].numbers!.values).toEqual(Float64Array.of(1, 2, 3, 4));
    expect([...table.lines]).toEqual([1, 2, 3, 4]);
  });

  it('is read as series like any table', async () => {
    const { series } = await readSeries(scratch.put('t.parquet', file()), { target: 'y' });
    expect(series.map(({ id, length }) => [id, length])).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
  });

  it('that is damaged, cut off or none is refused with a sentence', async () => {
    for (const bytes of [file().subarray(0, 100), Buffer.from('a,b\n1,2\n'), Buffer.alloc(0)]) {
      await expect(readTable(scratch.put('t.parquet', bytes), {}, 't.parquet')).rejects.toThrow(
        't.parquet: expected a Parquet file, found a damaged one',
      );
    }
    await expect(readTable(`${scratch.root}/none.parquet`, {}, 'none.parquet')).rejects.toThrow(
      'none.parquet: cannot be read: no such file or directory',
    );
  });

  it('without its packages says which to install', async () => {
    vi.doMock('hyparquet', () => {
      throw new Error('Cannot find package');
    });
    const fresh = await vi.importActual<typeof import('./parquet-source.ts')>('./parquet-source.ts');
    await expect(fresh.parquetFormat.open(scratch.put('t.parquet', file()), 't.parquet', {})).rejects.toThrow(
      't.parquet: Parquet is read by two packages that are not installed; run npm install hyparquet@1 hyparquet-compressors@1, or save the table as CSV',
    );
    vi.doUnmock('hyparquet');
  });
});
