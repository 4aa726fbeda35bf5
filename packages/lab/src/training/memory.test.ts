import { ConfigError } from 'lethe';
import { expect, test } from 'vitest';
import { music as musicKind } from '../tasks/music/kind.ts';
import { text as textKind } from '../tasks/text/kind.ts';
import { tinyText, tinyTextConfig } from '../tasks/text/tiny-text.suite.ts';
import { requireMemory, trainingMemory } from './memory.ts';
import { resolveConfig } from './resolve.ts';
import { openSession } from './session.ts';
import { tinyConfig, tinyData } from './tiny.suite.ts';

const music = tinyData();
const text = tinyText();

test.each([
  ['model.cell=rnn'],
  ['model.cell=rnn', 'model.initialState=zeros'],
  ['model.cell=lstm', 'model.layers=3'],
  ['model.cell=gru', 'model.layers=2', 'model.hidden=7'],
])('the size of a music model with %s %s is told before it is made', (...set) => {
  const gated =
    set[0] === 'model.cell=rnn'
      ? []
      : ['model.maxIncoming=none', 'model.dropout=none', 'optimizer.name=rmsprop'];
  const config = tinyConfig(...set, ...gated);
  const { task } = openSession(config, music);
  const parameters = Object.values(task.model.parameters).reduce((sum, { size }) => sum + size, 0);
  expect(musicKind.size(config, music)).toEqual({ parameters, working: task.working });
});

test.each([
  ['model.cell=rnn'],
  ['model.cell=lstm', 'model.layers=2'],
  ['model.cell=gru', 'model.hidden=7'],
  ['model.layers=2', 'model.tied=true'],
])('the size of a language model with %s %s is told before it is made', (...set) => {
  const config = tinyTextConfig(...set);
  const { task } = openSession(config, text);
  const parameters = Object.values(task.model.parameters).reduce((sum, { size }) => sum + size, 0);
  expect(textKind.size(config, text)).toEqual({ parameters, working: task.working });
});

/** What a refusal names: the key, the largest value, the one found. */
function refusal(
  config: Parameters<typeof requireMemory>[0],
  data: Parameters<typeof requireMemory>[1],
  memory: number,
) {
  try {
    requireMemory(config, data, memory);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    const [, key, most, found] = /^([\w.]+): expected at most (\d+), found (\d+), /.exec(
      (error as Error).message,
    )!;
    return { key, most: Number(most), found: Number(found) };
  }
  throw new Error('it fits');
}

test.each([
  ['model.hidden', ['model.hidden=100000']],
  [
    'model.hidden',
    ['model.cell=lstm', 'model.hidden=30000', 'model.maxIncoming=none', 'optimizer.name=rmsprop'],
  ],
] as const)('of %s in %j the largest that fits is named, and one more does not fit', (key, set) => {
  const memory = 2 ** 30;
  const found = refusal(tinyConfig(...set), music, memory);
  expect(found.key).toBe(key);
  const at = (value: number) => tinyConfig(...set, `${key}=${value}`);
  requireMemory(at(found.most), music, memory);
  expect(() => requireMemory(at(found.most + 1), music, memory)).toThrow(ConfigError);
});

test.each(['model.hidden', 'model.embedding', 'training.batch', 'training.steps'])(
  'of a language model it is %s that is named when that is the one too large',
  (key) => {
    const config = tinyTextConfig(`${key}=3000000`);
    const long = { ...text, splits: { ...text.splits, train: { ...text.splits.train, length: 1e10 } } };
    expect(refusal(config, long, 2 ** 30)).toMatchObject({ key, found: 3_000_000 });
  },
);

test('a minibatch takes no more than the text has', () => {
  requireMemory(tinyTextConfig('training.batch=1e12'), text, 2 ** 30);
  requireMemory(tinyTextConfig('training.steps=1e12'), text, 2 ** 30);
});

test('where nothing fits that is said', () => {
  expect(() => requireMemory(tinyConfig(), music, 1000)).toThrow(/make several settings smaller/);
});

test('the memory of the plan is that of the question', () => {
  // 6 copies of the parameters under rmsprop, 4 bytes each, and 60 MB for the process.
  const config = resolveConfig('music/x');
  expect(trainingMemory(config, { parameters: 2 ** 20, working: 2 ** 18 })).toBe(
    (process.env.LETHE_DTYPE === 'f64' ? 2 : 1) * 25 * 2 ** 20 + 60 * 2 ** 20,
  );
});
