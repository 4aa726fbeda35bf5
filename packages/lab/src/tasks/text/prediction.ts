/** `lethe predict` of a language model: what it expects of every token of a text but the first, and how unsure it is. */
import { oneOf } from '../../common/usage.ts';
import { type Encoding, encodings } from '../../data/words/decode-text.ts';
import type { PredictionKind } from '../kind.ts';
import type { TextConfig } from './config.ts';
import { figuresOf } from './evaluate.ts';
import { predictTokens } from './predict.ts';
import { predictionHeader, predictionRow } from './prediction-row.ts';
import { readTokens } from './read-tokens.ts';
import { trainedText } from './run.ts';
import { requireText, textPieces } from './text-input.ts';

/** What the options of text give. */
interface TextPredictionOptions {
  text: string;
  encoding?: Encoding;
}

export const textPrediction: PredictionKind<TextConfig> = {
  options: [
    { flags: '--text <FILE>', description: 'of text: a text, or - for standard input', required: true },
    {
      flags: '--encoding <NAME>',
      description: `of the text: ${encodings.join(', ')} (default: by its byte order mark, else utf-8)`,
      read: oneOf('--encoding', encodings),
    },
  ],
  check: ({ text }) => requireText(text as string),
  async *predict(run, given, { mc, seed, log, input, signal }) {
    const { text: file, encoding } = given as unknown as TextPredictionOptions;
    const { model, vocabulary, level, tokenizer, lineEnds, trim } = trainedText(run);
    const where = file === '-' ? 'standard input' : file;
    const unknown = new UnknownWords();
    const total = { tokens: 0, nll: 0 };
    const text = readTokens(textPieces(file, input, { encoding, lineEnds }, signal), {
      ...{ level, vocabulary, tokenizer, trim, where },
      onUnknown: (word) => unknown.add(word),
    });
    const dropsWords = run.config.evaluation.drawEmbedding;
    const trained = run.trained(model.regularizer);
    const draws = mc === undefined ? undefined : { samples: mc, seed, dropsWords, trained };
    for await (const window of predictTokens(model, text, { draws, where, signal })) {
      if (total.tokens === 0) yield [{ line: predictionHeader(mc !== undefined), heading: true }];
      yield window.map(({ token, ...figures }) => {
        total.tokens++;
        total.nll += figures.nll;
        const word = vocabulary.words[token];
        return { event: { token: word, ...figures }, line: predictionRow(word, figures) };
      });
    }
    if (signal?.aborted) return undefined;
    if (unknown.notice) log(unknown.notice);
    return { tokens: total.tokens, ...figuresOf(level, total.nll / total.tokens) };
  },
};

// --- internal ---

/** Words that are read as `<unk>`: how many, and the first few by name. */
class UnknownWords {
  #count = 0;
  readonly #words = new Set<string>();
  /** more would hide the others */
  readonly #named = 8;

  add(word: string): void {
    this.#count++;
    if (this.#words.size <= this.#named) this.#words.add(word);
  }

  /** What to tell, or nothing. */
  get notice(): string | undefined {
    if (this.#count === 0) return undefined;
    const words = [...this.#words].slice(0, this.#named).map((word) => JSON.stringify(word));
    if (this.#words.size > this.#named) words.push('…');
    const tokens = this.#count === 1 ? 'token is' : 'tokens are';
    return `${this.#count} ${tokens} not in the vocabulary, read as <unk>: ${words.join(', ')}`;
  }
}
