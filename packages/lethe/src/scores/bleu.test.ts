import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, ShapeError } from '../errors.ts';
import { bleuText, corpusBleu, sentenceBleu } from './bleu.ts';
import { bleuTokens } from './bleu-tokens.ts';

const hypotheses = [
  'the cat , sat-on 3-4 mats .',
  'a',
  '&quot;Quoted&quot; text, with 1,000.5 (numbers) & <skipped> marks-\nno',
  '',
  "Straße – kein „Punkt“.Und 10-Uhr's",
  'a b c d e f g',
];
const references = [
  ['The cat, sat on 3-4 mats.', 'a cat sat on mats .'],
  ['b', 'a b'],
  ['"Quoted" text with 1,000.5 numbers &amp; marks'],
  ['nothing'],
  ["Straße – kein „Punkt“. Und 10-Uhr's"],
  ['a b c x e f g', 'a b c d'],
];

describe('BLEU', () => {
  // sacrebleu 2.6.0: BLEU(**options).corpus_score(hypotheses, references).
  it.each([
    [{}, 58.379059454040885, 'nrefs:var|case:mixed|eff:no|tok:13a|smooth:exp'],
    [{ lowercase: true }, 60.45490650685977, 'nrefs:var|case:lc|eff:no|tok:13a|smooth:exp'],
    [
      { smooth: 'add-k', smoothValue: 1 },
      59.87676679913883,
      'nrefs:var|case:mixed|eff:no|tok:13a|smooth:add-k[1.00]',
    ],
    [{ tokenize: 'none' }, 23.2249050411634, 'nrefs:var|case:mixed|eff:no|tok:none|smooth:exp'],
    [{ effectiveOrder: true }, 58.379059454040885, 'nrefs:var|case:mixed|eff:yes|tok:13a|smooth:exp'],
    [{ smooth: 'floor' }, 58.379059454040885, 'nrefs:var|case:mixed|eff:no|tok:13a|smooth:floor[0.10]'],
  ] as const)('of a corpus by %o is that of sacrebleu, with its signature', (options, score, signature) => {
    const bleu = corpusBleu(hypotheses, references, options);
    expect(bleu.score).toBeCloseTo(score, 9);
    expect(bleu.signature).toBe(signature);
  });

  // BLEU(effective_order=True, **options).sentence_score(hypothesis, references) of the six sentences.
  it.each([
    [{}, [45.93613320783059, 100, 27.09198854675628, 0, 100, 59.460355750136046]],
    [{ smooth: 'add-k' }, [51.66357204442371, 100, 35.08439695638686, 0, 100, 69.14415692838826]],
    [
      { tokenize: 'none' },
      [15.619699684601283, 100, 9.535414040914192, 0, 34.98330125272253, 59.460355750136046],
    ],
  ] as const)('of sentences by %o is that of sacrebleu', (options, scores) => {
    for (const [n, score] of scores.entries())
      expect(sentenceBleu(hypotheses[n], references[n], options).score).toBeCloseTo(score, 9);
  });

  it('smooths orders without a match by 1/2, 1/4 of one, by the floor, or not at all', () => {
    // 4 words, of which 2 match; none of 3 pairs, 2 triples, 1 quadruple.
    const [hypothesis, reference] = ['a b c d', 'a x c y'];
    const of = (options: object) => sentenceBleu(hypothesis, reference, { tokenize: 'none', ...options });
    expect(of({}).precisions).toEqual([50, 100 / 2 / 3, 100 / 4 / 2, 100 / 8]);
    expect(of({ smooth: 'floor', smoothValue: 0.5 }).precisions).toEqual([50, 50 / 3, 25, 50]);
    expect(of({ smooth: 'none' })).toMatchObject({ precisions: [50, 0, 0, 0], score: 0 });
    expect(of({ smooth: 'add-k' }).precisions).toEqual([50, 25, 100 / 3, 50]);
  });

  it('is written with its signature', () => {
    // Counted by hand: 3 of 3 words, 2 of 2 pairs, 1 of 1 triple, bp = exp(1 - 4/3).
    expect(bleuText(sentenceBleu('a b c', 'a b c d', { tokenize: 'none' }))).toBe(
      'BLEU|nrefs:1|case:mixed|eff:yes|tok:none|smooth:exp = 71.65 100.0/100.0/100.0/0.0 (BP = 0.717 ratio = 0.750 hyp_len = 3 ref_len = 4)',
    );
  });

  it('is 100 of a text against itself and at most that of any text, whatever the order of sentences', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', '.', '3-4', 'x,y'), { minLength: 4, maxLength: 9 });
    const pairs = fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(pairs, (all) => {
        const [one, other] = [0, 1].map((side) => all.map((pair) => pair[side].join(' ')));
        expect(corpusBleu(one, one).score).toBeCloseTo(100, 9);
        const { score } = corpusBleu(one, other);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(100 + 1e-9);
        expect(corpusBleu(one.toReversed(), other.toReversed()).score).toBeCloseTo(score, 9);
      }),
    );
  });

  it('refuses sides of different length, none, what is no text, and options that do nothing', () => {
    expect(() => corpusBleu(['a'], [])).toThrow(
      new ShapeError(
        'corpusBleu: expected a reference for each of at least one hypothesis, got 1 hypotheses and 0 references',
      ),
    );
    expect(() => corpusBleu([], [])).toThrow(ShapeError);
    expect(() => corpusBleu(['a'], [[]])).toThrow(/at least one text in references\[0\]/);
    expect(() => corpusBleu([1 as never], ['a'])).toThrow(
      /expected hypotheses to be a text, got 1 at sentence 0/,
    );
    expect(() => sentenceBleu('a', 'a', { tokenise: 'none' } as never)).toThrow(/did you mean 'tokenize'/);
    expect(() => sentenceBleu('a', 'a', { smoothValue: 1 })).toThrow(ConfigError);
    expect(() => sentenceBleu('a', 'a', { smooth: 'none', smoothValue: 1 })).toThrow(/has no value/);
  });
});

describe('the words that BLEU counts', () => {
  // sacrebleu 2.6.0: Tokenizer13a()(text), split at white space.
  it.each([
    ['the cat , sat-on 3-4 mats .', 'the cat , sat-on 3 - 4 mats .'],
    [
      '&quot;Quoted&quot; text, with 1,000.5 (numbers) & <skipped> marks-\nno',
      '" Quoted " text , with 1,000.5 ( numbers ) & marksno',
    ],
    ["Straße – kein „Punkt“.Und 10-Uhr's", "Straße – kein „Punkt“ . Und 10 - Uhr's"],
    ['x\u00a0y\x1cz\ufeffw', 'x y z\ufeffw'],
    ['word-\n', 'word-'],
    ['', ''],
  ])('are those of mteval-v13a in %j', (text, words) => {
    expect(bleuTokens(text).join(' ')).toBe(words);
  });

  it('lie between white space where text is tokenised already', () => {
    expect(bleuTokens(' A, b\t.c ', 'none', true)).toEqual(['a,', 'b', '.c']);
  });
});
