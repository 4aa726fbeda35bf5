import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, DataError } from '../errors.ts';
import { NoiseStream } from '../random/stream.ts';
import { countWords, learnBytePairs } from './byte-pairs.ts';
import { learnSubwords, specialTokens, subwordsFrom } from './subwords.ts';

// The example of Sennrich et al. 2016, section 3.2, with their counts.
const paper = new Map([
  ['low', 5],
  ['lower', 2],
  ['newest', 6],
  ['widest', 3],
]);
const sentences = [
  'the cat sat on the mat',
  'a cat and a hat',
  'that cat, the thin one, sat',
  'the hatter that sat on the hat',
];
const stream = new NoiseStream(7);
const lines = (subwords: { encode(text: string): { tokens: Int32Array } }) =>
  sentences.map((text) => [...subwords.encode(text).tokens]);

describe('byte-pair encoding', () => {
  it('merges the pairs of the paper, the most frequent first', () => {
    // By hand: e s and s t and t_ occur 9 times each; l o and o w 7 times. Of equal ones the symbols that were known first decide.
    const merges = learnBytePairs(paper, { merges: 6 });
    expect(merges.map(([left, right]) => `${left}+${right}`)).toEqual([
      'e+s',
      't+ ',
      'es+t ',
      'l+o',
      'lo+w',
      'e+w',
    ]);
  });

  it('depends on counts, not on the order of words, and leaves rare pairs apart', () => {
    const reversed = new Map([...paper].reverse());
    expect(learnBytePairs(reversed, { merges: 50 })).toEqual(learnBytePairs(paper, { merges: 50 }));
    // Every pair of 'low', 5 times, and of 'est ', 9 times; those of 'lower' and 'wid' occur less often.
    const pieces = learnBytePairs(paper, { merges: 50, minCount: 4 }).map((pair) => pair.join(''));
    expect(pieces).toContain('low ');
    expect(pieces).toContain('newest ');
    expect(pieces.some((piece) => piece.includes('d') || piece.includes('r'))).toBe(false);
  });

  it('counts overlapping pairs as it merges them', () => {
    // a+a occurs three times in aaaa and becomes aa aa; then aa+space and aa+aa occur once each, and the space was known first.
    const pieces = learnBytePairs(new Map([['aaaa', 2]]), { merges: 9 }).map((pair) => pair.join(''));
    expect(pieces).toEqual(['aa', 'aa ', 'aaaa ']);
  });

  it('is what counting anew after each merge gives', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 7 });
    const counts = fc.array(fc.tuple(word, fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(counts, (entries) => {
        const words = new Map(entries);
        expect(learnBytePairs(words, { merges: 12 })).toEqual(countedAnew(words, 12));
      }),
      { numRuns: 200 },
    );
  });

  it('segments as it learned: the words of training are the pieces that were left', () => {
    const subwords = learnSubwords(paper, { merges: 6 });
    const pieces = [...subwords.encode('newest lowest').tokens].map((token) => subwords.pieces[token]);
    expect(pieces).toEqual(['n', 'ew', 'est ', 'low', 'est ']);
  });
});

