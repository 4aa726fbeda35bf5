/**
 * A trained model as an ONNX file: its test-time network, with the state of every layer in and out, so that a long sequence may be given in
 * pieces; or the network of training, whose masks are inputs over all steps (MC dropout in another program).
 */
import { ConfigError } from 'lethe';
import type { Regularizer } from 'lethe/dropout';
import type { PortableModel, PortableNetwork } from '../../runs/network.ts';
import { type Graph, modelFile, graph as newGraph } from './graph.ts';
import { addLayer } from './layer.ts';
import { type Factors, type MaskList, factors as makeFactors, type NoiseForm } from './noise.ts';
import { addReadout } from './readout.ts';

export interface OnnxOptions {
  /** `masks`: those of training are inputs. @defaultValue 'mean' */
  noise?: NoiseForm;
  /** training steps done, for rates of masks that move. @defaultValue the rates that training ends with */
  trained?: number;
  /** of the program */
  version: string;
  /** texts for the properties of the file */
  about?: Readonly<Record<string, string>>;
}

/** A file, and what it asks for. */
export interface OnnxFile {
  content: Uint8Array;
  inputs: readonly string[];
  outputs: readonly string[];
  masks: MaskList;
  /** learned initial states by the names of their inputs; the others begin with zeros */
  initialStates: Readonly<Record<string, number[]>>;
}

/** Throws ConfigError for a model that no graph can be written of, saying why. */
export function onnxFile(model: PortableModel, options: OnnxOptions): OnnxFile {
  const { noise = 'mean', trained, version, about = {} } = options;
  for (const { layers } of model.networks) requireForm(layers[0].plan.regularizer, model.rule, noise);
  const graph = newGraph();
  const names: Names = { inputs: [], outputs: [] };
  const factors = makeFactors(graph, noise, trained);
  const { input } = model.networks[0];
  const isWords = 'words' in input;
  const x = isWords
    ? graph.input('words', 'int64', ['time', 'batch'], model.about.input)
    : graph.input('x', 'float', ['time', 'batch', input.features], model.about.input);
  names.inputs.push(x);
  const hasLengths = model.networks.some(({ pooling }) => pooling !== 'none');
  const lengths = hasLengths
    ? graph.input(
        'lengths',
        'int32',
        ['batch'],
        'steps of each row that count; what stands behind has no influence',
      )
    : undefined;
  if (lengths) names.inputs.push(lengths);
  const steps = lengths === undefined ? undefined : stepsOf(graph, x, lengths);
  for (const [k, network] of model.networks.entries()) {
    const member = model.networks.length > 1 ? `_m${k}` : '';
    const output = addNetwork(graph, network, { x, lengths, steps, factors, names, member });
    const name = `output${member}`;
    const shape = network.pooling === 'none' ? ['time', 'batch'] : [1, 'batch'];
    graph.output(name, output, 'float', [...shape, outputsOf(network)], model.about.output);
    names.outputs.push(name);
  }
  const initial = initialStates(model);
  const properties = {
    ...about,
    input: model.about.input,
    output: model.about.output,
    state: 'zeros, or what the run before gave; learned initial states stand in initial_state',
    ...(Object.keys(initial).length > 0 && { initial_state: JSON.stringify(initial) }),
    ...(Object.keys(factors.masks).length > 0 && { masks: JSON.stringify(factors.masks) }),
    ...Object.fromEntries(
      Object.entries(model.labels ?? {}).map(([name, labels]) => [name, JSON.stringify(labels)]),
    ),
  };
  return {
    content: modelFile(graph, 'lethe', version, properties),
    inputs: [...names.inputs, ...Object.keys(factors.masks)],
    outputs: names.outputs,
    masks: factors.masks,
    initialStates: initial,
  };
}

// --- internal ---

interface Names {
  inputs: string[];
  outputs: string[];
}

/** Throws ConfigError for noise that neither constants nor masks stand for. */
function requireForm(regularizer: Regularizer, rule: PortableModel['rule'], form: NoiseForm): void {
  const { name, modes, weightNoise } = regularizer;
  if (form === 'masks') {
    if (weightNoise) {
      throw new ConfigError(
        `${name} draws weights and not masks, which an ONNX graph cannot be given; export it without masks`,
      );
    }
    if (modes.train !== 'sample' && modes.train !== 'mean') {
      throw new ConfigError(
        `${name} integrates its noise while it trains (${modes.train}), so that it draws no masks that could be inputs; export it without masks`,
      );
    }
    return;
  }
  if (rule === 'mean') return;
  throw new ConfigError(
    rule === 'moments'
      ? `${name} integrates its noise at test time (means and variances through every step), which ONNX has no operators for; --rule mean writes the network of the means alone, whose predictions differ`
      : `${name} draws its noise at test time (${rule}), which an ONNX graph does not; --rule mean writes the test-time network without draws, --mc-masks one that is given the masks`,
  );
}

/** What is known of the steps of each row. */
interface Steps {
  /** [time, batch, 1] boolean: counts */
  active: string;
  /** [time, 1, 1] numbers of the steps, and [1, batch, 1] those of the last ones, int32 */
  numbers: string;
  ends: string;
}

function stepsOf(graph: Graph, x: string, lengths: string): Steps {
  const time = graph.node('Gather', [graph.node('Shape', [x]), graph.wholes([0], true)], { axis: 0 });
  const range = graph.node('Range', [graph.wholes([0], true), time, graph.wholes([1], true)]);
  const numbers = graph.node('Unsqueeze', [range, graph.wholes([1, 2])]);
  const long = graph.node('Cast', [lengths], { to: 7 });
  const ends = graph.node('Unsqueeze', [long, graph.wholes([0, 2])]);
  return { active: graph.node('Less', [numbers, ends]), numbers, ends };
}

