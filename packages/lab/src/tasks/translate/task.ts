/** Translation as a task: pairs of sentences, an encoder, a decoder with attention. */
import type { NoiseStream } from 'lethe';
import { letheCommand } from '../../common/shell.ts';
import type { Draws, Metrics, Slices, Task } from '../../runs/task.ts';
import { lookupIn } from '../kind.ts';
import { testDraws } from '../shared/draws.ts';
import type { TranslateConfig } from './config.ts';
import { epochBatches } from './data/batches.ts';
import { identify } from './data/identity.ts';
import { keptReading, storedReading } from './data/reading-file.ts';
import type { Pairs, TranslateData } from './data/types.ts';
import {
  bleuOf,
  likelihood,
  type Split,
  type Translated,
  tokenisedBleu,
  translated,
  type Uncertainty,
  uncertaintyOf,
} from './evaluate.ts';
import { translateMetric } from './metrics.ts';
import { translateModel } from './model.ts';
import { translationsFile, writeTranslations } from './translations-file.ts';

/**
 * The task of a configuration.
 * Throws ConfigError for a model that the data or the regularizer do not allow.
 * @param noise of the run's seed
 */
export function translateTask(config: TranslateConfig, data: TranslateData, noise: NoiseStream): Task {
  const { evaluation, training } = config;
  const { reading } = data;
  const model = translateModel(config, reading);
  const batches = batchesPerEpoch(config, data, noise);
  const search = { ...evaluation, best: 1 };
  let tested: { pairs: Pairs; translated: readonly Translated[]; seen?: Uncertainty['seen'] } | undefined;
  const metric = translateMetric(lookupIn(config));

  return {
    model,
    data: identify(data),
    notes: data.notes,
    ...metric,
    uninformed: metric.choice === 'nll_per_token' ? Math.log(reading.target.pieces.length) : 100,
    examples: data.splits.train.target.encoded.reduce((sum, { length }) => sum + length + 1, 0),
    working: workingNumbers(config, data),
    hint: (run) => `${letheCommand('predict', run)} --in FILE   translates the lines of a file`,
    stepsIn: (epoch) => batches(epoch).count,
    step({ epoch, position }, stream) {
      const batch = batches(epoch).batch(position);
      const total = model.network.loss(batch, stream, { smoothing: training.labelSmoothing });
      return { total, counted: total.nll.count };
    },
    trainMetrics: (mean) => ({ nll_per_token: mean, perplexity: Math.exp(mean) }),
    *evaluate(name, { draws, share = 1, uncertainty } = {}) {
      const split = { pairs: firstPart(data.splits[name], share), reading };
      const drawn = draws ?? testDraws(model.regularizer);
      const scored = yield* likelihood(model, split, evaluation.batch, drawn);
      const found = yield* translated(model, split, search, drawn);
      if (!draws && split.pairs === data.splits.test) tested = { pairs: split.pairs, translated: found };
      const bleu = bleuOf(split, textsOf(found));
      // Between epochs nobody asks for more.
      const more = name === 'test' || uncertainty ? yield* moreOf(split, found, drawn) : {};
      return {
        ...bleu,
        ...(!draws && { bleu_missing: 100 - bleu.bleu }),
        ...more,
        ...scored,
        sentences: split.pairs.length,
        ...(share < 1 && { evaluated_share: share }),
      };
    },
    testedFiles: [translationsFile],
    tested: (): Record<string, string> =>
      tested
        ? { [translationsFile]: writeTranslations(tested.pairs, tested.translated, reading, tested.seen) }
        : {},
    files: () => ({ [keptReading.file]: keptReading.text(storedReading(reading)) }),
    carried: () => ({}),
    restoreCarried() {},
  };

  /** Without a beam, and how unsure the model is of what it found with one. */
  function* moreOf(split: Split, found: readonly Translated[], draws?: Draws): Slices<Metrics> {
    const greedy = yield* translated(model, split, { ...search, beam: 1 }, draws);
    const { score } = tokenisedBleu(split.pairs, textsOf(greedy));
    const { metrics, seen } = yield* uncertaintyOf(model, split, found, search, draws);
    if (tested?.translated === found) tested = { ...tested, seen };
    return { bleu_greedy: score, ...metrics };
  }
}

/** What is kept of a batch for its backward pass, masks not counted. */
export function workingNumbers({ model, training }: TranslateConfig, { splits }: TranslateData): number {
  const longest = ({ encoded }: Pairs['source']) =>
    encoded.reduce((most, { length }) => Math.max(most, length + 1), 1);
  const [source, target] = [longest(splits.train.source), longest(splits.train.target)];
  const rows =
    training.batchTokens === null
      ? training.batch
      : Math.min(training.batch, Math.max(1, Math.floor(training.batchTokens / (source + target))));
  const kept = { rnn: 4, gru: 8, lstm: 9 }[model.cell];
  const { hidden, embedding, layers } = model;
  const directions = model.bidirectional ? 2 : 1;
  const encoder = source * (embedding + (kept * layers + 2) * hidden * directions);
  const decoder =
    target * (3 * embedding + kept * hidden * (model.decoderLayers ?? layers) + hidden * directions + source);
  return rows * (encoder + decoder) + Math.min(4_000_000, rows * target * embedding * 4);
}

// --- internal ---

const textsOf = (all: readonly Translated[]): string[] => all.map(({ text }) => text);

/** The batches of one epoch are kept: a step asks for them again and again. */
function batchesPerEpoch({ training, tokens }: TranslateConfig, data: TranslateData, noise: NoiseStream) {
  const { batch, batchTokens } = training;
  let kept: { epoch: number; batches: ReturnType<typeof epochBatches> } | undefined;
  return (epoch: number) => {
    if (kept?.epoch !== epoch) {
      const how = { batch, batchTokens, dropout: tokens.dropout };
      kept = { epoch, batches: epochBatches(data, how, noise, epoch) };
    }
    return kept.batches;
  };
}

/** Spread over the split. */
function firstPart(pairs: Pairs, share: number): Pairs {
  if (share === 1) return pairs;
  const length = Math.max(1, Math.ceil(share * pairs.length));
  const places = Array.from({ length }, (_, i) => Math.floor((i * pairs.length) / length));
  const side = ({ texts, raw, encoded }: Pairs['source']) => ({
    texts: places.map((n) => texts[n]),
    raw: places.map((n) => raw[n]),
    encoded: places.map((n) => encoded[n]),
  });
  const lines = Uint32Array.from(places, (n) => pairs.lines[n]);
  return { length, source: side(pairs.source), target: side(pairs.target), lines };
}
