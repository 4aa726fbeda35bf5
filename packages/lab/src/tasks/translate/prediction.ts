/** `lethe predict` of translation: a translation for every line, in the order of the lines. */
import fs from 'node:fs';
import type { Hypothesis, InspectedTranslation } from 'lethe';
import { oneOf, UsageError, wholeNumber } from '../../common/usage.ts';
import { type Encoding, encodings } from '../../data/words/decode-text.ts';
import type { Draws, Slices } from '../../runs/task.ts';
import type { PredictedLine, PredictionKind, TrainedRun } from '../kind.ts';
import { checkDraws } from '../shared/draws.ts';
import type { TranslateConfig } from './config.ts';
import { keptReading } from './data/reading-file.ts';
import { languageDoubts, type Sentence, sentencesOf } from './data/sentences.ts';
import type { Reading } from './data/types.ts';
import { written } from './data/words.ts';
import { type SearchGiven, searchOptions, withSearch } from './evaluation.ts';
import { inspected, meanOf, saidBy } from './inspected.ts';
import { translateModel } from './model.ts';
import { streamsOf, translations } from './translations.ts';

/** What the options give. */
interface TranslatePredictionOptions extends SearchGiven {
  in: string;
  best?: number;
  tokens?: boolean;
  attention?: boolean;
  encoding?: Encoding;
}

export const translatePrediction: PredictionKind<TranslateConfig> = {
  options: [
    {
      flags: '--in <FILE>',
      description: 'of pairs: a file with a sentence a line, or - for standard input',
      required: true,
    },
    ...searchOptions,
    {
      flags: '--best <N>',
      description: 'of pairs: the N best translations of each sentence, at most --beam',
      read: wholeNumber('--best', 1, 1024),
    },
    { flags: '--tokens', description: 'of pairs: probability and entropy (in nats) of every token' },
    { flags: '--attention', description: 'of pairs: where the model looked for every token' },
    {
      flags: '--encoding <NAME>',
      description: `of the text: ${encodings.join(', ')} (default: by its byte order mark, else utf-8)`,
      read: oneOf('--encoding', encodings),
    },
  ],
  async *predict(run, given, { mc, seed, log, input, signal }) {
    const asked = given as unknown as TranslatePredictionOptions;
    const config = withSearch(run.config, asked);
    const { best = 1 } = asked;
    const { beam } = config.evaluation;
    if (best > beam)
      throw new UsageError(
        `--best expects at most the ${beam} hypotheses of --beam, found ${best}; raise --beam`,
      );
    requireFile(asked.in);
    const work = translator(run, config, asked, mc === undefined ? undefined : { samples: mc, seed });
    const where = asked.in === '-' ? 'standard input' : asked.in;
    const pieces = asked.in === '-' ? input(signal) : fs.createReadStream(asked.in);
    yield [{ columns: columnsOf(asked, mc !== undefined) }];
    const seen: Sentence[] = [];
    for await (const some of chunks(sentencesOf(work.reading, pieces, where, { encoding: asked.encoding }))) {
      if (seen.length < mostDoubted) seen.push(...some);
      const slices = work.answers(some);
      let part = slices.next();
      while (!part.done) {
        // Signals and timers have their turn.
        yield [];
        if (signal?.aborted) return undefined;
        part = slices.next();
      }
      yield part.value;
    }
    for (const doubt of languageDoubts(work.reading, seen)) log(doubt);
    return undefined;
  },
};

// --- internal ---

/** Sentences that are sorted by length together: more is less padding, and longer waiting for the first. */
const sentencesAtOnce = 512;
/** Sentences whose language is looked at. */
const mostDoubted = 2000;

