import { describe, expect, it } from 'vitest';
import { useScratch } from '../../../data/scratch.suite.ts';
import type { Encoding } from '../../../data/words/decode-text.ts';
import { loadPairs } from './load.ts';
import { languageDoubts, type Sentence, sentencesOf } from './sentences.ts';
import { putFolder, settings, side } from './testing.suite.ts';

const scratch = useScratch();
const reading = async () =>
  (await loadPairs(settings(putFolder(scratch.put)), { cwd: scratch.root, env: scratch.env })).reading;

async function sentences(content: string | Uint8Array, encoding?: Encoding): Promise<Sentence[]> {
  async function* pieces() {
    const bytes = Buffer.from(content as string);
    // Cut inside characters.
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  }
  const all: Sentence[] = [];
  for await (const one of sentencesOf(await reading(), pieces(), 'in.txt', { encoding })) all.push(one);
  return all;
}

describe('sentences to translate', () => {
  it('are a line each, an empty line is an empty sentence', async () => {
    const all = await sentences('a man  runs .\n\nthe girl sleeps');
    expect(all.map(({ line, text }) => [line, text])).toEqual([
      [1, 'a man runs .'],
      [2, ''],
      [3, 'the girl sleeps'],
    ]);
    expect(all[1].tokens).toHaveLength(0);
    expect(all.flatMap(({ unknown }) => unknown)).toEqual([]);
  });

  it('are read by their byte order mark, and refused where they are no text', async () => {
    const utf16 = Buffer.from('\ufeffa man runs .\n', 'utf16le');
    expect((await sentences(utf16)).map(({ text }) => text)).toEqual(['a man runs .']);
    await expect(sentences(Buffer.from('das mädchen\n', 'latin1'))).rejects.toThrow(
      /in\.txt: expected text in UTF-8, found 0xE4 at byte 5 \(line 1\); .*--encoding latin1/,
    );
    expect((await sentences(Buffer.from('a girl\n', 'latin1'), 'latin1'))[0].text).toBe('a girl');
  });

  it('of ten thousand words are refused with the line', async () => {
    await expect(sentences(`a man\n${'very '.repeat(10_000)}\n`)).rejects.toThrow(
      /^in\.txt, line 2: expected at most 250 words \(pairs\.maxLength\), found more; give a sentence a line \('very very/,
    );
  });

  it('in a script that training never saw are refused; a name in it is not', async () => {
    await expect(sentences('a man runs .\nмужчина бежит\n')).rejects.toThrow(
      /^in\.txt, line 2: expected en as in training, found the script Cyrillic that it never saw \('мужчина бежит'\); give sentences in en/,
    );
    const [one] = await sentences('the woman is reading 東京 .\n');
    expect(one.unknown).toEqual(['東', '京']);
    expect(languageDoubts(await reading(), [one])).toEqual([
      "1 of 1 sentence holds what training never saw ('東', '京'), the first is line 1",
    ]);
  });

  it('in the language that they are to be translated to are doubted', async () => {
    const german = (await sentences(side(1, 0, 20).replaceAll(/[äöüß]/g, 'a'))) as Sentence[];
    expect(languageDoubts(await reading(), german).join('\n')).toMatch(
      /look like de, which this run translates to/,
    );
    const english = await sentences(side(0, 0, 20));
    expect(languageDoubts(await reading(), english)).toEqual([]);
  });
});
