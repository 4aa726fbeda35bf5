import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isProse, proseText, proseTokens } from './prose.ts';

/** The tokens of a text, a list for each line. */
function linesOf(text: string): string[][] {
  const lines: string[][] = [[]];
  const prose = proseTokens((token) => lines[lines.length - 1].push(token));
  for (const [i, line] of text.split('\n').entries()) {
    if (i > 0) {
      prose.line();
      lines.push([]);
    }
    for (const word of line.split(' ')) if (word !== '') prose.word(word);
  }
  return lines;
}
const tokens = (text: string): string =>
  linesOf(text)
    .map((line) => line.join(' '))
    .join(' / ');
const back = (text: string): string => linesOf(text).map(proseText).join('\n');

describe('proseTokens', () => {
  it('finds one word in four that differ in case and punctuation', () => {
    expect(tokens('Hello, Hello "Hello" hello.')).toBe(
      '<cap> hello ￭, <cap> hello "￭ <cap> hello ￭" hello ￭.',
    );
  });

  it.each([
    ['He said: "Wait--NOW!"', '<cap> he said ￭: "￭ <cap> wait ￭--￭ <upper> now ￭! ￭"'],
    ["Don't, it's the dogs' McDonald's", "<cap> don ￭'t ￭, it ￭'s the dogs ￭' McDonald ￭'s"],
    ['L’homme qu’il a vu, aujourd’hui', '<cap> l’￭ homme qu’￭ il a vu ￭, aujourd’￭ hui'],
    ["O'Brien o'clock 'tis", "<cap> o'￭ <cap> brien o'￭ clock '￭ tis"],
    ['well-known 1,000 3.14 (U.S.)', 'well ￭-￭ known 1 ￭,￭ 000 3 ￭.￭ 14 (￭ <upper> u.s. ￭)'],
    ['Ich heiße ÉCLAIR.', '<cap> ich heiße <upper> éclair ￭.'],
    ['a - b -c d- ...', 'a - b -￭ c d ￭- ...'],
    ['你好，world! 世 界', '你 好 ， world ￭! 世 <space> 界'],
    ['<unk> a￭b', '<￭ unk ￭> a ￭<joiner>￭ b'],
  ])('reads %j as %j, and writes it again', (text, expected) => {
    expect(tokens(text)).toBe(expected);
    expect(back(text)).toBe(text);
  });

  it('gives every text back but for the width of its white space', () => {
    const character = fc.oneof(
      fc.constantFrom(...'aAbBßİıΣςé’\'".,;!?-–—()[]<>￭_0123你好かな，。「」ไทย한글🙂\u0301\u200d'),
      fc
        .string({ unit: 'binary', minLength: 1, maxLength: 1 })
        .filter((one) => !/\s|[\u0085\ufeff]/.test(one)),
    );
    const word = fc.array(character, { minLength: 1, maxLength: 8 }).map((all) => all.join(''));
    const line = fc.array(word, { maxLength: 5 }).map((all) => all.join(' '));
    const text = fc.array(line, { maxLength: 3 }).map((all) => all.join('\n'));
    fc.assert(
      fc.property(text, (written) => {
        expect(back(written)).toBe(written);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives nothing but tokens without white space', () => {
    for (const token of linesOf('One (two), "three" – 四五 six\u2009.')[0]) expect(token).not.toMatch(/ |\n/);
  });
});

describe('proseText', () => {
  it('writes what no text would have, as a model may draw it', () => {
    expect(proseText(['<cap>', '<upper>', 'the', '<unk>', '￭,', '￭,', '<cap>'])).toBe('THE <unk>,,');
    expect(proseText(['￭.', '"￭', '￭"'])).toBe('. ""');
    expect(proseText(['"￭', '<cap>', 'so', '<space>'])).toBe('"So ');
    expect(proseText([])).toBe('');
  });
});

describe('isProse', () => {
  it.each([
    ['a novel', 'It was the best of times, it was the worst of times;\nit was "so".\n'],
    ['sentences alone', 'The cat sat.\nThe dog ran. Then it slept.\n'],
    ['Chinese', '道可道非常道名可名非常名\n无名天地之始\n'],
    ['French', 'Il dit : « Bonjour », puis l’homme, fatigué, partit.\n'],
  ])('is %s', (_, text) => {
    expect(isProse(text.repeat(20))).toBe(true);
  });

  it.each([
    [
      'Penn Treebank',
      " mr. vinken is chairman of <unk> n.v. the dutch publishing group \n it 's N years old \n",
    ],
    ['WikiText', ' The game , released in 2011 @,@ was " <unk> " . It sold well ; then it did not . \n'],
    ['words alone', 'the cat sees a dog\na b c\n'],
    ['numbers', '1 2 3\n4 5 6\n'],
    ['nothing', ''],
  ])('is not %s', (_, text) => {
    expect(isProse(text.repeat(20))).toBe(false);
  });
});
