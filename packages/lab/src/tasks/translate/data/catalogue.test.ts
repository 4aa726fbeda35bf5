import { cpSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { corpusBleu } from 'lethe';
import { describe, expect, it } from 'vitest';
import { MissingDataError } from '../../../data/missing.ts';
import { useScratch } from '../../../data/scratch.suite.ts';
import { listPairs, publishedPairs } from './catalogue.ts';
import { loadPairs } from './load.ts';
import { settings } from './testing.suite.ts';
import { written } from './words.ts';

const scratch = useScratch();
const data = process.env.LETHE_DATA ?? '';
const isHere = existsSync(path.join(data, 'multi30k', 'tok'));
if (!isHere)
  console.log('tests of Multi30k left out: set LETHE_DATA to a directory with multi30k/raw and multi30k/tok');

describe('a published set that is not here', () => {
  it('is listed as missing, and says what to put where', () => {
    const places = { cwd: scratch.root, env: scratch.env };
    expect(listPairs(places).map(({ name, status }) => `${name} ${status}`)).toEqual([
      'multi30k-en-de missing',
      'multi30k-de-en missing',
    ]);
    expect(() => publishedPairs('multi30k-en-de', null, places)).toThrow(MissingDataError);
    expect(() => publishedPairs('multi30k-en-de', null, places)).toThrow(
      /folders 'raw' and 'tok' in 'multi30k'/,
    );
  });
});

describe.runIf(isHere)('Multi30k', () => {
  const places = { dataDir: data };

  it('has 29,000 pairs, 1,014 for validation, and four tests', async () => {
    const loaded = await loadPairs(settings('multi30k-en-de', { tokens: { merges: 10_000 } }), places);
    const { splits, reading, testSets } = loaded;
    // Elliott et al. 2016 and 2017; Barrault et al. 2018.
    expect(Object.values(splits).map(({ length }) => length)).toEqual([29_000, 1014, 1000]);
    expect(testSets).toEqual(['flickr2016', 'flickr2017', 'flickr2018', 'mscoco2017']);
    expect([loaded.from, loaded.to, reading.rawCase, reading.tokenizer]).toEqual([
      'en',
      'de',
      'lc',
      'whitespace',
    ]);
    expect(splits.test.target.raw[0]).toBe('Ein Mann mit einem orangefarbenen Hut, der etwas anstarrt.');
    const { text: unknown } = {
      text: splits.valid.source.encoded.filter((tokens) => tokens.includes(0)).length,
    };
    expect(unknown).toBeLessThan(10);
    // The other direction has the sides the other way round.
    const other = await loadPairs(settings('multi30k-de-en', { pairs: { testSet: 'flickr2018' } }), places);
    expect(other.splits.train.source.texts).toEqual(splits.train.target.texts);
    expect(other.splits.test.length).toBe(1071);
  });

  it('is, written by a person and put together from its words, nearly the same', () => {
    const { test } = publishedPairs('multi30k-en-de', null, places);
    const put = test!.target.map((text) => written({ tokenizer: 'whitespace', escaped: true }, text));
    const { score } = corpusBleu(put, test!.raw!.target, { tokenize: '13a', lowercase: true });
    // Quotes were made alike when the words were published: all else is as it was.
    expect(score).toBeGreaterThan(99);
  });

  it('is refused when a file is another', () => {
    cpSync(path.join(data, 'multi30k'), path.join(scratch.root, 'multi30k'), {
      recursive: true,
      force: true,
    });
    const file = path.join(scratch.root, 'multi30k', 'tok', 'val.lc.norm.tok.de');
    writeFileSync(file, 'ein satz\n');
    expect(() => publishedPairs('multi30k-en-de', null, { dataDir: scratch.root })).toThrow(
      /val\.lc\.norm\.tok\.de: not the published file of Multi30k: expected sha256 [0-9a-f]{64}, found/,
    );
  });
});
