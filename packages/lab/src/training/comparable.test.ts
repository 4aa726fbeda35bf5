import { expect, test } from 'vitest';
import type { Config } from '../runs/config.ts';
import type { TextConfig } from '../tasks/text/config.ts';
import { comparable } from './comparable.ts';
import { resolveConfig } from './resolve.ts';

/** A configuration as it was before these keys. */
function older(config: Config): Config {
  const { evaluationShare: _, ...training } = config.training;
  if (config.task === 'music') {
    const { schedule: __, ...before } = config;
    return { ...before, training } as unknown as Config;
  }
  const { tokenizer: _t, encoding: _e, lineEnds: _l, ...text } = (config as TextConfig).text;
  return { ...config, training, text } as unknown as Config;
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
