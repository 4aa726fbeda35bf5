/** What ONNX Runtime computes with a written file is what the library computes. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { NoiseStream, poolSteps, type RecurrentState, type Tensor } from 'lethe';
import { expect, test } from 'vitest';
import { canRun, python } from '../python.suite.ts';
import { onnxFile } from './network.ts';
import { drawnMasks, gap, madeNetwork, runOnnx, runtime, someNumbers, someStates } from './onnx-run.suite.ts';

const [T, B, I] = [6, 3, 5];
const version = '0';
/** Single precision over a handful of steps; the figure that is promised. */
const tolerance = 1e-5;

type Made = ReturnType<typeof madeNetwork>;

/** The states of the layers as the library takes them. */
function statesOf({ network }: Made, states: Record<string, Tensor>): RecurrentState[] {
  return network.layers.map((layer, k) => {
    const suffix = `_l${Math.floor(k / network.directions)}${layer.options.direction === 1 ? '_reverse' : ''}`;
    return { hidden: states[`h${suffix}`], ...(layer.cell === 'lstm' && { cell: states[`c${suffix}`] }) };
  });
}

/** Outputs of both, at the test-time rule or with the masks of a place in a stream; the largest difference. */
async function difference(made: Made, noise?: NoiseStream): Promise<number> {
  const { network, model, stack, readout } = made;
  const file = onnxFile(model, { version, noise: noise && 'masks' });
  const x = someNumbers([T, B, I]);
  const states = someStates(network, B);
  const masks = noise ? drawnMasks(file, { network, noise, steps: T, batch: B }) : {};
  const found = await runOnnx(file.content, { x, ...states, ...masks } as never);
  const hidden = stack.forward(x, statesOf(made, states), noise);
  const output = readout.forward(hidden.output, noise) as Tensor;
  let most = gap(found.output.data as Float32Array, output.data);
  for (const [k, layer] of network.layers.entries()) {
    const suffix = `_l${Math.floor(k / network.directions)}${layer.options.direction === 1 ? '_reverse' : ''}`;
    const after = hidden.state[k];
    most = Math.max(most, gap(found[`h${suffix}_out`].data as Float32Array, (after.hidden as Tensor).data));
    if (after.cell)
      most = Math.max(most, gap(found[`c${suffix}_out`].data as Float32Array, (after.cell as Tensor).data));
  }
  return most;
}

const cells = [
  ['an RNN with tanh', { cell: 'rnn', activation: 'tanh' }],
  ['an RNN with relu', { cell: 'rnn', activation: 'relu' }],
  ['an RNN with the logistic function', { cell: 'rnn', activation: 'sigmoid' }],
  ['a linear RNN', { cell: 'rnn', activation: 'identity' }],
  ['an LSTM', { cell: 'lstm' }],
  ['an LSTM with two biases', { cell: 'lstm', recurrentBias: true }],
  ['an RNN with two biases', { cell: 'rnn', recurrentBias: true }],
  ['a GRU, reset after the product', { cell: 'gru', resetAfter: true }],
  ['a GRU, reset in front of the product', { cell: 'gru', resetAfter: false }],
] as const;

const shapes = [
  { hiddenSizes: [4], bidirectional: false },
  { hiddenSizes: [4], bidirectional: true },
  { hiddenSizes: [4, 6], bidirectional: false },
  { hiddenSizes: [4, 3, 5], bidirectional: true },
];

const methods = [
  'variational:input=.3,recurrent=.2,output=.4',
  'variational:input=.3,recurrent=.2,gates=untied',
  'naive:input=.2,output=.3,scaling=paper',
  'zoneout:hidden=.2',
  'standard:input=.2,output=.5',
  'rnndrop:cell=.3',
  'dropconnect:weight=.3,weightIn=.2,examples=batch',
  'gaussian:input=.2,recurrent=.3',
];

