import { engineInUse, useEngine } from 'lethe/engine';
import { expect, test } from 'vitest';
import { workloadNames } from './bench.ts';
import { lethe } from './testing.suite.ts';

/** Every wrong use ends with 2, says one sentence that names the command, and prints nothing else. */
const wrong: [title: string, argv: string[], sentence: string][] = [
  [
    'an unknown command is answered with the nearest',
    ['trian'],
    "lethe: unknown command 'trian'; did you mean train?\n",
  ],
  [
    'an unknown option is answered with the nearest',
    ['train', 'music/jsb-chorales', '--hiden', '20'],
    "lethe train: unknown option '--hiden'; did you mean --hidden?\n",
  ],
  [
    'an unknown option of a nested command names the whole command',
    ['data', 'list', '--verbose'],
    "lethe data list: unknown option '--verbose'; `lethe data list --help` lists what there is.\n",
  ],
  [
    'a missing argument is named',
    ['resume'],
    "lethe resume: missing required argument 'run'; `lethe resume --help` lists what there is.\n",
  ],
  [
    'a missing value is named',
    ['train', 'music/folk', '--epochs'],
    "lethe train: option '--epochs <N>' argument missing; `lethe train --help` lists what there is.\n",
  ],
  [
    'a surplus argument is refused',
    ['eval', 'a', 'b'],
    "lethe eval: too many arguments for 'eval', expected 1 argument but got 2; `lethe eval --help` lists what there is.\n",
  ],
  [
    'a count that is no number is refused',
    ['train', 'music/folk', '--hidden', 'many'],
    "lethe train: --hidden expects a whole number of at least 1, found 'many'.\n",
  ],
  [
    'a negative count is refused',
    ['train', 'music/folk', '--epochs', '-3'],
    "lethe train: --epochs expects a whole number of at least 1, found '-3'.\n",
  ],
  [
    'a fraction of a thread is refused',
    ['bench', '--workload', 'music-fast', '--threads', '1.5'],
    "lethe bench: --threads expects a whole number of at least 1, found '1.5'.\n",
  ],
  [
    'no time at all is refused',
    ['train', 'music/folk', '--minutes', '0'],
    "lethe train: --minutes expects a number above 0, found '0'.\n",
  ],
  [
    'an unknown workload is answered with the nearest',
    ['bench', '--workload', 'music-fats'],
    `lethe bench: --workload expects ${workloadNames.join(', ')}, found 'music-fats'; did you mean 'music-fast'?\n`,
  ],
  [
    'fewer than seven repeats are refused',
    ['bench', '--workload', 'music-fast', '--repeats', '3'],
    "lethe bench: --repeats expects a whole number of at least 7, found '3'.\n",
  ],
  [
    'an unknown split is refused',
    ['eval', 'runs/none', '--split', 'validation'],
    "lethe eval: --split expects train, valid, test, found 'validation'; did you mean 'valid'?\n",
  ],
  [
    'a prime that is neither a number nor none is refused',
    ['sample', 'runs/none', '--prime', 'first'],
    "lethe sample: --prime expects the number of a piece, from 0, or none, found 'first'.\n",
  ],
  [
    'no tokens to choose from are refused',
    ['sample', 'runs/none', '--top-k', '0'],
    "lethe sample: --top-k expects a whole number of at least 1, found '0'.\n",
  ],
  [
    'a negative temperature is refused',
    ['sample', 'runs/none', '--temperature', '-1'],
    "lethe sample: --temperature expects a number above 0, found '-1'.\n",
  ],
  [
    'more tokens than memory has is refused',
    ['sample', 'runs/none', '--length', '999999999999'],
    "lethe sample: --length expects a whole number of at least 1 and at most 10000000, found '999999999999'.\n",
  ],
  [
    'a prompt that is not given is named',
    ['sample', 'runs/none', '--prompt'],
    "lethe sample: option '--prompt <TEXT>' argument missing; `lethe sample --help` lists what there is.\n",
  ],
  [
    'a prediction of nothing is refused',
    ['predict', 'runs/none'],
    'lethe predict: runs/none is not a run directory: it does not exist; name a directory that train made.\n',
  ],
  [
    'a prediction without draws is refused',
    ['predict', 'runs/none', '--text', '-', '--mc', '0'],
    "lethe predict: --mc expects a whole number of at least 1 and at most 10000, found '0'.\n",
  ],
  [
    'a text that is not there is refused',
    ['predict', 'runs/none', '--text', 'there-is-none.txt'],
    "lethe predict: --text expects a text file, or - for standard input, found nothing at 'there-is-none.txt'.\n",
  ],
  [
    'unknown weights are refused',
    ['eval', 'runs/none', '--weights', 'bets'],
    "lethe eval: --weights expects best, last, found 'bets'; did you mean 'best'?\n",
  ],
  [
    'no stream at all is refused',
    ['eval', 'runs/none', '--streams', '0'],
    "lethe eval: --streams expects a whole number of at least 1, found '0'.\n",
  ],
  [
    'an unknown level is refused',
    ['data', 'stats', 'ptb', '--level', 'words'],
    "lethe data stats: --level expects word, char, found 'words'; did you mean 'word'?\n",
  ],
  [
    'a level of music is refused',
    ['data', 'stats', 'music/folk', '--level', 'char'],
    'lethe data stats: --level is for texts, found the music folk.\n',
  ],
  [
    'a level of music is refused by train',
    ['train', 'music/folk', '--level', 'char'],
    'lethe train: --level is for texts, pairs of sentences and labelled data, found music/folk.\n',
  ],
  [
    'a text that is called music is named as what it is',
    ['data', 'stats', 'music/ptb'],
    "lethe data stats: unknown data set 'music/ptb'; did you mean 'text/ptb'?\n",
  ],
];

