import { describe, expect, it } from 'vitest';
import { readLabelled } from './labelled.ts';
import type { LabelledData, LabelledOptions, StepsInput } from './labelled-types.ts';
import { publishedTable, useScratch } from './testing.suite.ts';

const scratch = useScratch();
const read = (content: string, options: LabelledOptions = {}, name = 'l.csv'): Promise<LabelledData> =>
  readLabelled(scratch.put(name, content), options, name);
const textsOf = (data: LabelledData): string[] => (data.input.kind === 'text' ? data.input.texts : []);
const labelsOf = ({ target }: LabelledData): (string | number)[] =>
  target?.kind === 'class'
    ? Array.from(target.codes, (code) => target.classes[code] ?? 'unseen')
    : [...(target?.values ?? [])];
const stepsOf = ({ input }: LabelledData): (number | undefined)[][][] => {
  const { starts, values, missing, columns } = input as StepsInput;
  const width = columns.length;
  return Array.from({ length: starts.length - 1 }, (_, i) =>
    Array.from({ length: starts[i + 1] - starts[i] }, (_, t) =>
      columns.map((_, c) =>
        missing[(starts[i] + t) * width + c] ? undefined : values[(starts[i] + t) * width + c],
      ),
    ),
  );
};

it('numbers that are dates by their name and all values order sequences, and are neither steps nor labels', async () => {
  const rows = [0, 1, 2, 3].flatMap((run) =>
    [2, 0, 1].map(
      (t) => `r${run},${1760000400 + 60 * t},${t},${1760000401 + 60 * t},${run % 2 ? 'on' : 'off'}`,
    ),
  );
  const data = await read(`run,ts,temp,received_at,state\n${rows.join('\n')}\n`);
  expect(data.layout).toMatchObject({ id: 'run', time: 'ts', columns: ['temp'] });
  expect(stepsOf(data)[0]).toEqual([[0], [1], [2]]);
  const texts = await read('createdAt,review,verdict\n1760000400,fine film,1\n1760000460,bad film,0\n');
  expect(texts.layout).toMatchObject({ text: 'review', label: 'verdict' });
  expect(texts.when).toEqual(Float64Array.of(1760000400000, 1760000460000));
});

