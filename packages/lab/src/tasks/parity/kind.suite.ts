/**
 * A toy, for the test that a task is one folder and one line: whether the number of ones among the last two bits of a sequence is odd.
 * Data are files of the user's own, a sequence of zeros and ones a line.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import {
  bernoulliNll,
  DataError,
  linear,
  linearFromTorch,
  linearToTorch,
  NoiseStream,
  plansOf,
  recurrentStack,
  regularizedLoss,
  scoped,
  Tensor,
  weightPosteriors,
} from 'lethe';
import { parseDropout, splitReadout } from 'lethe/dropout';
import { isGaussian } from 'lethe/moments';
import { z } from 'zod';
import {
  anyModel,
  anyRun,
  anyTraining,
  count,
  optimizerDefaults,
  runDefaults,
  trainingDefaults,
} from '../../runs/config.ts';
import type { Slices, Task, TaskModel } from '../../runs/task.ts';
import type { TaskData, TaskKind } from '../kind.ts';
import { layerPrefix, loadLayers, loadNamed, storedLayers } from '../shared/layers.ts';
import { recurrentParameters } from '../shared/parameters.ts';

const schema = z.strictObject({
  ...anyRun,
  task: z.literal('parity').describe('the task'),
  model: z.strictObject({ ...anyModel, hidden: count.describe('units of each layer') }),
  training: z.strictObject({ ...anyTraining, batch: count.describe('sequences in a minibatch') }),
});

type ParityConfig = z.infer<typeof schema>;

interface ParityData extends TaskData {
  splits: { train: Sequences; valid: Sequences; test: Sequences };
  sha256: string;
}

/** Sequences of one length. */
type Sequences = readonly (readonly number[])[];

export const parity: TaskKind<ParityConfig, ParityData> = {
  name: 'parity',
  things: 'bits',
  config: {
    schema,
    defaults: () => ({
      ...runDefaults,
      task: 'parity',
      dataset: 'bits.txt',
      model: { cell: 'gru', hidden: 8, layers: 1, dropout: 'none' },
      optimizer: { ...optimizerDefaults.adam, stepRate: 0.02, clipNorm: 5 },
      training: { ...trainingDefaults, epochs: 10, patience: 5, checkpointEvery: 60, batch: 10 },
    }),
    choices: [],
    options: [],
    sizes: ['model.hidden', 'training.batch'],
    conditions: [],
  },
  metric: () => ({
    choice: 'nll_per_bit',
    shown: { metric: 'nll_per_bit', label: 'NLL', unit: 'NLL per bit, natural log' },
  }),
  metrics: {
    nll_per_bit: { label: 'NLL per bit', unit: 'nats', better: 'lower', meaning: 'from the second bit on' },
    error_rate: { label: 'wrong parities', better: 'lower' },
  },
  data: {
    paths: 'a file of bits',
    claim: (path) => (path.endsWith('.bits') ? 3 : 0),
    load: async ({ dataset }) => read(dataset),
  },
  open,
  size: ({ model: { cell, hidden, layers }, training }, { splits }) => ({
    parameters:
      recurrentParameters({ cell, inputSize: 1, hiddenSizes: Array<number>(layers).fill(hidden) }) +
      hidden +
      1,
    working: training.batch * splits.train[0].length * hidden * layers,
  }),
  prediction: {
    options: [{ flags: '--in <FILE>', description: 'of parity: a file of bits', required: true }],
    async *predict({ config, weights, where }, given) {
      const model = modelOf(config);
      model.load(weights, where);
      const { splits } = read(given.in as string);
      for (const bits of splits.test) {
        const odd = Array.from(model.forward([bits]).data, (logit) => (logit > 0 ? 1 : 0));
        yield [
          { event: { bits: bits.join(''), odd: odd.join('') }, line: `${bits.join('')}  ${odd.join('')}` },
        ];
      }
      return evaluated(model, splits.test);
    },
  },
  sections: ({ config }) => [
    {
      title: 'What a parity is',
      parts: [{ kind: 'note', note: `${config('model.hidden')} units count to two.` }],
    },
  ],
};

// --- internal ---

/** The first 60 % of the lines, the next 20 %, the rest. */
function read(file: string): ParityData {
  if (!fs.existsSync(file)) throw new DataError(`${file}: expected a file of bits, found none`);
  const text = fs.readFileSync(file, 'utf8');
  const all = text
    .trim()
    .split('\n')
    .map((line) => [...line].map(Number));
  const [first, second] = [0.6, 0.8].map((share) => Math.floor(share * all.length));
  const splits = { train: all.slice(0, first), valid: all.slice(first, second), test: all.slice(second) };
  return { name: file, source: file, splits, sha256: createHash('sha256').update(text).digest('hex') };
}

