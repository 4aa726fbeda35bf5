import { expect, test } from 'vitest';
import { listRecipes } from '../../training/recipes.ts';
import { resolveConfig } from '../../training/resolve.ts';
import { openSession } from '../../training/session.ts';
import { trainStep } from '../../training/step.ts';
import type { TextConfig } from './config.ts';
import { tinyText } from './tiny-text.suite.ts';

const recipes = listRecipes()
  .map((name) => [name, resolveConfig(name)] as const)
  .filter((pair): pair is [string, TextConfig] => pair[1].task === 'text');

test('there are recipes of every paper on language models', () => {
  const papers = new Set(recipes.map(([name]) => name.split('/')[0]));
  expect([...papers].sort()).toEqual([
    'gal2016',
    'krueger2016',
    'merity2017',
    'semeniuta2016',
    'zaremba2014',
    'zolna2017',
  ]);
});

test('the recipes that list paper quirks take them in when asked', () => {
  const quirky = (name: string) => resolveConfig(name, { paperQuirks: true }) as TextConfig;
  const plain = resolveConfig('merity2017/ptb') as TextConfig;
  expect(plain.optimizer).toMatchObject({ name: 'nt-asgd', lagging: false });
  expect(plain.evaluation.conventions).toEqual([]);
  const asRun = quirky('merity2017/ptb');
  expect(asRun.optimizer).toMatchObject({ name: 'nt-asgd', lagging: true, stepRate: 30 });
  expect(asRun.evaluation).toEqual({ ...plain.evaluation, conventions: ['over-length'] });
  expect(quirky('semeniuta2016/ptb-char').evaluation.conventions).toEqual(['mean-of-exp']);
  // 399,782 characters in chunks of 100, rounded down.
  expect(quirky('krueger2016/ptb-char').evaluation.validationStreams).toBe(3997);
  expect(quirky('krueger2016/ptb-char').optimizer).toMatchObject({ clipNorm: null, clipStep: 1 });
  expect(quirky('zaremba2014/ptb-small').model.recurrentBias).toBe(true);
  const { evaluation } = resolveConfig('gal2016/ptb-large-untied') as TextConfig;
  expect(evaluation.drawEmbedding).toBe(false);
  expect(() => quirky('gal2016/ptb-medium-untied')).toThrow(/ptb-medium-untied.yaml lists no paperQuirks/);
  expect(() => resolveConfig('text/ptb', { paperQuirks: true })).toThrow(/expects a recipe, found text\/ptb/);
});

test.each(recipes)('%s trains, made small', (_, config) => {
  const small: TextConfig = {
    ...config,
    model: { ...config.model, embedding: 8, hidden: 10 },
    training: { ...config.training, batch: 4, steps: 10 },
  };
  const session = openSession(small, tinyText());
  for (let i = 0; i < 3; i++) trainStep(session);
  expect(session.state.sums.nll / session.state.sums.terms).toBeGreaterThan(0);
});
