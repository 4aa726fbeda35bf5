/** `lethe predict`: what a language model expects of every token of a text, and how unsure it is. */
import type { Command } from 'commander';
import { type Encoding, encodings } from '../data/text/decode-text.ts';
import type { TokenPrediction } from '../tasks/text/predict.ts';
import { example } from './help.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { predictionHeader, predictionRow } from './prediction-row.ts';
import { requireText, textPieces } from './text-input.ts';
import { useThreads } from './threads.ts';
import { Interrupted, oneOf, wholeNumber } from './usage.ts';

interface PredictOptions {
  text: string;
  encoding?: Encoding;
  mc?: number;
  seed: number;
  threads?: number;
  json?: boolean;
}

/** Adds `predict` to the command. */
export function addPredict(lethe: Command, io: Io): void {
  const command = lethe
    .command('predict')
    .description(
      "what a language model's best weights expect of every token of a text but the first: log probability, rank, entropy (in nats)",
    )
    .argument('<run>', 'a run directory of the text task')
    .requiredOption('--text <FILE>', 'a text, or - for standard input')
    .option(
      '--encoding <NAME>',
      `of the text: ${encodings.join(', ')} (default: by its byte order mark, else utf-8)`,
      oneOf('--encoding', encodings),
    )
    .option(
      '--mc <N>',
      'MC dropout: the probabilities of N draws averaged, and their mutual information',
      wholeNumber('--mc', 1, 10_000),
    )
    .option('--seed <N>', 'seed of those draws', wholeNumber('--seed', 0), 1)
    .option('--threads <N>', 'threads (default: LETHE_THREADS, else all cores)', wholeNumber('--threads', 1))
    .option('--json', 'JSON lines on standard output, one a token and a last one for all')
    .action((directory: string, options: PredictOptions) => run(directory, options, new Output(io, options)));
  example(
    command,
    'lethe predict runs/ptb-none-1 --text letter.txt',
    'echo "the company said" | lethe predict runs/ptb-variational-1 --text - --mc 50 --json',
  );
}

// --- internal ---

async function run(directory: string, options: PredictOptions, output: Output): Promise<void> {
  const { loadTextRun } = await import('../tasks/text/run.ts');
  const { predictTokens } = await import('../tasks/text/predict.ts');
  const { readTokens } = await import('../tasks/text/read-tokens.ts');
  await useThreads(options.threads);
  requireText(options.text);
  const { config, model, vocabulary, level, tokenizer, lineEnds, trim, trained } = loadTextRun(directory);
  const { mc, seed, encoding } = options;
  const where = options.text === '-' ? 'standard input' : options.text;
  const unknown = new UnknownWords();
  const total = { tokens: 0, nll: 0 };
  const show = (prediction: TokenPrediction): void => {
    total.tokens++;
    total.nll += prediction.nll;
    const { token, ...figures } = prediction;
    const word = vocabulary.words[token];
    output.event({ token: word, ...figures });
    if (!output.json) output.say(predictionRow(word, figures));
  };
  await interruptible(output, async (signal) => {
    const pieces = textPieces(options.text, output.io, { encoding, lineEnds }, signal);
    const text = readTokens(pieces, {
      level,
      vocabulary,
      tokenizer,
      trim,
      where,
      onUnknown: (word) => unknown.add(word),
    });
    const dropsWords = config.evaluation.drawEmbedding;
    const draws = mc === undefined ? undefined : { samples: mc, seed, dropsWords, trained };
    for await (const window of predictTokens(model, text, { draws, where, signal })) {
      if (total.tokens === 0) output.say(output.colours.bold(predictionHeader(mc !== undefined)));
      for (const prediction of window) show(prediction);
      // Whoever read the output has seen enough.
      if (output.io.closed()) return;
    }
    if (signal.aborted) throw new Interrupted();
  });
  if (output.io.closed()) return;
  if (unknown.notice) output.notice(unknown.notice);
  const { textMetrics } = await import('../tasks/text/evaluate.ts');
  const metrics = textMetrics(level, total.nll / total.tokens);
  output.event({ tokens: total.tokens, ...metrics });
  output.say();
  const { metricTable } = await import('./metric-table.ts');
  output.table(metricTable({ tokens: total.tokens, ...metrics }), { align: 'lrl' });
}

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
