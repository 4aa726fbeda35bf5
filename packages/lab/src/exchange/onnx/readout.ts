/** The readout of a network in its graph: a linear map, a table of classes, or an adaptive softmax as log probabilities. */
import type { Tensor } from 'lethe';
import type { PortableNetwork } from '../../runs/network.ts';
import type { Graph } from './graph.ts';
import { scaled } from './layer.ts';
import type { Factors } from './noise.ts';

/** Adds it over `x` [time, batch, features]. */
export function addReadout(
  graph: Graph,
  { readout }: PortableNetwork,
  x: string,
  factors: Factors,
  member: string,
): string {
  const { weight } = readout;
  const features = readout.kind === 'linear' ? weight.shape[0] : weight.shape[1];
  const read = scaled(
    graph,
    x,
    factors.at(readout.plan, 'input', `_readout${member}`, { width: [features] }),
  );
  if (readout.kind === 'linear') {
    const w = graph.constant(`readout_weight${member}`, weight.shape, weight.data);
    return plusBias(graph, graph.node('MatMul', [read, w]), readout.bias, `readout_bias${member}`);
  }
  const { bias, clusters } = readout;
  if (!clusters) return rowsOf(graph, read, { weight, bias, name: `readout${member}` });
  // The first step chooses among frequent classes and clusters, the second within a cluster.
  const words = clusters.cutoffs[0];
  const all = joinedRows(part(weight, 0, words), clusters.weight);
  const ends = joinedRows(bias ? part(bias, 0, words) : zerosLike(words), clusters.bias);
  const first = logSoftmax(
    graph,
    rowsOf(graph, read, { weight: all, bias: ends, name: `readout_head${member}` }),
  );
  const lengths = graph.wholes([words, ...clusters.cutoffs.map(() => 1)]);
  const [frequent, ...entries] = graph.nodes('Split', [first, lengths], 1 + clusters.cutoffs.length, {
    axis: 2,
  });
  const rest = clusters.cutoffs.map((from, c) => {
    const to = clusters.cutoffs[c + 1] ?? weight.shape[0];
    const own = { weight: part(weight, from, to), bias: bias && part(bias, from, to) };
    const within = logSoftmax(graph, rowsOf(graph, read, { ...own, name: `readout_cluster${c}${member}` }));
    return graph.node('Add', [within, entries[c]]);
  });
  return graph.node('Concat', [frequent, ...rest], { axis: 2 });
}

// --- internal ---

/** Rows of numbers. */
type Rows = Pick<Tensor, 'shape' | 'data'>;

const logSoftmax = (graph: Graph, x: string): string => graph.node('LogSoftmax', [x], { axis: 2 });

/** x weight^T + bias, the table turned around beforehand. */
function rowsOf(
  graph: Graph,
  x: string,
  { weight, bias, name }: { weight: Rows; bias?: Rows; name: string },
): string {
  const table = graph.constant(`${name}_weight`, weight.shape, weight.data);
  const turned = graph.node('Transpose', [table], { perm: [1, 0] });
  return plusBias(graph, graph.node('MatMul', [x, turned]), bias, `${name}_bias`);
}

function plusBias(graph: Graph, x: string, bias: Rows | undefined, name: string): string {
  return bias ? graph.node('Add', [x, graph.constant(name, bias.shape, bias.data)]) : x;
}

function part({ shape, data }: Rows, from: number, to: number): Rows {
  const width = shape.length > 1 ? shape[1] : 1;
  return {
    shape: [to - from, ...shape.slice(1)],
    data: data.subarray(from * width, to * width) as Tensor['data'],
  };
}

function joinedRows(a: Rows, b: Rows): Rows {
  const data = new Float32Array(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return { shape: [a.shape[0] + b.shape[0], ...a.shape.slice(1)], data };
}

const zerosLike = (length: number): Rows => ({ shape: [length], data: new Float32Array(length) });