describe('a vocabulary', () => {
  const vocabularies = [
    ['bpe', learnSubwords(countWords(sentences), { merges: 20 })],
    ['word', learnSubwords(countWords(sentences), { level: 'word' })],
    ['char', learnSubwords(countWords(sentences), { level: 'char' })],
  ] as const;

  it.each(vocabularies)(
    'of level %s gives back what it encoded, white space as one space',
    (level, subwords) => {
      const known = level === 'word' ? [...countWords(sentences).keys()] : [...new Set(sentences.join(''))];
      const text = fc.array(fc.constantFrom(...known, ' '), { maxLength: 30 });
      fc.assert(
        fc.property(text, fc.integer({ min: 0, max: 99 }), (parts, sentence) => {
          const given = parts.join(level === 'word' ? ' ' : '');
          const plain = given.split(' ').filter(Boolean).join(' ');
          const options = level === 'bpe' && sentence > 0 ? { dropout: 0.4, noise: stream, sentence } : {};
          const { tokens, unknown } = subwords.encode(`\t${given}\n`, options);
          expect(unknown).toEqual([]);
          expect(subwords.decode(tokens)).toBe(plain);
        }),
      );
    },
  );

  it('gives back any text whose characters it knows, specials and marks of others included', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 6 }), (parts) => {
        const text = [...parts, '<unk>', '</s>x', '@@', '▁a'].join(' ');
        const counts = countWords([text]);
        const plain = text
          .split(/\p{White_Space}+/u)
          .filter(Boolean)
          .join(' ');
        for (const subwords of [
          learnSubwords(counts, { minCount: 1 }),
          learnSubwords(counts, { level: 'char' }),
        ])
          expect(subwords.decode(subwords.encode(text).tokens)).toBe(plain);
      }),
    );
  });

  it.each(vocabularies)('of level %s is data that JSON keeps', (_, subwords) => {
    const again = subwordsFrom(JSON.parse(JSON.stringify(subwords)));
    expect(again.toJSON()).toEqual(subwords.toJSON());
    expect(lines(again)).toEqual(lines(subwords));
  });

  it('says what it does not know, and writes <unk> for it', () => {
    const [bpe, word] = [vocabularies[0][1], vocabularies[1][1]];
    expect(bpe.encode('the Ωat Ω').unknown).toEqual(['Ω']);
    expect(bpe.decode(bpe.encode('the Ωat Ω').tokens)).toBe('the <unk>at <unk>');
    expect(word.encode('the dog')).toEqual({
      tokens: Int32Array.of(word.pieces.indexOf('the'), specialTokens.unknown),
      unknown: ['dog'],
    });
    expect(word.decode(Int32Array.of(1, 0, 2))).toBe('<unk>');
  });

  it('keeps the most frequent words, those seen often enough', () => {
    const counts = countWords(sentences);
    expect(learnSubwords(counts, { level: 'word', vocabularySize: 5 }).pieces.slice(3)).toEqual([
      'the',
      'sat',
    ]);
    const often = learnSubwords(counts, { level: 'word', minCount: 3 }).pieces.slice(3);
    expect(often.every((word) => counts.get(word)! >= 3)).toBe(true);
    expect(often.length).toBe([...counts.values()].filter((count) => count >= 3).length);
  });

  it('of one side has no piece of the other where merges are joint', () => {
    const [english, greek] = [countWords(sentences), countWords(['αβα αβγ αβ', 'αβα αβγ'])];
    const learned = learnBytePairs(new Map([...english, ...greek]), { merges: 100 });
    const pieces = learnSubwords(greek, { learned }).pieces.slice(3);
    expect(pieces).toContain('αβ');
    expect(pieces.filter((piece) => /[a-z]/.test(piece))).toEqual([]);
  });
});

describe('dropout of merges', () => {
  const subwords = learnSubwords(countWords(sentences), { merges: 60 });
  const encode = (dropout: number, noise = stream, sentence = 0) => [
    ...subwords.encode('the hatter that sat on the hat', { dropout, noise, sentence }).tokens,
  ];

  it('is the plain encoding at rate 0, and longer the higher the rate', () => {
    expect(encode(0)).toEqual([...subwords.encode('the hatter that sat on the hat').tokens]);
    const length = (rate: number) => {
      let sum = 0;
      for (let sentence = 0; sentence < 200; sentence++) sum += encode(rate, stream, sentence).length;
      return sum / 200;
    };
    const lengths = [0, 0.1, 0.5, 0.9, 0.9999].map(length);
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
    // Almost all merges are left out: 24 letters and 7 ends of words.
    expect(lengths[4]).toBeGreaterThan(30.5);
    expect(lengths[0]).toBeLessThan(15);
  });

  it('leaves the only merge of a word out as often as the rate says', () => {
    // 'a' with its end is one merge: kept with probability 1 - .3. Five deviations of the binomial.
    const one = learnSubwords(new Map([['a', 2]]));
    let kept = 0;
    for (let sentence = 0; sentence < 4000; sentence++)
      kept += one.encode('a', { dropout: 0.3, noise: stream, sentence }).tokens.length === 1 ? 1 : 0;
    expect(Math.abs(kept - 2800)).toBeLessThan(5 * Math.sqrt(4000 * 0.3 * 0.7));
  });

  it('is the same for the same stream and sentence, and another for others', () => {
    expect(encode(0.5, stream, 3)).toEqual(encode(0.5, new NoiseStream(7), 3));
    const others = [encode(0.5, stream, 4), encode(0.5, stream.at(1), 3), encode(0.5, new NoiseStream(8), 3)];
    for (const other of others) expect(other).not.toEqual(encode(0.5, stream, 3));
  });

  it('is refused without a stream, without merges, and as the rate 1', () => {
    expect(() => subwords.encode('a', { dropout: 0.1 })).toThrow(/expected a noise stream/);
    expect(() => subwords.encode('a', { dropout: 1, noise: stream })).toThrow(ConfigError);
    const words = learnSubwords(countWords(sentences), { level: 'word' });
    expect(() => words.encode('a', { dropout: 0.1, noise: stream })).toThrow(/no merges to leave out/);
  });
});

