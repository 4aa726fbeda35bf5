/**
 * A run: the music network of the command, trained on the embedded tunes step by step. Nothing of a page or of Node.js is in it.
 * What {@link Training.save} gives is all that an unbroken run would carry on with:
 *
 *   rnn.…, readout.…   the weights, under PyTorch's names
 *   optimizer.…        Adam's moments
 *   best.…             the weights of the best validation so far
 *   __metadata__       format, settings, and where the run is, with its curves, as JSON
 */
import {
  chunks,
  evaluatePieces,
  loadWeights,
  type MusicModel,
  musicModel,
  type Piece,
  samplePiece,
  storedWeights,
  trainingBatch,
} from '@lethe/lab/music';
import {
  adam,
  clipScale,
  DataError,
  decayWeights,
  decodeSafetensors,
  encodeSafetensors,
  globalNorm,
  gradients,
  NoiseStream,
  NumericsError,
  type Optimizer,
  type RegularizedLoss,
  type StoredTensor,
  scoped,
} from 'lethe';
import { checkSettings } from './check-settings.ts';
import type { Settings } from './settings.ts';
import type { Tunes } from './tunes.ts';

/** The losses after an epoch, in nats per time step, both without noise. */
export interface Epoch {
  /** from 1 */
  epoch: number;
  /** steps done */
  step: number;
  train: number;
  valid: number;
}

/** Where a run is. */
export interface Progress {
  /** steps done */
  step: number;
  /** epochs done */
  epoch: number;
  /** steps of the present epoch that are done */
  position: number;
  history: Epoch[];
}

/** What to make. */
export interface SampleOptions {
  seed: number;
  /** frames to draw */
  length: number;
  /** divides the log-odds of every note */
  temperature: number;
  /** weights of the best validation, or as they are */
  weights: 'best' | 'last';
}

export class Training {
  readonly settings: Settings;
  readonly model: MusicModel;
  readonly stepsInEpoch: number;
  #tunes: Tunes;
  #chunks: ReturnType<typeof chunks>;
  #examples: number;
  #noise: NoiseStream;
  #optimizer: Optimizer;
  #progress: Progress = { step: 0, epoch: 0, position: 0, history: [] };
  #best: Weights | undefined;

