/** Words out of letters, with what a model expected of them. */
import { describe, expect, it } from 'vitest';
import { areLetters, readable, readings, wordsOf } from './tokens.ts';

describe('the tokens of a text', () => {
  const letters = [...'he is\n'].map((token, i) => ({
    token,
    nll: i + 1,
    entropy: 2 * i,
    information: i,
    rank: i,
  }));

  it('are put together to words, whose probability is the product of the letters', () => {
    const tokens = readings([...letters, { metrics: { perplexity: 3 } }]);
    expect(areLetters(tokens)).toBe(true);
    const words = wordsOf(tokens);
    expect(words.map(({ text }) => text)).toEqual(['he', ' ', 'is', '\n']);
    // -ln(p1 p2) = nll1 + nll2: 1 + 2, then 4 + 5
    expect(words.map(({ nll }) => nll)).toEqual([3, 3, 9, 6]);
    // means of 0 and 2, and of 6 and 8
    expect([words[0].entropy, words[2].entropy, words[2].information]).toEqual([1, 7, 3.5]);
    expect([words[0].rank, words[1].rank]).toEqual([undefined, 2]);
  });

  it('are read without the sign that joins them to their neighbours', () => {
    // "Hello," she said, as ordinary text is cut
    const tokens = ['￭"', 'hello', '￭,', '￭"￭', 'x', '￭'];
    const read = tokens.map((text, i) => readable(text, tokens[i - 1]));
    expect(read.map(({ text }) => text)).toEqual(['"', 'hello', ',', '"', 'x', '￭']);
    expect(read.map(({ isJoined }) => isJoined)).toEqual([true, false, true, true, true, true]);
  });

  it('make a word of any length whose entropy is the mean of all letters', () => {
    const tokens = readings(
      [...'wide'].map((token, i) => ({
        token,
        nll: 1,
        entropy: [4, 0, 0, 8][i],
        information: i < 3 ? 1 : 5,
      })),
    );
    // (4 + 0 + 0 + 8) / 4, (1 + 1 + 1 + 5) / 4
    expect(wordsOf(tokens)).toEqual([{ text: 'wide', tokens: 4, nll: 4, entropy: 3, information: 2 }]);
  });

  it('that are words stay what they are', () => {
    expect(
      areLetters(
        readings([
          { token: 'the', nll: 1 },
          { token: 'a', nll: 1 },
        ]),
      ),
    ).toBe(false);
    expect(areLetters([])).toBe(false);
  });
});

it('a token that the model gives no probability is the least likely of all, not a sure one', () => {
  // JSON has no infinity: what is none comes as null.
  expect(readings([{ token: 'a', nll: null, entropy: 1 }])).toMatchObject([{ text: 'a', nll: Infinity }]);
  expect(readings([{ token: 'a' }, { metrics: {} }])).toEqual([]);
});
