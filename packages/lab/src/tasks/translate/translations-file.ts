/** The translations of a run's test, kept for its report. */
import { sentenceBleu } from 'lethe';
import type { Pairs, Reading } from './data/types.ts';
import type { Translated } from './evaluate.ts';

/** Its name in the run directory: JSON lines, one a sentence. */
export const translationsFile = 'translations.jsonl';

/** One line of the file. */
export interface TranslationLine {
  /** line of the pair in its file */
  line: number;
  source: string;
  reference: string;
  translation: string;
  /** log p / length^a */
  score: number | null;
  /** of the sentence, tokenised, without regard to case, percent */
  bleu: number;
}

/** The content of the file. */
export function writeTranslations(pairs: Pairs, all: readonly Translated[], _: Reading): string {
  const lines = all.map(
    ({ hypothesis, text }, n): TranslationLine => ({
      line: pairs.lines[n],
      source: pairs.source.texts[n],
      reference: pairs.target.texts[n],
      translation: text,
      score: hypothesis?.score ?? null,
      bleu: sentenceBleu(text, pairs.target.texts[n], { tokenize: 'none', lowercase: true }).score,
    }),
  );
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