  /** @throws ConfigError for settings that cannot be, and for a method that the network cannot honour */
  constructor(settings: Settings, tunes: Tunes) {
    this.settings = checkSettings(settings);
    const { batch, seed, stepRate } = settings;
    this.#tunes = tunes;
    this.#chunks = chunks(tunes.train, longestChunk);
    this.#examples = this.#chunks.reduce((sum, { frames }) => sum + frames.length - 1, 0);
    this.stepsInEpoch = Math.ceil(this.#chunks.length / batch);
    this.#noise = new NoiseStream(seed);
    this.model = networkOf(settings);
    this.#optimizer = adam(this.model.parameters, { stepRate });
  }

  get progress(): Readonly<Progress> {
    return this.#progress;
  }

  get isDone(): boolean {
    return this.#progress.epoch >= this.settings.epochs;
  }

  /** The epoch of the lowest validation loss so far. */
  get best(): Epoch | undefined {
    const { history } = this.#progress;
    return history.length > 0 ? history.reduce((a, b) => (b.valid < a.valid ? b : a)) : undefined;
  }

  get parameterCount(): number {
    return Object.values(this.model.parameters).reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * One step of Adam on a minibatch, and the losses of the epoch where it was the last one.
   * @throws NumericsError where the loss is not finite; the weights are then those of before. Where those behind the last step of an
   * epoch are not, the epoch has no end: every further step says so again.
   */
  step(): void {
    const progress = this.#progress;
    if (progress.position === this.stepsInEpoch) {
      this.#endEpoch();
      return;
    }
    const { model } = this;
    const parameters = Object.values(model.parameters);
    scoped(() => {
      const minibatch = trainingBatch(this.#chunksOf(progress.epoch, progress.position));
      let total: RegularizedLoss | undefined;
      const run = gradients(parameters, () => {
        total = model.loss(minibatch, this.#noise.at(progress.step), this.#examples);
        return total.loss;
      });
      if (!Number.isFinite(run.loss)) {
        throw new NumericsError(
          `the loss of step ${progress.step + 1} is ${run.loss}; take a smaller step rate than ${this.settings.stepRate} and begin anew`,
        );
      }
      this.#optimizer.update(run.gradients, clipScale(globalNorm(run.gradients), clipNorm));
      decayWeights(model.regularizer, parameters);
    });
    progress.step++;
    progress.position++;
    if (progress.position === this.stepsInEpoch) this.#endEpoch();
  }

  /** Draws a piece. @throws ConfigError for a length or temperature that cannot be */
  sample({ weights, ...options }: SampleOptions): Piece {
    if (weights === 'last' || !this.#best) return samplePiece(this.model, options);
    const now = storedWeights(this.model);
    const own = Object.values(this.model.parameters).map(({ data }) => data.slice());
    try {
      loadWeights(this.model, { ...now, ...this.#best }, 'the best weights');
      return samplePiece(this.model, options);
    } finally {
      // From the arrays themselves: a pair of biases is stored as its sum.
      for (const [i, { data }] of Object.values(this.model.parameters).entries()) data.set(own[i]);
    }
  }

  /** All of the run as a safetensors file. */
  save(): Uint8Array {
    const tensors = {
      ...storedWeights(this.model),
      ...prefixed('optimizer.', this.#optimizer.state()),
      ...prefixed('best.', this.#best ?? {}),
    };
    return encodeSafetensors(tensors, {
      format: '1',
      settings: JSON.stringify(this.settings),
      progress: JSON.stringify(this.#progress),
    });
  }

  /**
   * The run of a file, which goes on as if it had never been put down.
   * @throws DataError for a file that is none of {@link save}
   */
  static restore(bytes: Uint8Array, tunes: Tunes): Training {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const { settings, progress } = readMetadata(metadata);
    const training = new Training(settings, tunes);
    if (progress.position > training.stepsInEpoch) {
      throw new DataError(
        `the file is ${progress.position} steps into an epoch of ${training.stepsInEpoch}; it was made with other tunes`,
      );
    }
    const groups = { weights: {} as Weights, optimizer: {} as Weights, best: {} as Weights };
    for (const [name, tensor] of Object.entries(tensors)) {
      const [, group, rest] = /^(optimizer|best)\.(.*)$/s.exec(name) ?? [undefined, 'weights', name];
      groups[group as keyof typeof groups][rest] = tensor;
    }
    if (progress.history.length > 0) {
      loadWeights(training.model, groups.best, 'the file, best weights');
      training.#best = groups.best;
    }
    loadWeights(training.model, groups.weights, 'the file');
    training.#optimizer.restore(groups.optimizer);
    training.#progress = progress;
    return training;
  }

  #chunksOf(epoch: number, position: number) {
    const { batch } = this.settings;
    const order = this.#noise.at(epoch).permutation({ site: 'order' }, this.#chunks.length);
    return Array.from(order.subarray(position * batch, (position + 1) * batch), (i) => this.#chunks[i]);
  }

  #endEpoch(): void {
    const progress = this.#progress;
    const [train, valid] = [this.#nll(this.#tunes.train), this.#nll(this.#tunes.valid)];
    if (!Number.isFinite(valid) || !Number.isFinite(train)) {
      throw new NumericsError(
        `the losses after step ${progress.step} are ${train} and ${valid}; take a smaller step rate than ${this.settings.stepRate} and begin anew`,
      );
    }
    const before = this.best;
    progress.epoch++;
    progress.position = 0;
    progress.history.push({ epoch: progress.epoch, step: progress.step, train, valid });
    if (!before || valid < before.valid) this.#best = storedWeights(this.model);
  }

  /** Nats per time step of whole pieces at test time. */
  #nll(pieces: readonly Piece[]): number {
    const slices = evaluatePieces(this.model, pieces);
    for (;;) {
      const slice = slices.next();
      if (slice.done) return slice.value.nll_per_step;
    }
  }
}

/**
 * The network of settings, with parameters drawn from their seed.
 * @throws ConfigError for a method that it cannot honour
 */
export function networkOf({
  cell,
  hidden,
  layers,
  dropout,
  seed,
}: Pick<Settings, 'cell' | 'hidden' | 'layers' | 'dropout' | 'seed'>): MusicModel {
  return musicModel({
    seed,
    model: {
      cell,
      hidden,
      layers,
      dropout,
      activation: 'tanh',
      transition: 2,
      transitionActivation: 'tanh',
      shortcut: false,
      pieces: 2,
      order: 2,
      deepOutput: 0,
      outputActivation: 'tanh',
      initialState: 'learned',
      initialVariance: null,
      inputVariance: null,
      spectralRadius: null,
      maxIncoming: null,
      readout: 'bernoulli',
      outputBias: -0.8,
      forgetBias: 1,
      resetAfter: true,
    },
    quirks: { varianceIsDeviation: false, radiusFirst: false, clipEnlarges: false },
  });
}

// --- internal ---

type Weights = Record<string, StoredTensor>;

/** Frames. */
const longestChunk = 100;
const clipNorm = 5;

function prefixed(prefix: string, tensors: Weights): Weights {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));
}

function readMetadata(metadata: Record<string, string>): { settings: Settings; progress: Progress } {
  const parsed = (name: string): unknown => {
    try {
      return JSON.parse(metadata[name]);
    } catch (cause) {
      throw new DataError(
        `expected a file that the playground saved, found one without ${name}; weights alone do not say how their training goes on`,
        { cause },
      );
    }
  };
  if (metadata.format !== '1' && metadata.format !== undefined) {
    throw new DataError(`expected a file of format 1, found ${metadata.format.slice(0, 20)}`);
  }
  const settings = checkSettings(parsed('settings'));
  const progress = parsed('progress') as Progress;
  const counts = [progress?.step, progress?.epoch, progress?.position];
  const isFine =
    counts.every((count) => Number.isSafeInteger(count) && count >= 0) &&
    Array.isArray(progress.history) &&
    progress.history.length === progress.epoch &&
    progress.history.every((one: Epoch | null) =>
      [one?.epoch, one?.step, one?.train, one?.valid].every(Number.isFinite),
    );
  if (!isFine) throw new DataError('expected the file to say where its run is, found something else');
  return { settings, progress };
}
