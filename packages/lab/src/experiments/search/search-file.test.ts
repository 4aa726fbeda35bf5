import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { MusicConfig } from '../../tasks/music/config.ts';
import { listSearches } from '../../training/recipes.ts';
import { configOf, exampleConfig, filled, readSearch } from './search-file.ts';
import { suggest } from './suggest.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-searches-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

let files = 0;
function search(text: string, ...set: string[]) {
  const file = path.join(folder, `${++files}.yaml`);
  fs.writeFileSync(file, text);
  return readSearch(file, set);
}

const head = 'title: t\nbase: music/folk\n';
const rates = `${head}set: { model.dropout: 'fast:input={input},{final}' }
space:
  input: { choice: [0, .1] }
  output: { choice: [.2, .5] }
  final: { choice: ['output={output}', finalLayer=plain] }
  model.hidden: { int: [20, 40], step: 10 }
`;

describe('a search', () => {
  test('puts parameters into texts, keys into the configuration', () => {
    const found = search(rates);
    const parameters = { input: 0.1, output: 0.5, final: 'output={output}', 'model.hidden': 30 };
    expect(filled(parameters)).toEqual({ ...parameters, final: 'output=0.5' });
    const { model } = configOf(found, parameters) as MusicConfig;
    expect(model).toMatchObject({ dropout: 'fast:input=0.1,output=0.5', hidden: 30 });
    expect(exampleConfig(found).model).toMatchObject({ dropout: 'fast:input=0,output=0.2', hidden: 20 });
  });

  test('takes --set for all trials, and for a parameter as its only value', () => {
    const found = search(rates, 'training.epochs=3', 'model.hidden=8', 'input=.3');
    const config = configOf(found, suggest(found.space, 1, 1));
    expect(config.training.epochs).toBe(3);
    expect(config.model.hidden).toBe(8);
    expect(config.model.dropout).toMatch(/^fast:input=0.3,/);
  });

  test('takes paths as they stand, in the file and in --set, of keys and of pieces of texts', () => {
    const weights = `${head}set: { initialWeights: 'runs/{name}', dataset: 'a #1' }
space: { name: { choice: ['a #2', 'b: c'] }, seed: { choice: [1, 2] } }
`;
    const at = (name: string, ...set: string[]) => configOf(search(weights, ...set), { name, seed: 1 });
    expect(at('a #2')).toMatchObject({ initialWeights: 'runs/a #2', dataset: 'a #1' });
    expect(at('a #2', 'dataset=b #2').dataset).toBe('b #2');
    const fixed = search(weights, 'name=c #3');
    expect(configOf(fixed, suggest(fixed.space, 1, 1)).initialWeights).toBe('runs/c #3');
    const choice = search(
      `${head}space: { initialWeights: { choice: ['a #2', none] } }\n`,
      'initialWeights=b #3',
    );
    expect(configOf(choice, suggest(choice.space, 1, 1)).initialWeights).toBe('b #3');
  });

  test('reads merge keys', () => {
    const found = search(`${head}space:
  model.hidden: &few { int: [8, 16], step: 8 }
  training.batch: { <<: *few, step: 4 }
`);
    const lent = search(`${head}rates: &rates { choice: [.1, .2] }
space: { optimizer.stepRate: { <<: *rates } }
`);
    expect(lent.space).toEqual({ 'optimizer.stepRate': { choice: [0.1, 0.2] } });
    expect(found.space['training.batch']).toEqual({ int: [8, 16], step: 4 });
  });

  test('takes one value for a parameter that is fixed', () => {
    expect(() => search(rates, 'model.hidden=[8, 9]')).toThrow(
      expect.objectContaining({
        code: 'E_CONFIG',
        message: expect.stringContaining('one value, found [8,9]'),
      }),
    );
    expect(() => search(rates, 'model.hidden=[8')).toThrow(/--set model\.hidden cannot be read as YAML/);
  });

  test('carries its figure along, though not to another data set', () => {
    const published =
      'published: { value: 1, metric: m, source: s }\nspace: { model.hidden: { choice: [8] } }\n';
    expect(configOf(search(head + published), { 'model.hidden': 8 }).recipe?.published?.value).toBe(1);
    const elsewhere = search(head + published, 'dataset=nottingham');
    expect(elsewhere.recipe).toMatchObject({ title: 't, on nottingham', published: null });
    expect(search(head + published, 'dataset=folk').recipe).toMatchObject({
      title: 't',
      published: { value: 1 },
    });
  });

  test.each([
    [`${head}spaces: {}\n`, "there is no key spaces; did you mean 'space'?"],
    [
      `${head}space: { model.hiden: { choice: [8] } }\n`,
      "with model.hiden = 8: there is no key model.hiden; did you mean 'hidden'?",
    ],
    [
      `${head}space: { model.hidden: { choice: [8, 0] } }\n`,
      'with model.hidden = 0: configuration: model.hidden expects a number of at least 1',
    ],
    [
      `${head}space: { rate: { choice: [0] } }\n`,
      'space.rate is no key of the configuration and no text refers to it',
    ],
    [
      `${head}set: { model.dropout: 'fast:input={imput}' }\nspace: { input: { choice: [0] } }\n`,
      "set.model.dropout refers to {imput}, which is no parameter; did you mean 'input'?",
    ],
    [
      `${head}set: { model.dropout: 'fast:{a}' }\nspace: { a: { choice: ['input={b}'] }, b: { choice: [0] } }\n`,
      'space.a refers to {b}, which is no parameter; known there: none',
    ],
    [
      `${head}set: { model.hidden: 8 }\nspace: { model.hidden: { choice: [8] } }\n`,
      'model.hidden stands in set and in space',
    ],
    [
      `title: t\nbase: jsb-fasst\nspace: { model.hidden: { choice: [8] } }\n`,
      "there is no recipe 'jsb-fasst'; did you mean 'jsb-fast'?",
    ],
    [
      `${head}set: { model.dropout: 'fast:input={input}' }\nspace: { input: { uniform: [0, 1.5] } }\n`,
      'with input = 1.5',
    ],
  ])('is refused with what is wrong with it: %#', (text, message) => {
    expect(() => search(text)).toThrow(message);
  });

  test('is no recipe, and says so', () => {
    expect(() => readSearch('bayer2013/serach')).toThrow("did you mean 'bayer2013/search'?");
    expect(() => configOf({ ...search(rates), base: path.join(folder, '1.yaml') }, {})).toThrow(
      /is a search; run it with lethe search/,
    );
  });
});

