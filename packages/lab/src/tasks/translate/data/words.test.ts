import { describe, expect, it } from 'vitest';
import { wordsIn, written } from './words.ts';

const moses = { tokenizer: 'whitespace', escaped: true } as const;
const prose = { tokenizer: 'prose', escaped: false } as const;

describe('words as a person writes them', () => {
  // By the rules of Moses' detokenizer.perl.
  it.each([
    ['a man , who sits ( alone ) .', 'a man, who sits (alone).'],
    ['he says &quot; no &quot; and &quot; yes . &quot;', 'he says "no" and "yes."'],
    ['a dog &apos;s toy doesn &apos;t move', "a dog's toy doesn't move"],
    ['black @-@ and @-@ white', 'black-and-white'],
    ['fish &amp; chips for $ 5', 'fish & chips for $5'],
    ['', ''],
  ])('without escapes: %s', (tokens, text) => {
    expect(written(moses, tokens)).toBe(text);
  });

  it('are what prose was before it was split', () => {
    const text = 'Ein Mann mit einem orangefarbenen Hut, der "etwas" anstarrt (NASA).';
    const words = wordsIn({ tokenizer: 'prose', lowerCase: false })(text);
    expect(words).toContain('￭,');
    expect(written(prose, words)).toBe(text);
    expect(written(prose, wordsIn({ tokenizer: 'prose', lowerCase: true })(text))).toBe(text.toLowerCase());
  });

  it('lie between what Unicode calls white space', () => {
    const words = wordsIn({ tokenizer: 'whitespace', lowerCase: false });
    expect(words('  a\tb\u00a0c\u3000d ')).toBe('a b c d');
    expect(words(' \u2028 ')).toBe('');
  });
});
