import { NoiseStream } from 'lethe';
import { describe, expect, test } from 'vitest';
import { letheReading } from '../../cli/testing.suite.ts';
import { lethe, small, texts, textTable, useFolder } from './testing.suite.ts';

const files = useFolder();
let count = 0;

/** `lethe train classify/FILE` on a table of these lines. */
async function train(content: string, ...options: string[]) {
  const name = `table${count++}`;
  const file = files.put(`${name}.csv`, content);
  const result = await lethe(
    'train',
    `classify/${file}`,
    ...small,
    '--epochs',
    '1',
    ...options,
    '--out',
    files.at(name),
  );
  return { ...result, file, run: files.at(name) };
}

/** One sentence about a file, and no run behind it. */
async function refused(content: string, sentence: RegExp, code = 1, ...options: string[]): Promise<void> {
  const { err, out, ...result } = await train(content, ...options);
  expect({ code: result.code, out }).toEqual({ code, out: '' });
  expect(err).toMatch(sentence);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
  expect(err).not.toMatch(/ at .*\.ts:\d+/);
}

const rows = (n: number): string[] => texts(n).map(({ text, label }) => `${text},${label}`);

describe('a table that cannot be used', () => {
  test('is empty, or has a header alone', async () => {
    await refused('', /^lethe train: .*\.csv: .*\.\n$/);
    await refused('text,label\n', /^lethe train: .*expected rows below the header, found none\.\n$/);
  });

  test('lacks the column of labels that was said, with the nearest', async () => {
    await refused(
      textTable(40),
      /expected a column named 'lable' \(--label\), found text, label; did you mean 'label'\?\.?\n$/,
      1,
      '--label',
      'lable',
    );
  });

  test('has one class alone', async () => {
    const one = `text,label\n${rows(40)
      .map((row) => row.replace(/,\w+$/, ',yes'))
      .join('\n')}\n`;
    await refused(
      one,
      /expected at least two classes in 'label', found 'yes' alone; there is nothing to tell apart/,
    );
  });

  test('has one rating alone', async () => {
    const one = `text,stars\n${rows(40)
      .map((row) => row.replace(/,\w+$/, ',2.5'))
      .join('\n')}\n`;
    await refused(one, /expected different labels in 'stars', found 2\.5 alone/);
  });

  test('has more ragged rows than may be, which are named by their lines', async () => {
    const ragged = rows(20).map((row, i) => (i % 4 === 0 ? `${row},more,and more` : row));
    await refused(
      `text,label\n${ragged.join('\n')}\n`,
      /5 of its 20 rows cannot be used, and 1 may be \(--max-bad 0\.05\).*lines 2, 6, 10, 14, 18/,
    );
  });

  test('has infinite ratings, with the lines', async () => {
    const wild = texts(40).map(({ text, stars }, i) => `${text},${i === 7 ? 'Infinity' : stars}`);
    await refused(`text,stars\n${wild.join('\n')}\n`, /'stars' is infinite in line 9/);
  });

  test('is too small for its splits', async () => {
    await refused(
      'text,label\na b,yes\nc d,no\n',
      /expected examples to (train|validate|test|calibrate) on, found none of 2/,
    );
  });

  test('is a class of one example, which is said and learned from', async () => {
    const { code, out } = await train(`text,label\n${[...rows(60), 'the road,maybe'].join('\n')}\n`);
    expect(code).toBe(0);
    expect(out).toContain("1 class has one example: 'maybe'");
  });

  test('is read all the same where few rows cannot be, and says which', async () => {
    const some = rows(60);
    some[3] = some[3].replace(/^.*,/, ',');
    some[9] = some[9].replace(/,\w+$/, ',');
    const { code, out } = await train(`text,label\n${some.join('\n')}\n`);
    expect(code).toBe(0);
    expect(out).toContain("1 row left out: no text in 'text' (line 5)");
    expect(out).toContain("1 row left out: no label in 'label' (line 11)");
  });
});

