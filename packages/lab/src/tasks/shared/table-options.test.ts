import { Command } from 'commander';
import { expect, test } from 'vitest';
import type { TaskOption } from '../kind.ts';
import { longName, valueName } from '../options.ts';
import { columnDefaults, columnKeys, tableDefaults, tableKeys, tableReading } from './table-config.ts';
import { columnOptions, tableOptions } from './table-options.ts';

const all: TaskOption[] = [...Object.values(columnOptions), ...Object.values(tableOptions)];

function parsed(...argv: string[]): Record<string, unknown> {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  for (const option of all) {
    if (option.read) command.option(option.flags, option.description, option.read as never);
    else command.option(option.flags, option.description);
  }
  command.parse(argv, { from: 'user' });
  return Object.fromEntries(all.map((option) => [option.key, command.opts()[valueName(longName(option))]]));
}

test('every option of tables sets a key that there is, and every key has an option', () => {
  const keys = [
    ...Object.keys(columnKeys).map((key) => `columns.${key}`),
    ...Object.keys(tableKeys).map((key) => `table.${key}`),
  ];
  expect([...new Set(all.map(({ key }) => key))].sort()).toEqual(keys.sort());
});

test('what is said is read, and what is not said is not there', () => {
  expect(Object.values(parsed()).every((value) => value === undefined)).toBe(true);
  const given = parsed(
    '--ignore',
    'a, b',
    '--ignore',
    'c',
    '--no-header',
    '--decimal',
    'comma',
    '--group',
    'none',
  );
  expect(given).toMatchObject({
    'columns.ignore': ['a', 'b', 'c'],
    'columns.group': 'none',
    'table.header': false,
    'table.decimal': ',',
  });
  expect(parsed('--header')['table.header']).toBe(true);
  expect(() => parsed('--ignore', 'a,,b')).toThrow(/--ignore expects names of columns/);
  expect(() => parsed('--decimal', ';')).toThrow(/--decimal expects \. or ,/);
});

test('the reader of tables is told what is said alone, and new options before old ones', () => {
  expect(tableReading(tableDefaults)).toEqual({ encoding: 'auto', maxBad: 0.05 });
  expect(
    tableReading({ ...tableDefaults, delimiter: ';', header: false }, { delimiter: 'tab', maxBad: 0 }),
  ).toEqual({
    delimiter: 'tab',
    encoding: 'auto',
    header: false,
    maxBad: 0,
  });
  expect(Object.keys(columnDefaults).sort()).toEqual(Object.keys(columnKeys).sort());
});
