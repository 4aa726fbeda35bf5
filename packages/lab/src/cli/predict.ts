/** `lethe predict`: what a language model expects of every token of a text, and how unsure it is. */
import type { Command } from 'commander';
import type { TokenPrediction } from '../tasks/text/predict.ts';
import { example } from './help.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { predictionHeader, predictionRow } from './prediction-row.ts';
import { requireText, textPieces } from './text-input.ts';
import { useThreads } from './threads.ts';
import { Interrupted, wholeNumber } from './usage.ts';

interface PredictOptions {
  text: string;
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
      '--mc <N>',
      'MC dropout: the probabilities of N draws averaged, and their mutual information',
      wholeNumber('--mc', 1, 10_000),
    )
    .option('--seed <N>', 'seed of those draws', wholeNumber('--seed', 0), 1)
    .option('--threads <N>', 'threads', wholeNumber('--threads', 1))
    .option('--json', 'JSON lines on standard output, one a token and a last one for all')
    .action((directory: string, options: PredictOptions) => run(directory, options, new Output(io, options)));
  example(
    command,
    'lethe predict runs/ptb-none-1 --text letter.txt',
    'echo "the company said" | lethe predict runs/ptb-variational-1 --text - --mc 50 --json',
  );
}

// --- internal ---

/** Words that a notice names; more would hide it. */
const named = 8;

async function run(directory: string, options: PredictOptions, output: Output): Promise<void> {
  const { loadTextRun } = await import('../tasks/text/run.ts');
  const { predictTokens } = await import('../tasks/text/predict.ts');
  const { readTokens } = await import('../tasks/text/read-tokens.ts');
  await useThreads(options.threads);
  requireText(options.text);
  const { model, vocabulary, level, trim } = loadTextRun(directory);
  const { mc, seed } = options;
  const where = options.text === '-' ? 'standard input' : options.text;
  const unknown = { count: 0, words: new Set<string>() };
  const onUnknown = (word: string): void => {
    unknown.count++;
    if (unknown.words.size < named + 1) unknown.words.add(word);
  };
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
    const text = readTokens(textPieces(options.text, output.io, signal), {
      level,
      vocabulary,
      trim,
      where,
      onUnknown,
    });
    const draws = mc === undefined ? undefined : { samples: mc, seed };
    for await (const window of predictTokens(model, text, { draws, where, signal })) {
      if (total.tokens === 0) output.say(output.colours.bold(predictionHeader(mc !== undefined)));
      for (const prediction of window) show(prediction);
      // Whoever read the output has seen enough.
      if (output.io.closed()) return;
    }
    if (signal.aborted) throw new Interrupted();
  });
  if (output.io.closed()) return;
  if (unknown.count > 0) {
    const words = [...unknown.words].slice(0, named).map((word) => JSON.stringify(word));
    const more = unknown.words.size > named ? ', …' : '';
    const tokens = unknown.count === 1 ? 'token is' : 'tokens are';
    output.notice(
      `${unknown.count} ${tokens} not in the vocabulary, read as <unk>: ${words.join(', ')}${more}`,
    );
  }
  const { textMetrics } = await import('../tasks/text/evaluate.ts');
  const metrics = textMetrics(level, total.nll / total.tokens);
  output.event({ tokens: total.tokens, ...metrics });
  output.say();
  const { metricTable } = await import('./metric-table.ts');
  output.table(metricTable({ tokens: total.tokens, ...metrics }), { align: 'lrl' });
}
