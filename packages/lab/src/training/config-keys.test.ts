import { describe, expect, test } from 'vitest';
import { taskKinds } from '../tasks/registry.ts';
import { configKeys } from './config-keys.ts';
import { resolveConfig } from './resolve.ts';

const names = taskKinds.map(({ name }) => name);

test.each(names)('every key of %s has a type and a meaning', (task) => {
  const keys = configKeys(task);
  expect(keys.length).toBeGreaterThan(30);
  for (const { key, type, meaning } of keys) {
    expect(type, key).not.toBe('');
    expect(meaning.length, key).toBeGreaterThan(4);
  }
});

describe.each(names)('the keys of %s', (task) => {
  const at = (tree: unknown, key: string): unknown =>
    key
      .split('.')
      .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], tree);
  const config = resolveConfig(`${task}/some-data`);
  const ofTask = configKeys(task);
  const namedBy = (key: string): string =>
    key.startsWith('optimizer') ? 'optimizer.name' : `${key.split('.')[0]}.kind`;

  test('have the defaults that train takes', () => {
    for (const { key, default: value, of } of ofTask) {
      if (!of || of.includes(String(at(config, namedBy(key))))) {
        expect(value, key).toEqual(at(config, key) ?? null);
      }
    }
  });

  test('are all that a configuration holds', () => {
    const leaves = (tree: object, path = ''): string[] =>
      Object.entries(tree).flatMap(([name, value]) =>
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? leaves(value, `${path}${name}.`)
          : [path + name],
      );
    const held = leaves(config).filter((key) => !['format', 'task', 'dataset', 'recipe'].includes(key));
    expect(ofTask.map(({ key }) => key)).toEqual(expect.arrayContaining(held));
  });

  test('of other variants have the defaults that a newly named one starts from', () => {
    for (const { key, default: value, of = [] } of ofTask.filter(({ of }) => of)) {
      const named = namedBy(key);
      if (of.includes(String(at(config, named)))) continue;
      const other = resolveConfig(`${task}/some-data`, { set: [`${named}=${of[0]}`] });
      expect(at(other, key), `${of[0]}: ${key}`).toEqual(value);
    }
  });
});

test('defaults go by the cell and the level', () => {
  const hidden = (task: string, choice: object): unknown =>
    configKeys(task, choice).find(({ key }) => key === 'model.hidden')!.default;
  // musicDefaults and textDefaults
  expect([hidden('music', {}), hidden('music', { model: { cell: 'gru' } })]).toEqual([400, 200]);
  expect([hidden('text', {}), hidden('text', { text: { level: 'char' } })]).toEqual([200, 512]);
});

test('a task that there is not has none', () => {
  expect(configKeys('speech')).toEqual([]);
});