describe('labelled texts', () => {
  it.each([
    ['text,label\nfine film,pos\nbad film,neg\n'],
    ['review\tsentiment\nfine film\tpos\nbad film\tneg\n'],
    ['label;text\npos;fine film\nneg;bad film\n'],
    ['fine film,pos\nbad film,neg\nfine film again,pos\nworse film,neg\nthe fourth,pos\n'],
    [
      'id,grade_x,some words\n1,pos,fine film\n2,neg,bad film\n3,pos,a long text with many more words in it\n',
    ],
  ])('are found by names, or by what columns hold: %j', async (text) => {
    const data = await read(text);
    expect(textsOf(data).slice(0, 2)).toEqual(['fine film', 'bad film']);
    expect(labelsOf(data).slice(0, 2)).toEqual(['pos', 'neg']);
    expect(data.target).toMatchObject({ kind: 'class', classes: ['neg', 'pos'] });
  });

  it('take a number with fractions, or of many values, for a rating, few whole ones and words for classes, and say why', async () => {
    const rows = (label: (i: number) => string): string =>
      `text,label\n${Array.from({ length: 30 }, (_, i) => `text number ${i},${label(i)}`).join('\n')}\n`;
    const fractions = await read(rows((i) => `${i % 2 === 0 ? 0.5 : 1}`));
    expect(fractions.target).toMatchObject({ kind: 'rating' });
    expect(fractions.notes).toContain(
      "'label' is a rating from 0.5 to 1 (--label): numbers with fractions (--label-kind class makes a class of each)",
    );
    expect((await read(rows((i) => `${i}`))).target?.kind).toBe('rating');
    const stars = await read(rows((i) => `${10 - (i % 5)}`));
    expect(stars.target).toMatchObject({ kind: 'class', classes: ['6', '7', '8', '9', '10'] });
    expect(stars.notes.join('\n')).toContain(
      "'label' has 5 classes (--label): at most 20 different whole numbers (--label-kind rating): 6 6, 7 6",
    );
    expect(
      (
        await read(
          rows((i) => `${10 - (i % 5)}`),
          { labelKind: 'rating' },
        )
      ).target?.kind,
    ).toBe('rating');
    await expect(
      read(
        rows((i) => (i ? 'a' : 'b')),
        { labelKind: 'rating' },
      ),
    ).rejects.toThrow(
      "expected numbers in 'label' for a rating, found 'b'; write numbers without a sign or unit, or take words for classes (--label-kind class)",
    );
  });

  it.each([
    ['80 %', '75 %', '5%'],
    ['4/5', '5/5', '1/5'],
    ['4 stars', '1 star', '5 stars'],
  ])('say of numbers with a unit that classes are in no order: %s', async (...labels) => {
    const { notes } = await read(`text,label\n${labels.map((label) => `some words,${label}\n`).join('')}`);
    expect(notes.join('\n')).toContain('are in no order; write the numbers alone to have a rating of them');
    const other = await read(`text,label\nsome words,${labels[0]}\nothers,none of it\nmore,bad\n`);
    expect(other.notes.join('\n')).not.toContain('are in no order');
  });

  it('are one class where they are one number, or the same letters in other code points', async () => {
    const numbers = await read('text,label\na b,1.0\nc d,1\ne f,0\n');
    expect(numbers.target).toMatchObject({ classes: ['0', '1.0'] });
    expect(labelsOf(numbers)).toEqual(['1.0', '1.0', '0']);
    const letters = await read('text,label\na b,caf\u00e9\nc d,cafe\u0301\ne f,bar\n');
    expect(letters.target).toMatchObject({ classes: ['bar', 'caf\u00e9'] });
    // A later file may write them, and the name of their column, in another way.
    const again = await read('TEXT,LABEL\na b,1\nc d,0.0\n', { layout: numbers.layout });
    expect(labelsOf(again)).toEqual(['1.0', '0']);
  });

  it('that differ in case alone, or say that something is missing, are classes, and it is said', async () => {
    const { notes } = await read('text,label\na b,Pos\nc d,pos\ne f,NULL\n');
    expect(notes).toContain("classes that differ in case alone are kept apart: 'Pos' and 'pos'");
    expect(notes.join('\n')).toContain("'NULL' is taken for a class, not for a missing label");
  });

  it('are not found among arrays and objects, or in lines that no known sign parts, and it is said', async () => {
    await expect(read('{"text":["a"],"label":["x"]}\n', {}, 'l.jsonl')).rejects.toThrow(
      /found no other column; say which with --label; 'text', 'label' hold arrays or objects/,
    );
    await expect(read('text^label\na film^pos\na book^neg\n')).rejects.toThrow(
      /; if its lines have several cells, say what parts them with --delimiter/,
    );
  });

  it('of one class alone are refused, and a class with one example is named', async () => {
    await expect(read('text,label\na b,pos\nc d,pos\n')).rejects.toThrow(
      "l.csv: expected at least two classes in 'label', found 'pos' alone; there is nothing to tell apart",
    );
    await expect(read('text,label\na b,.5\nc d,.5\n')).rejects.toThrow(
      "expected different labels in 'label', found 0.5 alone",
    );
    expect((await read('text,label\na b,pos\nc d,neg\ne f,neg\n')).notes).toContain(
      "1 class has one example: 'pos'",
    );
  });

  it('say which columns there are where the label is not one of them', async () => {
    await expect(read('text,lable\na b,x\nc d,y\n', { label: 'label' })).rejects.toThrow(
      "l.csv: expected a column named 'label' (--label), found text, lable; did you mean 'lable'?",
    );
    await expect(read('text,when\na b,2020-01-01\nc d,2020-01-02\n')).rejects.toThrow(
      'l.csv: expected a column of labels, found no other column; say which with --label',
    );
  });

  it('leave out rows without text or label, counted with their lines', async () => {
    const rows = Array.from({ length: 60 }, (_, i) =>
      i === 3 ? ',pos' : i === 5 ? 'words here,' : `text number ${i},${i % 2 ? 'pos' : 'neg'}`,
    );
    const data = await read(`text,label\n${rows.join('\n')}\n`);
    expect(data.length).toBe(58);
    expect(data.notes).toEqual(
      expect.arrayContaining([
        "1 row left out: no text in 'text' (line 5)",
        "1 row left out: no label in 'label' (line 7)",
      ]),
    );
    await expect(read(`text,label\n${rows.join('\n')}\n`, { maxBad: 0 })).rejects.toThrow(
      '2 of its 60 rows cannot be used, and 0 may be (--max-bad 0)',
    );
  });

  it('from a file that nobody prepared need two options at most', async () => {
    const text = [
      'Nr;Datum;Gewicht;Kommentar;Beschreibung der Sendung;Art',
      ...Array.from({ length: 40 }, (_, i) => {
        const date = `${String((i % 28) + 1).padStart(2, '0')}.12.2025`;
        return `${i};${date};${i},5;kam um halb ${i} Uhr an;ein Paket mit ${i} Äpfeln, „frisch“;${i % 2 ? 'Obst' : 'Gemüse'}`;
      }),
    ].join('\r\n');
    const file = scratch.put('paket.csv', Buffer.from(text.replaceAll(/[„“]/g, "'"), 'latin1'));
    await expect(readLabelled(file)).rejects.toThrow(
      'expected one column of texts, found Kommentar, Beschreibung der Sendung; say which with --text',
    );
    const data = await readLabelled(file, { text: 'Kommentar', label: 'Art' });
    expect(data).toMatchObject({ length: 40, target: { classes: ['Gemüse', 'Obst'] } });
    expect(new Date(data.when![0]).toISOString().slice(0, 10)).toBe('2025-12-01');
    expect(data.notes).toContain('columns left out: Nr, Gewicht, Beschreibung der Sendung');
  });

  it('have groups, splits and times where columns are named so', async () => {
    const data = await read(
      'text,label,author,split,date\na b,x,ann,train,2020-01-01\nc d,y,bob,test,2020-01-02\ne f,x,ann,dev,2020-01-03\n',
    );
    expect(data.groups).toMatchObject({ column: 'author', codes: Int32Array.of(0, 1, 0) });
    expect(data.splits).toMatchObject({ column: 'split', codes: Uint8Array.of(0, 2, 1) });
    expect(data.when).toHaveLength(3);
    const without = await read('text,label,author\na b,x,ann\nc d,y,bob\ne f,x,ann\n', { group: 'none' });
    expect(without.groups).toBeUndefined();
    await expect(
      read('text,label,part\na b,x,train\nc d,y,other\n', { splitBy: 'part', maxBad: 0 }),
    ).rejects.toThrow(
      "expected train, valid, test or calibration in 'part', found 'other' (--ignore leaves the column out) (line 3)",
    );
  });

  it('have the splits of a column called so although some of its words are none: those rows are unusable', async () => {
    const rows = (last: string) => `text,label,split\na b,x,train\nc d,y,Test\ne f,x,calib\ng h,y,${last}\n`;
    expect((await read(rows('val'))).splits?.codes).toEqual(Uint8Array.of(0, 2, 3, 1));
    const data = await read(rows('holdout'));
    expect(data.splits?.codes).toEqual(Uint8Array.of(0, 2, 3));
    expect(data.notes.at(-1)).toMatch(/^1 row left out: .* in 'split', found 'holdout'/);
    // Of another file, for prediction, what its rows are for does not matter.
    expect(await read(rows('holdout'), { layout: data.layout })).toMatchObject({ length: 4 });
    expect((await read('text,label,set\na b,x,blue\nc d,y,red\n')).splits).toBeUndefined();
  });

  it('may not change their split within a sequence', async () => {
    await expect(
      read('id,t,a,label,split\nr,1,2,x,train\nr,2,3,x,test\ns,1,2,y,train\ns,2,5,y,train\n'),
    ).rejects.toThrow("expected one split of 'split' (--split-by) in a sequence, found two in lines 2 and 3");
  });

  it('of another file are read as those of training: labels may be absent or unknown, columns may not', async () => {
    const { layout } = await read('text,label\na b,pos\nc d,neg\n');
    const unlabelled = await read('more,text\n1,x y\n2,x y\n', { layout });
    expect(unlabelled.notes.join('\n')).not.toContain('word for word');
    expect(unlabelled.target).toBeUndefined();
    expect(unlabelled.notes).toEqual(
      expect.arrayContaining(["no column 'label': nothing is scored", 'columns left out: more']),
    );
    const unseen = await read('text,label\na b,neg\nc d,new\n', { layout });
    expect(labelsOf(unseen)).toEqual(['neg', 'unseen']);
    expect(unseen.notes.join('\n')).toContain(
      "1 label is no class of training, such as 'new' in line 3: predicted, but not scored",
    );
    const partly = await read('text,label\na b,neg\nc d,\n', { layout });
    expect(labelsOf(partly)).toEqual(['neg', 'unseen']);
    expect(partly.notes).toContain('1 example has no label: predicted, but not scored');
    expect((await read('text,label\na b,\nc d,\n', { layout })).target).toBeUndefined();
    await expect(read('txt,label\na b,neg\n', { layout })).rejects.toThrow(
      "expected a column named 'text' (--text), found txt, label; did you mean 'txt'?",
    );
  });

  it('that stand in the file twice are said', async () => {
    expect((await read('text,label\na b,x\na b,y\nc d,x\n')).notes.join()).toContain(
      '1 text stands in the file before, word for word',
    );
  });

  it('of JSON lines are read as of any table', async () => {
    const data = await read('{"text":"a b","label":"x"}\n{"text":"c d","label":"y"}\n', {}, 'l.jsonl');
    expect(textsOf(data)).toEqual(['a b', 'c d']);
  });
});