describe('long text', () => {
  it('of a word of 100,000 letters is segmented in stretches, and comes back', () => {
    const subwords = learnSubwords(countWords(sentences), { merges: 60 });
    const word = 'that'.repeat(25_000);
    const began = performance.now();
    expect(subwords.decode(subwords.encode(word).tokens)).toBe(word);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

describe('what is no vocabulary', () => {
  it.each([
    [null, /expected \{ level, pieces, merges \}, got null/],
    [{ level: 'syllable', pieces: [], merges: [] }, /expected level to be bpe, word, char/],
    [{ level: 'word', pieces: ['a'], merges: [] }, /expected pieces <unk>, <s>, <\/s> and then others/],
    [{ level: 'word', pieces: ['<unk>', '<s>', '</s>', 'a', 'a'], merges: [] }, /each once/],
    [{ level: 'bpe', pieces: ['<unk>', '<s>', '</s>'], merges: [['a']] }, /pairs of symbols/],
  ])('is refused: %j', (data, message) => {
    expect(() => subwordsFrom(data)).toThrow(DataError);
    expect(() => subwordsFrom(data)).toThrow(message);
  });

  it('is not learned from senseless options', () => {
    expect(() => learnSubwords(paper, { level: 'word', merges: 3 })).toThrow(/has no merges/);
    expect(() => learnSubwords(paper, { vocabularySize: 30 })).toThrow(/follows from its merges/);
    expect(() => learnSubwords(paper, { merges: 3, learned: [] })).toThrow(/got both/);
    expect(() => learnSubwords(new Map([['a b', 1]]))).toThrow(/words without white space/);
    expect(() => countWords('a text' as never)).toThrow(/give an array/);
  });
});

/** The definition: all pairs are counted again after every merge. */
function countedAnew(counts: ReadonlyMap<string, number>, merges: number): [string, string][] {
  const known = [...new Set([...counts.keys()].flatMap((word) => [...word, ' ']))].sort();
  let words = [...counts].map(([word, count]) => ({ count, symbols: [...word, ' '] }));
  const learned: [string, string][] = [];
  while (learned.length < merges) {
    const pairs = new Map<string, { pair: [string, string]; count: number }>();
    for (const { symbols, count } of words) {
      for (let i = 0; i + 1 < symbols.length; i++) {
        const pair: [string, string] = [symbols[i], symbols[i + 1]];
        const key = JSON.stringify(pair);
        pairs.set(key, { pair, count: (pairs.get(key)?.count ?? 0) + count });
      }
    }
    const rank = (symbol: string) => known.indexOf(symbol);
    const [best] = [...pairs.values()].sort(
      (a, b) => b.count - a.count || rank(a.pair[0]) - rank(b.pair[0]) || rank(a.pair[1]) - rank(b.pair[1]),
    );
    if (!best || best.count < 2) break;
    const [left, right] = best.pair;
    learned.push([left, right]);
    known.push(left + right);
    words = words.map(({ symbols, count }) => {
      const after: string[] = [];
      for (let i = 0; i < symbols.length; i++) {
        if (symbols[i] === left && symbols[i + 1] === right) after.push(symbols[i] + symbols[++i]);
        else after.push(symbols[i]);
      }
      return { symbols: after, count };
    });
  }
  return learned;
}