for (const [title, argv, sentence] of wrong) {
  test(title, async () => {
    expect(await lethe(...argv)).toEqual({ code: 2, out: '', err: sentence });
  });
}

/** An empty path, name or text is refused by every command before it looks at anything. */
const empty: [argv: string[], named: string][] = [
  [['train', ''], '<target>'],
  [['train', 'music/folk', '--from', ''], '--from'],
  [['train', 'music/folk', '--out', ''], '--out'],
  [['train', 'music/folk', '--data='], '--data'],
  [['train', 'music/folk', '--dropout', ''], '--dropout'],
  [['train', 'music/folk', '--cell', ''], '--cell'],
  [['resume', ''], '<run>'],
  [['eval', ''], '<run>'],
  [['sample', ''], '<run>'],
  [['sample', 'runs/none', '--out', ''], '--out'],
  [['sample', 'runs/none', '--prompt', ''], '--prompt'],
  [['predict', '', '--text', '-'], '<run>'],
  [['predict', 'runs/none', '--text', ''], '--text'],
  [['report', 'runs/none', ''], '<directory>'],
  [['report', 'runs/none', '--out', ''], '--out'],
  [['search', ''], '<search>'],
  [['search', 'bayer2013/search', '--out', ''], '--out'],
  [['search', 'bayer2013/search', '--queue', ''], '--queue'],
  [['worker', ''], '<url>'],
  [['worker', 'redis://localhost', '--name', ''], '--name'],
  [['data', 'stats', ''], '<name>'],
  [['data', 'fetch', ''], '<name>'],
  [['data', 'list', '--data', ''], '--data'],
  [['doctor', '--verify', ''], '--verify'],
  [['reproduce', 'bayer2013', '--runs', ''], '--runs'],
];

test.each(empty)('%j is refused: an empty text stands for nothing', async (argv, named) => {
  const { code, out, err } = await lethe(...argv);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(`: ${named} expects some text, found none; an empty text stands for nothing.\n`);
});

