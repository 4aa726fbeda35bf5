/** `lethe methods`, `lethe recipes`, `lethe config`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { dropoutMethods, dropoutPlan, parseDropout } from 'lethe/dropout';
import { describe, expect, test } from 'vitest';
import { listRecipes, listSearches, recipesFolder } from '../training/recipes.ts';
import { resolveConfig } from '../training/resolve.ts';
import { wrapped } from './listing.ts';
import { lethe } from './testing.suite.ts';

async function json(...argv: string[]) {
  const { code, out, err } = await lethe(...argv, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(out);
}

const namesOf = (rows: { name: string }[]): string[] => rows.map(({ name }) => name);

describe('lethe methods', () => {
  test('lists every method, its settings and where it comes from', async () => {
    const { methods } = await json('methods');
    expect(namesOf(methods)).toEqual(dropoutMethods());
    const { out } = await lethe('methods');
    for (const name of dropoutMethods()) expect(out).toMatch(new RegExp(`^${name}  `, 'm'));
  });

  test('says what the name alone stands for, as the parser reads it', async () => {
    const { methods } = await json('methods');
    for (const { name, alone, reference } of methods) {
      if (alone === null) {
        expect(() => dropoutPlan(parseDropout(name), { cell: 'lstm' })).toThrow('expects a rate');
        continue;
      }
      const read = parseDropout(name);
      expect(reference).toBe(read.reference);
      const rates = read.noise.filter(({ rate }) => rate > 0).map(({ site, rate }) => [site, rate]);
      expect(alone.rates).toEqual(Object.fromEntries(rates));
    }
  });

  test('says people all that the name alone stands for, not its rates alone', async () => {
    // docs/methods.md: a mask for the sequence in semeniuta, two penalties in awd
    expect((await lethe('methods', 'semeniuta')).out).toContain(
      '  alone: semeniuta:update=0.5,interval=sequence\n',
    );
    expect((await lethe('methods', 'awd')).out).toContain(
      '  alone: awd:weight=0.5,input=0.4,output=0.4,ar=2,tar=1\n',
    );
    expect((await lethe('methods', 'rnndrop')).out).toContain('  alone: refused, it needs a rate\n');
  });

  test('knows which cells take a rate', async () => {
    const { keys } = await json('methods', 'semeniuta');
    const cells = Object.fromEntries(
      keys.map(({ name, cells }: { name: string; cells: string[] }) => [name, cells]),
    );
    // docs/methods.md, the table of sites: a plain cell has no gated update
    expect(cells).toMatchObject({ update: ['lstm', 'gru'], recurrent: ['rnn', 'deep-rnn', 'lstm', 'gru'] });
    expect((await lethe('methods', 'zoneout')).out).toMatch(/^cell=0 {2}rate, .*; lstm$/m);
  });

  test('refuses an unknown one with the nearest', async () => {
    const { code, out, err } = await lethe('methods', 'fats');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('did you mean "fast"?');
  });
});

describe('lethe recipes', () => {
  test('lists every recipe and search with the command that runs it', async () => {
    const { recipes } = await json('recipes');
    expect(namesOf(recipes)).toEqual([...listRecipes(), ...listSearches()]);
    for (const { name, kind, run, task, dataset, title, published } of recipes) {
      expect(run).toBe(`lethe ${kind === 'search' ? 'search' : 'train'} ${name}`);
      expect(title.length).toBeGreaterThan(10);
      if (kind === 'search') {
        expect([task, dataset]).not.toContain('-');
        continue;
      }
      const config = resolveConfig(name);
      expect({ task, dataset, published }).toEqual({
        task: config.task,
        dataset: config.dataset,
        published: config.recipe!.published,
      });
    }
  });

  test('a paper lists its own', async () => {
    const { recipes } = await json('recipes', 'zaremba2014');
    expect(namesOf(recipes)).toEqual(listRecipes().filter((name) => name.startsWith('zaremba2014/')));
  });

  test.each(['bayer2013/jsb-fast', 'jsb-fast', 'bayer2013/search'])(
    'prints the YAML of %s and nothing else',
    async (name) => {
      const whole = name.includes('/') ? name : `bayer2013/${name}`;
      const file = path.join(recipesFolder, `${whole}.yaml`);
      const yaml = readFileSync(file, 'utf8');
      expect(await lethe('recipes', name)).toEqual({ code: 0, out: yaml, err: '' });
      expect(await json('recipes', name)).toMatchObject({ name: whole, file, yaml });
    },
  );

  test('an unknown one is refused with the nearest', async () => {
    expect(await lethe('recipes', 'jsb-fsat')).toEqual({
      code: 2,
      out: '',
      err: "lethe recipes: there is no recipe 'jsb-fsat'; did you mean 'jsb-fast'?\n",
    });
  });
});

describe('lethe config', () => {
  test.each(['music', 'text'])('lists the keys of %s with the option that sets them', async (task) => {
    const { keys } = await json('config', task);
    const options = Object.fromEntries(
      keys.map(({ key, option }: { key: string; option: string }) => [key, option]),
    );
    expect(options).toMatchObject({
      'model.hidden': '--hidden',
      'optimizer.stepRate': '--set optimizer.stepRate=',
    });
    const { out } = await lethe('config', task);
    for (const { key } of keys) expect(out).toContain(`\n${key}=`);
    expect(out).toMatch(/^model\.hidden=\d+ {2}whole number, at least 1, --hidden$/m);
  });

  test('an unknown task is refused with the nearest', async () => {
    expect(await lethe('config', 'musik')).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(
        /^lethe config: <task> expects music, text, .*found 'musik'; did you mean 'music'\?\n$/,
      ),
    });
  });
});

test('a text is wrapped between its words, never inside one', () => {
  expect(wrapped('a few short words and one-that-is-longer-than-a-line', 12)).toEqual([
    'a few short',
    'words and',
    'one-that-is-longer-than-a-line',
  ]);
});
