import { gzipSync } from 'node:zlib';
import { DataError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { useScratch } from '../../../data/scratch.suite.ts';
import { loadPairs } from './load.ts';
import { pairs, putFolder, settings, side } from './testing.suite.ts';

const scratch = useScratch();
const load = (name: string, over: Parameters<typeof settings>[1] = {}) =>
  loadPairs(settings(name, over), { cwd: scratch.root, env: scratch.env });

/** One sentence of bounded length. */
async function refused(
  name: string,
  sentence: RegExp,
  over: Parameters<typeof settings>[1] = {},
): Promise<void> {
  const error = await load(name, over).then(
    () => undefined,
    (reason: Error) => reason,
  );
  expect(error).toBeInstanceOf(DataError);
  expect(error!.message).toMatch(sentence);
  expect(error!.message.length).toBeLessThan(700);
  expect(error!.message).not.toContain('\n');
}

describe('sides', () => {
  it('of different length are refused with both lengths and what goes on', async () => {
    const name = putFolder(scratch.put, { 'train.de': side(1, 0, 98) });
    await refused(
      name,
      /expected as many lines in train\.de as in train\.en, 100, found 98; .* train\.en goes on for 2 lines/,
    );
    putFolder(scratch.put, { 'train.de': `\n${side(1)}` });
    await refused(name, /found 101; .* train\.de has 1 empty line, the first is line 1; take out/);
  });

  it('that are missing are named', async () => {
    const name = putFolder(scratch.put, { 'val.en': side(0, 0, 5) });
    await refused(name, /expected val\.de beside val\.en, found none; both sides are needed/);
  });

  it('that are empty in a line are left out and counted; too many are an error', async () => {
    const lines = side(1).split('\n');
    lines[6] = '';
    lines[19] = ' \u00a0 ';
    const name = putFolder(scratch.put, { 'train.de': lines.join('\n') });
    const data = await load(name);
    expect(Object.values(data.splits).reduce((sum, { length }) => sum + length, 0)).toBe(98);
    expect(data.notes.join('\n')).toMatch(/2 rows left out: the target side is empty \(lines 7, 20\)/);
    putFolder(scratch.put, { 'train.en': side(0).replaceAll(/^.*garden.*$/gm, '') });
    // 20 of 100 speak of the garden.
    await refused(
      name,
      /20 of its 100 rows cannot be used, and 5 may be \(--max-bad 0\.05\).*the source side is empty \(lines 2, 7, 12, 17, 22 and 15 more\)/,
    );
  });

  it('that are swapped in validation are seen; swapped everywhere they are doubted', async () => {
    const name = putFolder(scratch.put, { 'val.en': side(1, 0, 20), 'val.de': side(0, 0, 20) });
    await refused(
      name,
      /val\.en, val\.de: expected en and de as in training, found the sides swapped: 100 % .* rename the files of valid/,
    );
    const all = putFolder(scratch.put, { 'train.en': side(1), 'train.de': side(0) }, 'swapped.en-de');
    const data = await load(all);
    expect(data.notes.join('\n')).toMatch(
      /called en read like de, those called de like en: are the files swapped\?/,
    );
    const right = await load(putFolder(scratch.put, {}, 'right.en-de'));
    expect(right.notes.join('\n')).not.toMatch(/swapped/);
  });

  it('that are the same file are doubted', async () => {
    const data = await load(putFolder(scratch.put, { 'train.de': side(0) }));
    expect(data.notes.join('\n')).toMatch(/both sides are the same in 100 % of the training pairs/);
  });
});

describe('lines', () => {
  it('of ten thousand words are left out with their number and the largest length', async () => {
    const lines = side(0).split('\n');
    lines[41] = 'very '.repeat(10_000);
    const data = await load(putFolder(scratch.put, { 'train.en': lines.join('\n') }));
    expect(data.notes.join('\n')).toMatch(
      /1 row left out: expected at most 250 words \(pairs\.maxLength\), found more \(line 42\)/,
    );
    // One word of a million letters is as long.
    lines[41] = 'a'.repeat(1_000_000);
    const wide = await load(putFolder(scratch.put, { 'train.en': lines.join('\n') }));
    expect(wide.notes.join('\n')).toMatch(/expected at most 3000 letters .* \(line 42\)/);
  });

  it('in a script that training never sees are refused in validation and test', async () => {
    const name = putFolder(scratch.put, {
      'val.en': 'человек бежит по улице .\n'.repeat(3),
      'val.de': side(1, 0, 3),
    });
    await refused(
      name,
      /expected the script of the training pairs \(Latin\) on the source side of valid, found Cyrillic, which training never sees \(line 1: 'человек/,
    );
  });
});

describe('encodings', () => {
  it('with a byte order mark, of UTF-16 and Latin-1 are found and said', async () => {
    const plain = await load(putFolder(scratch.put, {}, 'plain.en-de'));
    const texts = (data: typeof plain) => data.splits.train.target.texts;
    const forms: [string, Uint8Array, RegExp | undefined][] = [
      ['bom', Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), Buffer.from(side(1))]), undefined],
      ['utf16', Buffer.from(`\ufeff${side(1)}`, 'utf16le'), /train\.de read as UTF-16LE/],
      [
        'utf16 without a mark',
        Buffer.from(side(1), 'utf16le'),
        /train\.de read as UTF-16LE, because it is no UTF-8/,
      ],
      [
        'latin1',
        Buffer.from(side(1), 'latin1'),
        /train\.de read as Latin-1, because it is no UTF-8 \(--encoding\)/,
      ],
      ['gzip', gzipSync(side(1)), undefined],
      ['carriage returns', Buffer.from(side(1).replaceAll('\n', '\r\n')), undefined],
    ];
    for (const [form, content, note] of forms) {
      const data = await load(putFolder(scratch.put, { 'train.de': content }, `${form}.en-de`));
      expect(texts(data), form).toEqual(texts(plain));
      if (note) expect(data.notes.join('\n')).toMatch(note);
      else expect(data.notes.join('\n')).not.toMatch(/read as/);
    }
  });

  it('that are mixed or misread are refused with a line', async () => {
    const broken = Buffer.concat([Buffer.from(side(1)), Buffer.of(0xff, 0x0a)]);
    const name = putFolder(scratch.put, { 'train.de': broken, 'train.en': `${side(0)}x\n` });
    await refused(
      name,
      /train\.de: expected text in Latin-1, found letters of UTF-8 in line \d+ \('.*'\); a byte of it is no UTF-8: mend that/,
    );
    putFolder(scratch.put);
    await refused(name, /expected text in Latin-1, found letters of UTF-8 .*; leave --encoding away/, {
      table: { encoding: 'latin1' },
    });
    const twice = Buffer.from(Buffer.from(side(1)).toString('latin1'));
    putFolder(scratch.put, { 'train.de': twice });
    await refused(
      name,
      /expected text in UTF-8, found letters that were read as Latin-1 and written again, in line \d+/,
    );
  });

  it('that are no text at all are refused', async () => {
    const name = putFolder(scratch.put, {
      'train.de': Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256)),
    });
    await refused(name, /train\.de: expected .* found binary data/);
    putFolder(scratch.put, { 'train.de': '' });
    await refused(name, /train\.de: expected a sentence a line, found an empty file/);
  });
});