test('the searches that come along draw configurations that can be, with the published figure', () => {
  expect(listSearches()).toEqual([
    ...['bayer2013/search', 'bayer2013/search-plain', 'bayer2013/search-plain-wide', 'bayer2013/search-wide'],
    ...['boulanger2012/search-fast', 'boulanger2012/search-none', 'boulanger2012/search-variational'],
    ...['pascanu2014/search', 'pascanu2014/search-mild'],
  ]);
  // the budget of each paper's recipes, and where its figure is printed
  const expected = {
    bayer2013: { source: /Table 1/, training: { epochs: 500, patience: 50, batch: 50 } },
    boulanger2012: {
      source: /Table 1/,
      training: { epochs: 200, patience: 30, batch: 16, firstFrame: true },
    },
    pascanu2014: { source: /Table 2/, training: { epochs: 300, patience: 15 } },
    'pascanu2014/search-mild': { source: /Table 2/, training: { epochs: 60, patience: 12, batch: 16 } },
  };
  for (const name of listSearches()) {
    const found = readSearch(name);
    const { source, training } =
      expected[(name in expected ? name : name.split('/')[0]) as keyof typeof expected];
    for (let number = 1; number <= 32; number++) {
      const config = configOf(found, suggest(found.space, 1, number));
      expect(config.recipe?.published?.source).toMatch(source);
      expect(config.training).toMatchObject(training);
    }
  }
});

test('the settings of Table 3 lie in the space of Table 2', () => {
  const { space } = readSearch('bayer2013/search');
  // Bayer et al. 2013, Table 3, column JSBChorales
  const jsb = {
    'model.hidden': 400,
    input: 0.1,
    recurrent: 0.2,
    output: 0.5,
    'optimizer.stepRate': 0.001,
    'optimizer.momentum': 0.99,
    'optimizer.decay': 0.8,
    'model.initialVariance': 0.0001,
    'model.inputVariance': 0.01,
    'model.spectralRadius': 1.2,
    'model.maxIncoming': 15,
  };
  for (const [name, value] of Object.entries(jsb)) {
    expect((space[name] as { choice: unknown[] }).choice, name).toContain(value);
  }
});
