import { expect, test } from 'vitest';
import { comparable } from './comparable.ts';
import type { Config } from './config.ts';
import { resolveConfig } from './resolve.ts';

/** A configuration as it was before these keys. */
function older(config: Config): Config {
  const { evaluationShare: _, ...training } = config.training;
  if (config.task === 'music') return { ...config, training } as Config;
  const { tokenizer: __, encoding: ___, lineEnds: ____, ...text } = config.text;
  return { ...config, training, text } as Config;
}

test('a run that began before a key was there is the same run', () => {
  for (const target of ['music/jsb-chorales', 'text/ptb', 'text/ptb-char', 'zaremba2014/ptb-small']) {
    const now = resolveConfig(target);
    expect(comparable(older(now))).toEqual(comparable(now));
  }
});

test('words of ordinary text are others, and so are line ends of a text of one’s own', () => {
  const prose = resolveConfig('text/ptb', { set: ['text.tokenizer=prose'] });
  expect(comparable(prose)).not.toEqual(comparable(resolveConfig('text/ptb')));
  const own = resolveConfig('text/book.txt');
  expect(comparable(older(own))).not.toEqual(comparable(own));
});