describe('labelled sequences', () => {
  const readings = 'run,t,a,b,state\n2,0,1,10,on\n2,1,2,,on\n2,2,3,12,on\n1,0,4,13,off\n1,1,NaN,14,off\n';

  it('are the rows of an id in order of time, of any length, missing values as a mask', async () => {
    const data = await read(readings, { id: 'run', time: 't', label: 'state' });
    expect(data.names).toEqual(['2', '1']);
    expect([...data.lines]).toEqual([2, 5]);
    expect((data.input as StepsInput).columns).toEqual(['a', 'b']);
    expect(stepsOf(data)).toEqual([
      [
        [1, 10],
        [2, undefined],
        [3, 12],
      ],
      [
        [4, 13],
        [undefined, 14],
      ],
    ]);
    expect(labelsOf(data)).toEqual(['on', 'off']);
    expect(stepsOf(await read(readings))).toEqual(stepsOf(data));
  });

  it('are sorted where rows are in no order, and it is said; steps longer than usual are, too', async () => {
    const data = await read('run,t,a,label\n1,2,3,x\n1,0,1,x\n1,1,2,x\n2,0,7,y\n2,1,8,y\n2,9,9,y\n');
    expect(stepsOf(data)).toEqual([
      [[1], [2], [3]],
      [[7], [8], [9]],
    ]);
    expect(data.notes).toContain("rows of 1 of 2 series were not in the order of 't' and are sorted");
    expect(data.notes.join('\n')).toContain(
      "1 of 4 steps is longer or shorter than the usual one (first: '2', line 7): gaps are not filled",
    );
  });

  it('are refused where two rows are for one time, a value is infinite or a label changes, with the lines', async () => {
    await expect(read(`${readings}1,1,5,5,off\n`)).rejects.toThrow(
      "found two at 1 of series '1' (lines 6 and 7); keep one of each",
    );
    await expect(read(readings.replace('NaN', 'Infinity'))).rejects.toThrow(
      "l.csv: 'a' is infinite in line 6",
    );
    await expect(read(`${readings}1,2,5,5,on\n`, { id: 'run', time: 't', label: 'state' })).rejects.toThrow(
      "l.csv: expected one label in 'state' for sequence '1', found off in line 5 and on in line 7; mend them, or say which column has the labels with --label",
    );
  });

  it('name columns of one value', async () => {
    const data = await read('run,t,a,b,label\n1,0,1,5,x\n1,1,2,5,x\n2,0,7,5,y\n2,1,8,5,y\n');
    expect(data.notes).toContain('b has one value alone and says nothing (--ignore)');
    // An answer is asked of columns that training had: what is the same in a new file can not be left out.
    const asked = { layout: data.layout, keep: true };
    const next = await read('run,t,a,b\n1,0,,5\n1,1,,5\n', asked);
    expect(next.notes).toContain('a has no value in any row: all are read as missing');
    expect(next.notes.join('\n')).not.toContain('one value alone');
  });

  it('name columns that hold nothing, which are left out', async () => {
    const data = await read('run,t,a,b,label\n1,0,1,,x\n1,1,2,,x\n2,0,7,,y\n2,1,8,,y\n');
    expect(data.notes).toContain('b has no value in any row and is left out');
  });

  it('have numbers that each has once', async () => {
    const text = 'run,t,a,age,label\n1,0,1,50,x\n1,1,2,50,x\n2,0,7,60,y\n';
    const data = await read(text, { static: ['age'] });
    expect(data.statics).toMatchObject({ columns: ['age'], values: Float64Array.of(50, 60) });
    await expect(read(text.replace('2,50', '2,51'), { static: ['age'] })).rejects.toThrow(
      "expected one value of 'age' (--static) in a sequence, found 50 in line 2 and 51 in line 3",
    );
  });

  it('of a row each are read from left to right', async () => {
    const row = (label: string, length: number): string =>
      `${label},${Array.from({ length: 14 }, (_, i) => (i < length ? (i * 7) % 5 : '')).join(',')}`;
    const data = await read(`${row('x', 14)}\n${row('y', 13)}\n`, { label: '1' });
    expect(stepsOf(data).map((steps) => steps.length)).toEqual([14, 13]);
    expect(labelsOf(data)).toEqual(['x', 'y']);
    const again = await read(`${row('x', 12)}\n`, { layout: data.layout });
    expect(stepsOf(again)[0]).toHaveLength(12);
  });

  it('need an id, or texts', async () => {
    await expect(read('a,b,label\n1,2,x\n2,3,y\n')).rejects.toThrow(
      'l.csv: expected texts or sequences of numbers, found a (number), b (number), label (category); say which column has the texts (--text), or which tells sequences of numbers apart (--id)',
    );
  });
});