/** Sentences that are written elsewhere: only what they must name is checked. */
const elsewhere: [title: string, argv: string[], named: RegExp][] = [
  ['a rate of 1 is refused', ['train', 'music/folk', '--dropout', 'fast:input=1.0'], /input.*\b1\b/],
  ['a negative rate is refused', ['train', 'music/folk', '--dropout', 'fast:input=-0.1'], /input.*-0\.1/],
  [
    'an unknown method is refused',
    ['train', 'music/folk', '--dropout', 'fats'],
    /model\.dropout \(--dropout\): .*fats.*fast/,
  ],
  ['an unknown rate is refused', ['train', 'music/folk', '--dropout', 'fast:inptu=.1'], /inptu.*input/],
  ['an unknown recipe is refused', ['train', 'bayer2013/jsb-fats'], /jsb-fats/],
  ['an unknown data set is refused', ['train', 'music/jsb-choral'], /jsb-choral.*jsb-chorales/],
  ['an unknown data set has no statistics', ['data', 'stats', 'jsb-choral'], /jsb-choral.*jsb-chorales/],
  ['an unknown data set cannot be fetched', ['data', 'fetch', 'nottinghm'], /nottinghm.*nottingham/],
  ['an unknown text is answered with the nearest', ['train', 'text/ptbb'], /ptbb.*did you mean 'ptb'/],
  [
    'a text with a slip has no statistics',
    ['data', 'stats', 'wikitext2'],
    /wikitext2.*did you mean 'wikitext-2'/,
  ],
  [
    'a text with a slip cannot be fetched',
    ['data', 'fetch', 'text/ptb-chr'],
    /ptb-chr.*did you mean 'text\/ptb-char'/,
  ],
  [
    'what is part of the package cannot be fetched',
    ['data', 'fetch', 'music/folk'],
    /folk is part of this package/,
  ],
  [
    'an unknown key is refused',
    ['train', 'music/folk', '--set', 'optimizer.stepRat=.1'],
    /stepRat.*stepRate/,
  ],
  ['a setting without a value is refused', ['train', 'music/folk', '--set', 'optimizer'], /--set.*optimizer/],
  ['an unknown cell is refused', ['train', 'music/folk', '--cell', 'transformer'], /cell.*transformer/],
  [
    'an unknown observer is refused',
    ['train', 'music/folk', '--observe', 'decomposition,spectral-radus'],
    /observe\.1.*spectral-radius.*spectral-radus/,
  ],
  [
    'the decomposition of a method without moments is refused',
    ['train', 'music/folk', '--observe', 'decomposition', '--dropout', 'standard:output=.5'],
    /observe.*fast.*standard.*mode sample/,
  ],
  [
    'weights of a run that is not there are refused before anything is trained',
    ['train', 'music/folk', '--from', 'runs/there-is-none'],
    /initialWeights \(--from\): runs\/there-is-none is not a run directory: it does not exist/,
  ],
  [
    'a path with a comment sign is the whole path',
    ['train', 'music/folk', '--from', 'packages #2'],
    /packages #2 is not a run directory: it does not exist/,
  ],
  [
    'the word none is a path to --from',
    ['train', 'music/folk', '--from', 'none'],
    /none is not a run directory: it does not exist/,
  ],
  [
    'weights of a directory without a run are refused',
    ['train', 'music/folk', '--from', 'packages'],
    /packages is not a run directory: it has no config\.json/,
  ],
  [
    'weights of a file are refused',
    ['train', 'music/folk', '--from', 'package.json'],
    /package\.json is not a run directory: it is a file/,
  ],
  [
    'a setting that is no YAML is one sentence',
    ['train', 'music/folk', '--set', 'model.hidden=[4'],
    /^lethe train: --set model\.hidden cannot be read as YAML: /,
  ],
  [
    'an option is no YAML',
    ['train', 'music/folk', '--cell', '"lstm"'],
    /model\.cell \(--cell\) expects rnn or deep-rnn or lstm or gru.*found "\\"lstm\\""/,
  ],
  [
    'a number that is none is called what it is',
    ['train', 'music/folk', '--set', 'training.batch=.nan'],
    /training\.batch \(--set training\.batch=\) expects a number, found NaN/,
  ],
  [
    'the level that does not exist names its option',
    ['train', 'text/ptb', '--level', 'words'],
    /text\.level \(--level\) expects word or char.*found "words"/,
  ],
  [
    'what would move the cursor is written as an escape',
    ['resume', 'runs/\u001b[2J\u0007\nx'],
    /^lethe resume: runs\/\\x1b\[2J\\x07 x is not a run directory/,
  ],
  ['a directory that is no run is refused by resume', ['resume', 'packages'], /packages/],
  ['a directory that is no run is refused by eval', ['eval', 'runs/there-is-none'], /there-is-none/],
  ['a directory that is no run is refused by sample', ['sample', 'runs/there-is-none'], /there-is-none/],
  [
    'a directory that is no run is refused by predict',
    ['predict', 'runs/there-is-none', '--text', '-'],
    /there-is-none/,
  ],
];

for (const [title, argv, named] of elsewhere) {
  test(title, async () => {
    const { code, out, err } = await lethe(...argv);
    expect({ code, out, lines: err.split('\n').length }).toEqual({ code: 2, out: '', lines: 2 });
    expect(err).toMatch(new RegExp(`^lethe ${argv[0]}\\b`));
    expect(err).toMatch(named);
  });
}

test('bf16 without its kernels is refused', async () => {
  const { engine } = engineInUse();
  useEngine('portable');
  const { code, out, err } = await lethe('train', 'music/folk', '--dtype', 'bf16');
  useEngine(engine);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(
    /^lethe train: dtype \(--dtype\): expected a processor with AVX512-BF16 for bf16, found the portable engine/,
  );
});