describe('sequences that cannot be used', () => {
  const long = (n: number, change: (line: string, i: number) => string = (line) => line): string => {
    const lines = Array.from({ length: n * 5 }, (_, i) => {
      const [id, t] = [Math.floor(i / 5), i % 5];
      return change(`${id},${t},${(id % 2) + t / 10},${id % 2 ? 'up' : 'down'}`, i);
    });
    return `run,t,x,state\n${lines.join('\n')}\n`;
  };
  const roles = ['--id', 'run', '--time', 't', '--label', 'state'];

  test('have two rows at one time', async () => {
    await refused(
      long(12, (line, i) => (i === 7 ? line.replace(/^1,2,/, '1,1,') : line)),
      /two rows|lines? \d+ and \d+|duplicate/,
      1,
      ...roles,
    );
  });

  test('have two labels', async () => {
    await refused(
      long(12, (line, i) => (i === 7 ? line.replace('up', 'down') : line)),
      /expected one label in 'state' for sequence '1', found up in line 7 and down in line 9; mend them/,
      1,
      ...roles,
    );
  });

  test('are in no order, which is said, and have values missing, which are a mask', async () => {
    const lines = long(40, (line, i) => (i % 11 === 0 ? line.replace(/^(\d+,\d+),[^,]*/, '$1,') : line))
      .trimEnd()
      .split('\n');
    const order = Array.from(
      new NoiseStream(1).permutation({ site: 'order' }, lines.length - 1),
      (i) => lines[i + 1],
    );
    const { code, out, run } = await train([lines[0], ...order, ''].join('\n'), ...roles);
    expect(code).toBe(0);
    expect(out).toMatch(/sorted/);
    expect(out).toMatch(/19 of 200 values are missing/);
    expect(JSON.parse(files.read(`${run.split('/').at(-1)}/reading.json`)).features).toEqual([
      expect.objectContaining({ name: 'x', masked: true }),
    ]);
  });

  test('have a constant column, which is said', async () => {
    const { code, out } = await train(
      long(40)
        .replace(/^(run,t,x),/, '$1,c,')
        .replace(/^(\d+,\d+,[\d.]+),/gm, '$1,3,'),
      ...roles,
    );
    expect(code).toBe(0);
    expect(out).toMatch(/c has one value alone and says nothing \(--ignore\)/);
  });

  test('hold an infinite value', async () => {
    await refused(
      long(12, (line, i) => (i === 7 ? line.replace(/^(1,2),[^,]*/, '$1,inf') : line)),
      /'x' is infinite in line 9/,
      1,
      ...roles,
    );
  });
});

describe('a new file that is another than the one of training', () => {
  test('is refused for other columns, and answers labels and words that it does not know', async () => {
    const { run, code } = await train(textTable(80));
    expect(code).toBe(0);
    const others = files.put('others.csv', 'review,mark\nthe film was fine,yes\n');
    const refusal = await lethe('predict', run, '--in', others);
    expect(refusal).toMatchObject({ code: 1, out: '' });
    expect(refusal.err).toMatch(/expected a column named 'text' \(--text\), found review, mark/);
    const missing = await lethe('predict', run, '--in', files.at('nothing.csv'));
    expect(missing).toMatchObject({ code: 1, out: '' });
    expect(missing.err).toMatch(/nothing\.csv.*(no such file|does not exist|cannot be read)/i);
    const unseen = files.put('unseen.csv', 'text,label\nthe film was fine,perhaps\nthe film was dull,no\n');
    const answered = await lethe('predict', run, '--in', unseen, '--json');
    expect(answered.code).toBe(0);
    expect(answered.err).toContain(
      "1 label is no class of training, such as 'perhaps' in line 2: predicted, but not scored",
    );
    const [first, second, figures] = answered.json() as never as Record<string, unknown>[];
    expect([first.line, second.line]).toEqual([2, 3]);
    expect(figures.examples).toBe(1);
    const lines = 'text,label\nthe film was fine,perhaps\nthe film was dull,no\n';
    const piped = await letheReading(lines, 'predict', run, '--in', '-', '--json');
    expect(piped).toMatchObject({ code: 0, out: answered.out });
    const objects =
      '{"text":"the film was fine","label":"perhaps"}\n{"text":"the film was dull","label":"no"}\n';
    expect((await letheReading(objects, 'predict', run, '--in', '-', '--json')).code).toBe(0);
    const zeros = await letheReading(Buffer.from([0, 1, 2, 3]), 'predict', run, '--in', '-');
    expect(zeros.err).toMatch(/^.*standard input: expected a table of text, found binary data/m);
    const empty = files.put('empty.csv', 'text,label\n');
    expect((await lethe('predict', run, '--in', empty)).err).toMatch(
      /expected rows below the header, found none/,
    );
  });

  test('--abstain, --alpha, --mc and --in are checked', async () => {
    const { run } = await train(textTable(80), '--dropout', 'none');
    const file = files.put('some.csv', textTable(3));
    for (const [option, value, sentence] of [
      ['--abstain', '2', /--abstain expects a number from 0 to 1, found '2'/],
      ['--mc', '5', /mc: expected a method that draws, found none \(mean\)/],
      ['--level', 'word', /unknown option '--level'/],
    ] as const) {
      const { code, err } = await lethe('predict', run, '--in', file, option, value);
      expect(code).toBe(2);
      expect(err).toMatch(sentence);
    }
    expect((await lethe('predict', run)).err).toMatch(/required option '--in <FILE>' not specified/);
    expect((await lethe('calibrate', run, '--alpha', '1')).err).toMatch(
      /--alpha expects a share above 0 and below 1, found '1'/,
    );
  });
});