for (const [title, cell] of cells) {
  for (const shape of shapes) {
    const where = `${shape.hiddenSizes.length} layers${shape.bidirectional ? ' in both directions' : ''}`;
    test.skipIf(!runtime)(`${title}, ${where}, gives ONNX Runtime's outputs and states`, async () => {
      expect(await difference(madeNetwork({ ...cell, inputSize: I, ...shape }))).toBeLessThan(tolerance);
    });
  }
  for (const dropout of methods.filter((name) => cell.cell !== 'rnn' || !name.includes('untied'))) {
    test.skipIf(!runtime)(
      `${title} with ${dropout} gives the test-time network, and with masks that of training`,
      async () => {
        const made = madeNetwork({
          ...cell,
          inputSize: I,
          hiddenSizes: [4, 4],
          bidirectional: true,
          dropout,
        });
        expect(await difference(made)).toBeLessThan(tolerance);
        expect(await difference(made, new NoiseStream(3).at(5))).toBeLessThan(tolerance);
      },
    );
  }
}

test.skipIf(!runtime)(
  'zoneout of the cell and updates that are dropped as their papers scale them are part of the graph',
  async () => {
    for (const dropout of [
      'zoneout:hidden=.2,cell=.4',
      'semeniuta:update=.3',
      'rnndrop:cell=.3+zoneout:hidden=.1,cell=.2',
    ]) {
      const made = madeNetwork({ cell: 'lstm', inputSize: I, hiddenSizes: [4], dropout });
      expect(await difference(made)).toBeLessThan(tolerance);
      expect(await difference(made, new NoiseStream(3).at(5))).toBeLessThan(tolerance);
    }
  },
);

for (const pooling of ['last', 'mean', 'max'] as const) {
  for (const dropout of ['none', 'zoneout:hidden=.2']) {
    test.skipIf(!runtime)(
      `${pooling} of rows of different lengths, ${dropout}, leaves out what stands behind`,
      async () => {
        const made = madeNetwork({
          cell: 'lstm',
          inputSize: I,
          hiddenSizes: [4, 3],
          bidirectional: true,
          dropout,
        });
        const file = onnxFile({ ...made.model, networks: [{ ...made.network, pooling }] }, { version });
        const x = someNumbers([T, B, I]);
        const lengths = Int32Array.from([6, 2, 4]);
        const states = someStates(made.network, B);
        const hidden = made.stack.forward(x, statesOf(made, states), undefined, { stop: lengths });
        const read = poolSteps(hidden.output, { pooling, lengths, directions: 2 });
        const output = made.readout.forward(read) as Tensor;
        const given = { x, lengths: { shape: [B], data: lengths }, ...states };
        const found = await runOnnx(file.content, given as never);
        expect(found.output.shape).toEqual([1, B, 3]);
        expect(gap(found.output.data as Float32Array, output.data)).toBeLessThan(tolerance);
      },
    );
  }
}

test.skipIf(!runtime)(
  'a sequence in two pieces, the state handed on, gives what it gives in one',
  async () => {
    const made = madeNetwork({
      cell: 'gru',
      inputSize: I,
      hiddenSizes: [4, 3],
      dropout: 'zoneout:hidden=.2',
    });
    const { content } = onnxFile(made.model, { version });
    const x = someNumbers([T, B, I]);
    const states = someStates(made.network, B);
    const whole = await runOnnx(content, { x, ...states } as never);
    const piece = (from: number, to: number) => ({
      shape: [to - from, B, I],
      data: x.data.slice(from * B * I, to * B * I),
    });
    const first = await runOnnx(content, { x: piece(0, 2), ...states } as never);
    const carried = { h_l0: first.h_l0_out, h_l1: first.h_l1_out };
    const second = await runOnnx(content, { x: piece(2, T), ...carried } as never);
    const both = [...(first.output.data as Float32Array), ...(second.output.data as Float32Array)];
    expect(gap(both, whole.output.data as Float32Array)).toBeLessThan(tolerance);
  },
);