function modelOf({ model: sizes, seed }: ParityConfig) {
  const regularizer = parseDropout(sizes.dropout);
  const { recurrent, readout: atReadout } = splitReadout(regularizer);
  const stream = new NoiseStream(seed);
  const hiddenSizes = Array<number>(sizes.layers).fill(sizes.hidden);
  const stack = recurrentStack({ cell: sizes.cell, inputSize: 1, hiddenSizes, dropout: recurrent }, stream);
  const readout = linear(
    { inputSize: stack.outputSize, outputSize: 1, dropout: atReadout, layer: sizes.layers },
    stream,
  );
  const parameters: Record<string, Tensor> = {};
  for (const [index, layer] of stack.layers.entries()) {
    for (const [name, tensor] of Object.entries(layer.parameters))
      parameters[layerPrefix(index) + name] = tensor;
  }
  for (const [name, tensor] of Object.entries(readout.parameters)) parameters[`readout.${name}`] = tensor;
  const tensor = (rows: Sequences, at: (bits: readonly number[], t: number) => number): Tensor => {
    const steps = rows[0].length - 1;
    const data = Float32Array.from({ length: steps * rows.length }, (_, m) =>
      at(rows[m % rows.length], Math.floor(m / rows.length)),
    );
    return new Tensor([steps, rows.length, 1], data);
  };
  const run = (rows: Sequences, noise?: NoiseStream) => {
    // A frame is a bit; the first alone says nothing, so that states begin with it.
    const hidden = stack.forward(
      tensor(rows, (bits, t) => 2 * bits[t] + bits[t + 1] - 1.5),
      undefined,
      noise,
    );
    return { ...hidden, hidden: hidden.output, output: readout.forward(hidden.output, noise) };
  };
  const targets = (rows: Sequences): Tensor => tensor(rows, (bits, t) => bits[t] ^ bits[t + 1]);
  const taskModel: TaskModel = {
    parameters,
    regularizer,
    plans: plansOf(stack),
    stored: () => ({
      ...storedLayers(stack.layers),
      ...linearToTorch(
        { weight: parameters['readout.weight'], bias: parameters['readout.bias'] },
        'readout.',
      ),
    }),
    load(weights, where) {
      const { weight, bias } = linearFromTorch(weights, 'readout.');
      const found = loadLayers(stack.layers, weights).set('readout.weight', weight).set('readout.bias', bias);
      loadNamed(parameters, found, where);
    },
  };
  return {
    ...taskModel,
    targets,
    forward(rows: Sequences): Tensor {
      const { output } = run(rows);
      return isGaussian(output) ? output.mean : output;
    },
    loss: (rows: Sequences, noise: NoiseStream, examples: number) =>
      regularizedLoss(
        regularizer,
        (draws) => {
          const { output, hidden, states, state } = run(rows, draws);
          return { output, nll: bernoulliNll(output, targets(rows)), dropped: hidden, states, state };
        },
        noise,
        { parameters: Object.values(parameters), distributions: weightPosteriors(parameters), examples },
      ),
  };
}

function evaluated(model: ReturnType<typeof modelOf>, rows: Sequences): Record<string, number> {
  return scoped(() => {
    const logits = model.forward(rows).data;
    const targets = model.targets(rows).data;
    let [nll, wrong] = [0, 0];
    for (const [m, logit] of logits.entries()) {
      nll += Math.log1p(Math.exp(targets[m] === 1 ? -logit : logit));
      if (logit > 0 !== (targets[m] === 1)) wrong++;
    }
    return { nll_per_bit: nll / logits.length, error_rate: wrong / logits.length };
  });
}

function open(config: ParityConfig, data: ParityData, noise: NoiseStream): Task {
  const model = modelOf(config);
  const { train } = data.splits;
  const { batch } = config.training;
  const steps = train[0].length - 1;
  return {
    model,
    ...parity.metric(() => undefined),
    data: {
      ...{ name: data.name, source: data.source, sha256: data.sha256 },
      splits: {
        train: { sequences: train.length },
        valid: { sequences: data.splits.valid.length },
        test: { sequences: data.splits.test.length },
      },
    },
    uninformed: Math.LN2,
    examples: train.length * steps,
    working: parity.size(config, data).working,
    hint: (run) => `lethe predict ${run} --in FILE   counts`,
    stepsIn: () => Math.ceil(train.length / batch),
    step({ epoch, position }, stream) {
      const order = noise.at(epoch).permutation({ site: 'order' }, train.length);
      const rows = Array.from(order.subarray(position * batch, (position + 1) * batch), (i) => train[i]);
      return { total: model.loss(rows, stream, train.length * steps), counted: rows.length * steps };
    },
    trainMetrics: (mean) => ({ nll_per_bit: mean }),
    *evaluate(split): Slices<Record<string, number>> {
      yield { done: 1, all: 2 };
      return evaluated(model, data.splits[split]);
    },
    files: () => ({}),
    carried: () => ({}),
    restoreCarried: () => {},
  };
}