test('segments in random order are refused where they would break what is kept: columns of splits, groups, time, classes', async () => {
  const apart = [
    ...['--set', 'tokens.examples=segments', '--set', 'splits.segments=apart'],
    ...['--set', 'tokens.segment=2', '--set', 'tokens.minCount=1'],
  ];
  const more = (header: string, of: (i: number) => string) =>
    `text,label,${header}\n${rows(40)
      .map((row, i) => `${row},${of(i)}`)
      .join('\n')}\n`;
  await refused(
    more('split', (i) => (i < 30 ? 'train' : 'test')),
    /splits\.segments .*: expected together for a column of splits \('split'; --ignore takes it out\), found apart/,
    2,
    ...apart,
  );
  await refused(
    more('author', (i) => `a${i % 5}`),
    /splits\.segments .*: expected together for groups \('author'; --group none makes none\), found apart/,
    2,
    ...apart,
  );
  await refused(
    textTable(40),
    /expected together for splits by time, found apart/,
    2,
    ...['--set', 'splits.by=time', ...apart],
  );
  await refused(
    'text,label\na b c d,x\nb c d e,y\n',
    /expected segments to validate on, found none of 4; give more, or other shares/,
    1,
    ...apart,
  );
  // The two segments of the fifth text have a class of their own; seed 3 puts both outside of training.
  const rare = Array.from({ length: 9 }, (_, i) => `a${i} b c d,${i === 4 ? 'rare' : 'xy'[i % 2]}`);
  await refused(
    `text,label\n${rare.join('\n')}\n`,
    /expected every class in training, found 'rare' in other splits alone \(line 6\)/,
    1,
    ...['--set', 'splits.seed=3', ...apart],
  );
});

test('draws that do nothing are an error, not a certainty', async () => {
  // A rate at which none of a few thousand units is ever dropped: u32 >= floor(1e-9 · 2^32) = 4.
  const { run, code } = await train(textTable(80), '--dropout', 'variational:input=1e-9');
  expect(code).toBe(0);
  const { code: failed, err } = await lethe('eval', run, '--mc', '5');
  expect(failed).toBe(1);
  expect(err).toMatch(
    /64 draws of the noise gave the same answers to all of \d+ sequences: the method draws nothing here/,
  );
});

test('draws that agree by chance, over a text of two words, are answered', async () => {
  const { run } = await train(textTable(80), '--dropout', 'variational:embedding=.1');
  const file = files.put('short.csv', 'text\nthe film\n');
  for (const seed of ['1', '2', '3', '4']) {
    // Two draws drop no word with the probability .9⁴, and then are the same to the bit.
    const { code, err } = await lethe('predict', run, '--in', file, '--mc', '8', '--seed', seed);
    expect(err).not.toMatch(/draws of the noise/);
    expect(code).toBe(0);
  }
});

test('settings that do not go with the labels are refused by their keys', async () => {
  await refused(
    textTable(40),
    /model\.head.*: expected softmax for classes, found squared/,
    2,
    '--set',
    'model.head=squared',
  );
  await refused(
    textTable(40),
    /training\.choice.*: expected nll or error_rate for classes, found rmse/,
    2,
    '--set',
    'training.choice=rmse',
  );
  await refused(
    textTable(40),
    /model\.pooling.*: expected last or mean for a method that integrates its noise, found max/,
    2,
    '--set',
    'model.pooling=max',
    '--dropout',
    'fast:input=.1',
  );
});

test('a file that nobody prepared trains with at most two options', async () => {
  const draws = new NoiseStream(3).uniforms({ site: 'sample' }, 600);
  const lines = texts(120).map(({ text, stars }, i) => {
    const day = `${String(1 + (i % 28)).padStart(2, '0')}.12.2025`;
    const rest = `ref ${Math.floor(1e6 * draws[i])} kept by the desk;${i % 3 ? 'open and in the usual queue of things' : 'closed by whoever came in late'}`;
    return `${day};${rest};"${text}; as I said";${stars.toFixed(2).replace('.', ',')}`;
  });
  const { code, out, err } = await train(
    `Datum;Vermerk;Status;Bericht;Note\n${lines.join('\n')}\n`,
    ...['--text', 'Bericht', '--label', 'Note'],
  );
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('semicolons between cells');
  expect(out).toMatch(/'Note' is a rating from 1\.\d+ to 4\.\d+/);
  expect(out).toMatch(/columns left out: Vermerk, Status/);
});