test('noise that is integrated or drawn at test time is refused with the reason and the way out', () => {
  const fast = madeNetwork({
    cell: 'rnn',
    inputSize: I,
    hiddenSizes: [4],
    dropout: 'fast:input=.2,recurrent=.3',
  });
  expect(() => onnxFile(fast.model, { version })).toThrow(/integrates its noise at test time.*--rule mean/);
  expect(() => onnxFile(fast.model, { version, noise: 'masks' })).toThrow(/draws no masks/);
  const weights = madeNetwork({
    cell: 'rnn',
    inputSize: I,
    hiddenSizes: [4],
    dropout: 'weight-noise:deviation=.1,form=sample',
  });
  expect(() => onnxFile(weights.model, { version, noise: 'masks' })).toThrow(/draws weights and not masks/);
});

const checker = `
import json, sys, numpy, onnx, onnxruntime
onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)
feeds = {k: numpy.array(v[1], numpy.float32).reshape(v[0]) for k, v in json.load(open(sys.argv[2])).items()}
session = onnxruntime.InferenceSession(sys.argv[1])
print(json.dumps(dict(zip([o.name for o in session.get_outputs()], [y.ravel().tolist() for y in session.run(None, feeds)]))))
`;

test.skipIf(!canRun('import onnx, onnxruntime'))(
  "the checker of ONNX has no objection, and Python's ONNX Runtime gives the same outputs",
  () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-onnx-'));
    for (const [k, dropout] of ['variational', 'zoneout:hidden=.2+variational:gates=untied'].entries()) {
      const made = madeNetwork({
        cell: 'gru',
        inputSize: I,
        hiddenSizes: [4, 3],
        bidirectional: true,
        dropout,
      });
      const x = someNumbers([T, B, I]);
      const states = someStates(made.network, B);
      const file = path.join(folder, `${k}.onnx`);
      fs.writeFileSync(file, onnxFile(made.model, { version }).content);
      const inputs = Object.entries({ x, ...states }).map(([name, { shape, data }]) => [
        name,
        [shape, Array.from(data)],
      ]);
      fs.writeFileSync(path.join(folder, 'inputs.json'), JSON.stringify(Object.fromEntries(inputs)));
      const found = JSON.parse(
        execFileSync(python, ['-c', checker, file, path.join(folder, 'inputs.json')], { encoding: 'utf8' }),
      );
      const hidden = made.stack.forward(x, statesOf(made, states));
      expect(gap(found.output, (made.readout.forward(hidden.output) as Tensor).data)).toBeLessThan(tolerance);
    }
    fs.rmSync(folder, { recursive: true });
  },
  60_000,
);

test('masks are told with the rate that they have when the weights are trained so far, and with what a draw is for', () => {
  const made = madeNetwork({
    cell: 'lstm',
    inputSize: I,
    hiddenSizes: [4],
    dropout: 'curriculum:gamma=.01+awd:weight=.5,input=.4,rows=true',
  });
  const { masks } = onnxFile(made.model, { version, noise: 'masks', trained: 100 });
  // rate (1 - e^(-gamma t)) of Morerio et al. 2017
  const grown = 1 - Math.exp(-1);
  const [column] = masks.mask_weight_l0.entries;
  expect(column).toMatchObject({ rate: expect.closeTo(0.5 * grown, 12), weights: 'column' });
  expect(masks.mask_input_l0.entries[0]).toMatchObject({ rate: expect.closeTo(0.4 * grown, 12) });
  expect(masks.mask_input_l0.entries[0]).not.toHaveProperty('weights');
  const { masks: last } = onnxFile(made.model, { version, noise: 'masks' });
  expect(last.mask_weight_l0.entries[0].rate).toBe(0.5);
});

test('equal models give equal bytes', () => {
  const make = () =>
    onnxFile(madeNetwork({ cell: 'lstm', inputSize: I, hiddenSizes: [4] }).model, { version }).content;
  expect(make()).toEqual(make());
});