describe('folders', () => {
  it('without parallel files, or with more than two languages, say what is needed', async () => {
    scratch.put('other/notes.pdf', 'x');
    await refused(
      'other',
      /other: expected parallel files such as train\.en and train\.de, or tables of pairs, found notes\.pdf/,
    );
    const name = putFolder(scratch.put, { 'train.fr': side(0) });
    await refused(
      name,
      /expected files of two languages, found de, en, fr; say which with --source-lang and --target-lang/,
    );
    expect((await load(name, { pairs: { from: 'en', to: 'de' } })).to).toBe('de');
    await refused(name, /expected files of 'xx' \(--source-lang\), found de, en, fr/, {
      pairs: { from: 'xx' },
    });
  });

  it('of two sets of files are not read as one', async () => {
    for (const part of ['raw', 'tok']) putFolder(scratch.put, {}, `both/${part}`);
    await refused(
      'both',
      /expected parallel files in one folder, found some in raw, tok; name one of these folders/,
    );
  });

  it('with fewer pairs than splits are refused', async () => {
    const name = putFolder(scratch.put, { 'train.en': side(0, 0, 1), 'train.de': side(1, 0, 1) });
    await refused(
      name,
      /expected pairs to train on beside splits\.test and splits\.valid, found 1 pair in all/,
    );
    expect(pairs.length).toBe(100);
  });
});