async function* chunks(sentences: AsyncIterable<Sentence>): AsyncGenerator<Sentence[]> {
  let some: Sentence[] = [];
  for await (const sentence of sentences) {
    some.push(sentence);
    if (some.length < sentencesAtOnce) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}

function requireFile(name: string): void {
  if (name === '-') return;
  const stat = fs.statSync(name, { throwIfNoEntry: false });
  const isTable = tableName.test(name);
  if (stat && !stat.isDirectory() && !isTable) return;
  if (stat && isTable) {
    throw new UsageError(
      `--in expects a file with a sentence a line, or - for standard input, found the table '${name}'; write the column of its sentences into a text file`,
    );
  }
  const found = stat ? `the directory '${name}'` : `nothing at '${name}'`;
  throw new UsageError(`--in expects a file with a sentence a line, or - for standard input, found ${found}`);
}

/** Files whose lines are rows: every cell of them would be translated. */
const tableName = /\.(?:csv|tsv|tab|psv|jsonl|ndjson|parquet)(?:\.gz)?$/i;

/** A run that translates. */
function translator(
  run: TrainedRun<TranslateConfig>,
  config: TranslateConfig,
  { best = 1, tokens, attention }: TranslatePredictionOptions,
  drawn: Draws | undefined,
) {
  const reading = keptReading.required(run.run.directory);
  const model = translateModel(config, reading);
  model.load(run.weights, run.where);
  if (drawn) checkDraws(model.regularizer);
  const noise = drawn && streamsOf({ ...drawn, trained: run.trained(model.regularizer) });
  function* answers(sentences: readonly Sentence[]): Slices<PredictedLine[]> {
    const encoded = sentences.map((sentence) => sentence.tokens);
    const found = yield* translations(model, encoded, { ...config.evaluation, best }, noise);
    const seen: (InspectedTranslation | undefined)[][] = [];
    const isInspected = tokens || attention || noise !== undefined;
    for (let n = 0; isInspected && n < best; n++) {
      const said = found.map((all) => saidBy(all[n]));
      const some = encoded.map((one, i) => (found[i][n] ? one : new Int32Array(0)));
      seen.push(yield* inspected(model, some, said, config.evaluation.batch, noise));
    }
    return sentences.flatMap((sentence, i): PredictedLine[] => {
      if (found[i].length === 0) return [emptyLine(sentence, best)];
      return found[i].map((hypothesis, n) => {
        const one = seen[n]?.[i];
        const rank = best > 1 ? n + 1 : undefined;
        return lineOf(reading, { sentence, hypothesis, rank, inspected: one, tokens, attention });
      });
    });
  }
  return { reading, answers };
}

interface Answer {
  sentence: Sentence;
  hypothesis: Hypothesis;
  /** among the best of the sentence, where several are wanted */
  rank?: number;
  inspected?: InspectedTranslation;
  tokens?: boolean;
  attention?: boolean;
}

function columnsOf({ best = 1, tokens, attention }: TranslatePredictionOptions, isDrawn: boolean): string[] {
  const unsure = tokens || attention || isDrawn;
  return [
    ...['line', 'source', ...(best > 1 ? ['rank'] : []), 'translation', 'score', 'log_probability', 'ended'],
    ...(unsure ? ['entropy'] : []),
    ...(isDrawn ? ['mutual_information'] : []),
    ...(tokens ? ['tokens'] : []),
    ...(attention ? ['attention'] : []),
  ];
}

/** An empty line is answered by one, so that lines stay beside each other. */
function emptyLine({ line, raw }: Sentence, best: number): PredictedLine {
  return {
    event: { line, source: raw, ...(best > 1 && { rank: 1 }), translation: '', score: null },
    line: '',
  };
}

function lineOf(
  reading: Reading,
  { sentence, hypothesis, rank, inspected: seen, tokens, attention }: Answer,
): PredictedLine {
  const { source, target } = reading;
  const { score, logProbability, ended } = hypothesis;
  const translation = written(reading, target.decode(hypothesis.tokens));
  const end = ended ? ['</s>'] : [];
  const pieces = [...Array.from(hypothesis.tokens, (token) => target.pieces[token]), ...end];
  const read = [...Array.from(sentence.tokens, (token) => source.pieces[token]), '</s>'];
  const words =
    seen &&
    pieces.map((piece, t) => ({
      token: piece,
      probability: Math.exp(seen.logProbabilities[t]),
      entropy: seen.entropies[t],
      ...(seen.information && { mutual_information: seen.information[t] }),
    }));
  const weights = seen?.attention.slice(0, pieces.length).map((row) => Array.from(row));
  const event = {
    ...{ line: sentence.line, source: sentence.raw, ...(rank !== undefined && { rank }) },
    ...{ translation, score, log_probability: logProbability, ended },
    ...(seen && { entropy: meanOf(seen.entropies) }),
    ...(seen?.information && { mutual_information: meanOf(seen.information) }),
    ...(tokens && { tokens: words }),
    ...(attention && { attention: { source: read, target: pieces, weights } }),
  };
  const about = pieces.map((piece, t) => {
    const numbers =
      tokens && words ? `  p ${words[t].probability.toFixed(3)}  entropy ${words[t].entropy.toFixed(3)}` : '';
    return `    ${JSON.stringify(piece)}${numbers}${attention && weights ? `  <- ${looked(read, weights[t])}` : ''}`;
  });
  const head = rank === undefined ? translation : `${rank}  ${score.toFixed(3)}  ${translation}`;
  return { event, line: [head, ...(tokens || attention ? about : [])].join('\n') };
}

/** The three source pieces that weigh most. */
function looked(read: readonly string[], weights: readonly number[]): string {
  const order = Array.from(weights.keys()).sort((a, b) => weights[b] - weights[a]);
  const most = order.slice(0, 3).filter((s, i) => i === 0 || weights[s] >= 0.1);
  return most.map((s) => `${JSON.stringify(read[s])} ${weights[s].toFixed(2)}`).join(', ');
}
