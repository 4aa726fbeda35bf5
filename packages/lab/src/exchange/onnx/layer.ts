/**
 * A recurrent layer as ONNX has it: the operators RNN, LSTM and GRU where they compute the same, and else a Scan over steps of elementary
 * operations (step.ts): operators know neither zoneout, nor factors on the new state, nor masks.
 */
import { type Activation, ConfigError, type Recurrent, type Tensor } from 'lethe';
import type { Graph } from './graph.ts';
import type { LayerFactors, LayerInputs, LayerOutputs, LayerParts } from './layer-parts.ts';
import { type Factor, type Factors, factorName } from './noise.ts';
import { scanLayer } from './step.ts';

/** Adds a layer to the graph. */
export function addLayer(
  graph: Graph,
  layer: Recurrent,
  suffix: string,
  factors: Factors,
  inputs: LayerInputs,
): LayerOutputs {
  const { activation = 'tanh', resetAfter = true } = layer.options as {
    activation?: Activation;
    resetAfter?: boolean;
  };
  if (layer.cell === 'deep-rnn') {
    throw new ConfigError(
      'onnx: expected layers of rnn, lstm or gru, found a deep-rnn: ONNX has no operator for layers between two states; export its arrays with --to safetensors',
    );
  }
  const { cell } = layer;
  const gates = { rnn: 1, lstm: 4, gru: 3 }[cell];
  const acting = actingOn(layer, gates, suffix, factors);
  const isReverse = layer.options.direction === 1;
  const parts: LayerParts = { layer, cell, gates, suffix, isReverse, activation, resetAfter, acting };
  const made = hasOperator(parts) ? operatorLayer(graph, parts, inputs) : scanLayer(graph, parts, inputs);
  return { ...made, output: scaled(graph, made.output, acting.output) };
}

/** A value times the factor of a site, where there is one; masks broadcast over [time, batch, width]. */
export function scaled(graph: Graph, value: string, factor: Factor | undefined): string {
  if (!factor) return value;
  return graph.node('Mul', [value, factorName(graph, factor)]);
}

// --- internal ---

function actingOn(layer: Recurrent, gates: number, suffix: string, factors: Factors): LayerFactors {
  const { inputSize: I, hiddenSize: H } = layer.options;
  const at = (site: Parameters<Factors['at']>[1], options: Parameters<Factors['at']>[3]) =>
    factors.at(layer.plan, site, suffix, options);
  return {
    input: at('input', { width: [I], gates }),
    recurrent: at('recurrent', { width: [H], gates }),
    weight: at('weight', { width: [H, gates * H] }),
    weightIn: at('weightIn', { width: [I, gates * H] }),
    update: at('update', { width: [H] }),
    cell: at('cell', { width: [H] }),
    zoneout: at('hidden', { width: [H], zoneout: true }),
    zoneoutCell: at('cell', { width: [H], zoneout: true }),
    output: at('output', { width: [H] }),
  };
}

/** Constant factors on input, state and weights are part of the weights of an operator. */
function hasOperator({ acting, activation, layer }: LayerParts): boolean {
  const { input, recurrent, weight, weightIn, update, cell, zoneout, zoneoutCell } = acting;
  const isConstant = [input, recurrent, weight, weightIn].every((one) => one?.kind !== 'input');
  const isPlain = [update, cell, zoneout, zoneoutCell].every((one) => one === undefined);
  return isConstant && isPlain && (layer.cell !== 'rnn' || activation !== 'identity');
}

/** Where the gates of an operator stand among ours: i o f c of i f g o, z r h of r z n. */
const gateOrder = { rnn: [0], lstm: [0, 3, 1, 2], gru: [1, 0, 2] } as const;

const operators = { rnn: 'RNN', lstm: 'LSTM', gru: 'GRU' } as const;

const activationNames = { tanh: 'Tanh', sigmoid: 'Sigmoid', relu: 'Relu', identity: 'Affine' } as const;

function operatorLayer(graph: Graph, parts: LayerParts, inputs: LayerInputs): LayerOutputs {
  const { layer, suffix, isReverse, activation, resetAfter, acting } = parts;
  const { cell } = parts;
  const { parameters, options } = layer;
  const { inputSize: I, hiddenSize: H } = options;
  const order = gateOrder[cell];
  const G = order.length;
  const { weightIn, weightRec, bias, biasRec } = parameters;
  const w = graph.constant(
    `weight_ih${suffix}`,
    [1, G * H, I],
    gateRows(weightIn, order, H, constantOf(acting.input) * constantOf(acting.weightIn)),
  );
  const r = graph.constant(
    `weight_hh${suffix}`,
    [1, G * H, H],
    gateRows(weightRec, order, H, constantOf(acting.recurrent) * constantOf(acting.weight)),
  );
  const both = new Float32Array(2 * G * H);
  both.set(gateBlocks(bias, order, H));
  if (biasRec) both.set(gateBlocks(biasRec, order, H), G * H);
  const b = graph.constant(`bias${suffix}`, [1, 2 * G * H], both);
  const first = graph.wholes([0]);
  const states = [inputs.hidden, ...(inputs.cell ? [inputs.cell] : [])];
  const initial = states.map((state) => graph.node('Unsqueeze', [state, first]));
  const from = [inputs.x, w, r, b, inputs.lengths ?? '', ...initial];
  const [y, hidden, cellState] = graph.nodes(operators[cell], from, cell === 'lstm' ? 3 : 2, {
    hidden_size: H,
    direction: isReverse ? 'reverse' : 'forward',
    ...(cell === 'rnn' && { activations: [activationNames[activation]] }),
    ...(cell === 'gru' && { linear_before_reset: resetAfter ? 1 : 0 }),
  });
  return {
    output: graph.node('Squeeze', [y, graph.wholes([1])]),
    hidden: graph.node('Squeeze', [hidden, first]),
    ...(cellState && { cell: graph.node('Squeeze', [cellState, first]) }),
  };
}

const constantOf = (factor: Factor | undefined): number => (factor?.kind === 'constant' ? factor.value : 1);

/** [rows, G H] as [G H, rows] with the gates in `order`. */
function gateRows({ shape: [rows, columns], data }: Tensor, order: readonly number[], H: number, by: number) {
  const result = new Float32Array(rows * columns);
  for (const [g, from] of order.entries()) {
    for (let j = 0; j < H; j++) {
      for (let i = 0; i < rows; i++) result[(g * H + j) * rows + i] = by * data[i * columns + from * H + j];
    }
  }
  return result;
}

function gateBlocks({ data }: Tensor, order: readonly number[], H: number): number[] {
  return order.flatMap((from) => Array.from(data.subarray(from * H, (from + 1) * H)));
}