interface NetworkPlace {
  x: string;
  lengths?: string;
  steps?: Steps;
  factors: Factors;
  names: Names;
  /** in names, of members of an ensemble */
  member: string;
}

/** The output of a network; adds its states to inputs and outputs. */
function addNetwork(graph: Graph, network: PortableNetwork, place: NetworkPlace): string {
  const { lengths, steps, factors, names, member } = place;
  const { directions, layers } = network;
  let below = embedded(graph, network, place);
  for (let at = 0; at < layers.length; at += directions) {
    const outputs = layers.slice(at, at + directions).map((layer, direction) => {
      const suffix = `${member}_l${at / directions}${direction === 1 ? '_reverse' : ''}`;
      const H = layer.options.hiddenSize;
      const state = (letter: string): string => {
        const name = `${letter}${suffix}`;
        names.inputs.push(name);
        return graph.input(name, 'float', ['batch', H], 'state in front of the first step');
      };
      const hidden = state('h');
      const cell = layer.cell === 'lstm' ? state('c') : undefined;
      const made = addLayer(graph, layer, suffix, factors, {
        x: below,
        hidden,
        cell,
        lengths,
        active: steps?.active,
      });
      const give = (letter: string, value: string): void => {
        names.outputs.push(`${letter}${suffix}_out`);
        graph.output(`${letter}${suffix}_out`, value, 'float', ['batch', H], 'state after the last step');
      };
      give('h', made.hidden);
      if (made.cell) give('c', made.cell);
      return made.output;
    });
    below = outputs.length === 1 ? outputs[0] : graph.node('Concat', outputs, { axis: 2 });
  }
  const read = steps ? pooled(graph, network, below, steps) : below;
  return addReadout(graph, network, read, factors, member);
}

/** x, or the rows of words. */
function embedded(graph: Graph, { input }: PortableNetwork, { x, factors, member }: NetworkPlace): string {
  if (!('words' in input)) return x;
  const { words: table, plan } = input;
  const rows = graph.node('Gather', [graph.constant(`embedding${member}`, table.shape, table.data), x], {
    axis: 0,
  });
  const mask = plan && factors.at(plan, 'embedding', member, { width: [table.shape[0]] });
  if (mask?.kind !== 'input') return rows;
  // The mask of each example at its words: [batch, time] of [batch, vocabulary].
  const turned = graph.node('Transpose', [x], { perm: [1, 0] });
  const batch = graph.node('Gather', [graph.node('Shape', [turned]), graph.wholes([0])], { axis: 0 });
  const whole = graph.node('Concat', [batch, graph.wholes([table.shape[0]])], { axis: 0 });
  const masks = graph.node('Expand', [mask.name, whole]);
  const own = graph.node('GatherElements', [masks, turned], { axis: 1 });
  const factor = graph.node('Unsqueeze', [
    graph.node('Transpose', [own], { perm: [1, 0] }),
    graph.wholes([2]),
  ]);
  return graph.node('Mul', [rows, factor]);
}

/** One vector for the sequence, as `poolSteps` has it. */
function pooled(graph: Graph, { pooling, directions }: PortableNetwork, x: string, steps: Steps): string {
  const { active, numbers, ends } = steps;
  if (pooling === 'max') {
    const real = graph.node('Where', [active, x, graph.number(Number.NEGATIVE_INFINITY)]);
    return graph.node('ReduceMax', [real], { axes: [0], keepdims: 1 });
  }
  const first = graph.wholes([0]);
  const zero = graph.number(0);
  if (pooling === 'mean') {
    const sum = graph.node('ReduceSum', [graph.node('Where', [active, x, zero]), first], { keepdims: 1 });
    return graph.node('Div', [sum, graph.node('Cast', [ends], { to: 1 })]);
  }
  const at = (step: string, value: string): string => {
    const here = graph.node('Where', [graph.node('Equal', [numbers, step]), value, zero]);
    return graph.node('ReduceSum', [here, first], { keepdims: 1 });
  };
  const last = graph.node('Sub', [ends, graph.wholes([1], true)]);
  if (directions === 1) return at(last, x);
  const [forwards, backwards] = graph.nodes('Split', [x], 2, { axis: 2 });
  return graph.node('Concat', [at(last, forwards), at(graph.wholes([0], true), backwards)], { axis: 2 });
}

function outputsOf({ readout }: PortableNetwork): number {
  return readout.kind === 'linear' ? readout.weight.shape[1] : readout.weight.shape[0];
}

/** Learned initial states by the names of the inputs. */
function initialStates({ networks }: PortableModel): Record<string, number[]> {
  const found: Record<string, number[]> = {};
  for (const [k, { layers, directions }] of networks.entries()) {
    for (const [index, { parameters, options }] of layers.entries()) {
      const member = networks.length > 1 ? `_m${k}` : '';
      const reverse = options.direction === 1 ? '_reverse' : '';
      const suffix = `${member}_l${Math.floor(index / directions)}${reverse}`;
      if (parameters.initialState) found[`h${suffix}`] = Array.from(parameters.initialState.data);
      if (parameters.initialCell) found[`c${suffix}`] = Array.from(parameters.initialCell.data);
    }
  }
  return found;
}
