/** Polyphonic music as a task: chunks of pieces in an order of its own for every epoch, whole pieces for evaluation. */
import type { NoiseStream } from 'lethe';
import type { Regularizer } from 'lethe/dropout';
import { hasPieces, transitionBlocks } from 'lethe/internal';
import { largest } from '../../common/extremes.ts';
import { letheCommand } from '../../common/shell.ts';
import type { StepPlace, Task, TaskModel } from '../../runs/task.ts';
import { evaluateMonteCarlo } from './averaged.ts';
import { trainingBatch } from './batches.ts';
import { dataChords, keptChords } from './chords-file.ts';
import type { MusicConfig } from './config.ts';
import { type Chunk, chunks as cut } from './data/chunks.ts';
import type { MusicData, Piece } from './data/dataset.ts';
import { keys } from './data/piano-roll.ts';
import { evaluatePieces } from './evaluate.ts';
import { identifyMusic } from './identity.ts';
import { musicMetric } from './metrics.ts';
import { type MusicModel, musicModel } from './model.ts';
import { parseReadout } from './readout/words.ts';
import { transitionSizes } from './transition.ts';
import { loadWeights, storedWeights } from './weights.ts';

export interface MusicTask extends Task {
  readonly music: MusicModel;
  /** the training set in chunks, in the order of the data */
  readonly chunks: readonly Chunk[];
  /** the chunks of one step */
  chunksOf(place: StepPlace): Chunk[];
}

/**
 * The task of a configuration.
 * @param noise of the run's seed
 */
export function musicTask(config: MusicConfig, data: MusicData, noise: NoiseStream): MusicTask {
  const music = musicModel(config);
  const { chunk, batch, firstFrame } = config.training;
  const chunks = cut(data.splits.train, chunk);
  const isBeginning = ({ start }: Chunk) => firstFrame && start === 0;
  const examples = chunks.reduce((sum, one) => sum + one.frames.length - (isBeginning(one) ? 0 : 1), 0);
  const chunksOf = ({ epoch, position }: StepPlace): Chunk[] => {
    const order = noise.at(epoch).permutation({ site: 'order' }, chunks.length);
    return Array.from(order.subarray(position * batch, (position + 1) * batch), (i) => chunks[i]);
  };
  return {
    music,
    chunks,
    chunksOf,
    model: taskModel(music),
    data: identifyMusic(data),
    ...musicMetric,
    uninformed: keys * Math.LN2,
    examples,
    working: workingNumbers(config, music.regularizer, chunks),
    hint: (run) => `${letheCommand('sample', run)} --out piece.mid   makes a piece with it`,
    stepsIn: () => Math.ceil(chunks.length / batch),
    step(place, stream) {
      const minibatch = trainingBatch(chunksOf(place), isBeginning);
      return { total: music.loss(minibatch, stream, examples), counted: minibatch.counted };
    },
    trainMetrics: (mean) => ({ nll_per_step: mean }),
    gradientScale: config.quirks.clipEnlarges
      ? (norm) => enlarging(norm, config.optimizer.clipNorm)
      : undefined,
    *evaluate(split, { draws, share = 1, uncertainty } = {}) {
      const pieces = spread(data.splits[split], share);
      const metrics = yield* draws
        ? evaluateMonteCarlo(music, pieces, draws)
        : evaluatePieces(music, pieces, { uncertainty });
      return { ...metrics, ...(share < 1 && { evaluated_share: share }) };
    },
    tested: () => ({ [keptChords.file]: keptChords.text(dataChords(data)) }),
    files: () => ({}),
    carried: () => ({}),
    restoreCarried: () => {},
  };
}

/** The music model as training and checkpoints see it. */
export function taskModel(music: MusicModel): TaskModel {
  return {
    parameters: music.parameters,
    regularizer: music.regularizer,
    plans: music.plans,
    stored: () => storedWeights(music),
    load: (weights, where) => loadWeights(music, weights, where),
  };
}

/** Input, target and mask; hidden units and pre-activations with their gradients, of every gate; logits with theirs. */
export function workingNumbers(
  { model, training }: MusicConfig,
  regularizer: Regularizer,
  chunks: readonly Chunk[],
): number {
  const longest = largest(chunks.map((chunk) => chunk.frames.length - (training.firstFrame ? 0 : 1)));
  const rows = longest * Math.min(training.batch, chunks.length);
  const mode = regularizer.modes.train;
  const moments = mode === 'moments' || mode === 'gaussian' ? 2 : 1;
  const deep = transitionSizes(model);
  const kept = deep
    ? 2 + deep.depth + transitionBlocks(deep).bias
    : { rnn: 4, 'deep-rnn': 6, gru: 8, lstm: 9 }[model.cell];
  const words = parseReadout(model.readout);
  // The biases of a NADE with their gradients, as the linear map has them and in parts.
  const own = words.kind === 'nade' ? 4 * words.hidden + 2 * keys : 0;
  const pieces = hasPieces(model.outputActivation) ? model.pieces : 1;
  const output = 2 * (1 + pieces) * model.deepOutput;
  return rows * (2 * keys + 1 + moments * (kept * model.hidden * model.layers + 3 * keys + own + output));
}

// --- internal ---

/** What the authors' code since November 2013 clips by: gradients longer than the root of the limit become as long as the limit. */
function enlarging(norm: number, clipNorm: number | null): number {
  return clipNorm !== null && norm > Math.sqrt(clipNorm) ? clipNorm / norm : 1;
}

/** As many of the pieces that have something to score as the share says, evenly spread, at least one. */
function spread(pieces: readonly Piece[], share: number): readonly Piece[] {
  if (share === 1) return pieces;
  const scored = pieces.filter((piece) => piece.frames.length > 1);
  const count = Math.min(scored.length, Math.max(1, Math.round(share * scored.length)));
  return Array.from({ length: count }, (_, i) => scored[Math.floor((i * scored.length) / count)]);
}