describe('labelled folders', () => {
  it('have a folder for each class with a text a file', async () => {
    for (const [name, text] of [
      ['neg/1.txt', 'bad'],
      ['neg/2.txt', 'worse\nstill\n'],
      ['pos/a.txt', 'fine'],
      ['README.txt', 'about'],
    ])
      scratch.put(`d/${name}`, text);
    const data = await readLabelled(`${scratch.root}/d`, {}, 'd');
    expect(textsOf(data)).toEqual(['bad', 'worse\nstill', 'fine']);
    expect(labelsOf(data)).toEqual(['neg', 'neg', 'pos']);
    expect(data.names).toEqual(['neg/1.txt', 'neg/2.txt', 'pos/a.txt']);
    expect(data.notes.join('\n')).toContain('1 file that describes or packs others left out');
  });

  it('may have splits around the classes, and folders without one', async () => {
    for (const name of [
      'train/neg/1.txt',
      'train/pos/1.txt',
      'test/neg/1.txt',
      'test/pos/1.txt',
      'train/unsup/1.txt',
    ])
      scratch.put(`d/${name}`, name);
    const data = await readLabelled(`${scratch.root}/d`, {}, 'd');
    expect(data.splits?.codes).toEqual(Uint8Array.of(2, 2, 0, 0));
    expect(labelsOf(data)).toEqual(['neg', 'pos', 'neg', 'pos']);
    expect(data.notes.join()).toContain('1 file of folders without a class left out');
  });

  it('have a file for each class with a text a line', async () => {
    scratch.put('d/x.neg', 'bad\nworse\n');
    scratch.put('d/x.pos', 'fine\n');
    const data = await readLabelled(`${scratch.root}/d`, {}, 'd');
    expect(labelsOf(data)).toEqual(['neg', 'neg', 'pos']);
    expect(data.names).toEqual(['x.neg:1', 'x.neg:2', 'x.pos:1']);
  });

  it('have tables named after splits', async () => {
    scratch.put('d/train.csv', 'text,label\na b,x\nc d,y\n');
    scratch.put('d/test.csv', 'text,label\ne f,x\n');
    const data = await readLabelled(`${scratch.root}/d`, {}, 'd');
    expect(data.splits?.codes).toEqual(Uint8Array.of(2, 0, 0));
    scratch.put('d/test.csv', 'text,labels\ne f,x\n');
    await expect(readLabelled(`${scratch.root}/d`, {}, 'd')).rejects.toThrow(
      'd: expected the columns of test.csv in train.csv: text, labels; found text, label',
    );
  });

  it('count files that are no text, and refuse a folder of nothing', async () => {
    for (let i = 0; i < 30; i++)
      scratch.put(
        `d/${i % 2 ? 'a' : 'b'}/${i}.txt`,
        i === 7 ? Buffer.from([0, 1, 2, 3, 0, 200]) : `text ${i}`,
      );
    expect((await readLabelled(`${scratch.root}/d`, {}, 'd')).notes.join('\n')).toMatch(
      /1 row left out: a\/7.txt: expected a table of text, found binary data/,
    );
    scratch.put('e/.hidden', '');
    await expect(readLabelled(`${scratch.root}/e`, {}, 'e')).rejects.toThrow(
      /e: expected a folder for each class .* found no file/,
    );
    await expect(readLabelled(`${scratch.root}/none`, {}, 'none')).rejects.toThrow(
      'none: cannot be read: no such file or directory',
    );
  });
});

describe('published texts', () => {
  it('rt-polarity: 5,331 snippets of each class, in Windows-1252', async (context) => {
    const data = await readLabelled(publishedTable(context, 'rt-polarity'));
    expect(data.target).toMatchObject({ kind: 'class', classes: ['neg', 'pos'] });
    expect(labelsOf(data).filter((label) => label === 'pos')).toHaveLength(5331);
    expect(data.length).toBe(10662);
    expect(textsOf(data)[0]).toBe('simplistic , silly and tedious .');
    expect(textsOf(data).some((text) => text.includes('é'))).toBe(true);
  });

  it('scale data: 5,006 reviews of four authors, mean rating .58142', async (context) => {
    const data = await readLabelled(publishedTable(context, 'scale-data'));
    expect(data.layout).toMatchObject({ text: 'subj', label: 'rating', target: 'rating' });
    const ratings = labelsOf(data) as number[];
    expect(ratings).toHaveLength(5006);
    expect(ratings.reduce((sum, one) => sum + one, 0) / 5006).toBeCloseTo(0.58142, 5);
  });
});
