/**
 * A recurrent layer step by step, as ONNX's operator Scan runs a graph: the equations of `RnnForward`, `LstmForward` and `GruForward` with
 * every factor and mask in its place. What does not depend on the state, the product of the inputs, is made for all steps beforehand.
 */
import type { Graph } from './graph.ts';
import type { LayerInputs, LayerOutputs, LayerParts } from './layer-parts.ts';
import { type Factor, factorName } from './noise.ts';

/** Adds the layer, without the noise at its output. */
export function scanLayer(graph: Graph, parts: LayerParts, inputs: LayerInputs): LayerOutputs {
  const { layer, gates, suffix, isReverse, acting } = parts;
  const { weightIn, weightRec, bias, biasRec } = layer.parameters;
  const H = layer.options.hiddenSize;
  const hasCell = layer.cell === 'lstm';

  const wIn = weights(graph, `weight_ih${suffix}`, weightIn, acting.weightIn);
  const wRec = weights(graph, `weight_hh${suffix}`, weightRec, acting.weight);
  // Only a GRU's reset gate comes between its two biases.
  const isSummed = biasRec && layer.cell !== 'gru';
  const sum = isSummed ? bias.data.map((value, i) => value + biasRec.data[i]) : bias.data;
  const b = graph.constant(`bias${suffix}`, [gates * H], sum);
  const bRec =
    biasRec && !isSummed ? graph.constant(`bias_hh${suffix}`, [gates * H], biasRec.data) : undefined;
  const projected = graph.node('Add', [
    product(graph, inputs.x, perGate(graph, acting.input), wIn, gates),
    b,
  ]);

  // What the steps read: for every step its own row, or the same from outside.
  const body = graph.inside();
  const scanned: string[] = [];
  const bodyInputs: { name: string; shape: (number | string)[] }[] = [];
  const each = (value: string, name: string, shape: (number | string)[]): string => {
    scanned.push(value);
    bodyInputs.push({ name: `${name}${suffix}_step`, shape });
    return `${name}${suffix}_step`;
  };
  const ofStep = (factor: Factor | undefined, name: string): string[] | undefined =>
    perGate(graph, factor)?.map((value, g) => {
      if (factor?.kind !== 'input') return value;
      if (factor.perStep) return each(value, `${name}${g}`, ['mask_batch', H]);
      return graph.node('Squeeze', [value, graph.wholes([0])]);
    });
  const h = body.input(`h${suffix}_before`, 'float', ['batch', H]);
  const c = hasCell ? body.input(`c${suffix}_before`, 'float', ['batch', H]) : undefined;
  const a = each(projected, 'a', ['batch', gates * H]);
  const recurrent = ofStep(acting.recurrent, 'recurrent');
  const update = ofStep(acting.update, 'update')?.[0];
  const onState = ofStep(acting.cell, 'cell')?.[0];
  const zoneout = ofStep(acting.zoneout, 'zoneout')?.[0];
  const zoneoutCell = ofStep(acting.zoneoutCell, 'zoneout_cell')?.[0];
  const active = inputs.active === undefined ? undefined : each(inputs.active, 'active', ['batch', 1]);
  for (const { name, shape } of bodyInputs) {
    body.input(name, name === active ? 'bool' : 'float', shape);
  }

  const times = (value: string, factor: string | undefined): string =>
    factor ? body.node('Mul', [value, factor]) : value;
  /** z before + (1 - z) after */
  const blend = (z: string, before: string, after: string): string => {
    const gap = body.node('Sub', [before, after]);
    return body.node('Add', [after, body.node('Mul', [z, gap])]);
  };
  const step: Step = { body, parts, a, h, c, recurrent, wRec, bRec, times, update, onState };
  const now = { rnn: rnnStep, lstm: lstmStep, gru: gruStep }[parts.cell](step);
  const settled = (zone: string | undefined, before: string, after: string): string => {
    const mixed = zone ? blend(zone, before, after) : after;
    return active ? body.node('Where', [active, mixed, before]) : mixed;
  };
  const after = settled(zoneout, h, now.h);
  body.output(`h${suffix}_after`, after, 'float', ['batch', H]);
  if (c && now.c) body.output(`c${suffix}_after`, settled(zoneoutCell, c, now.c), 'float', ['batch', H]);
  body.output(`y${suffix}_step`, after, 'float', ['batch', H]);

  const states = [inputs.hidden, ...(inputs.cell ? [inputs.cell] : [])];
  const direction = isReverse ? 1 : 0;
  const made = graph.nodes('Scan', [...states, ...scanned], states.length + 1, {
    body,
    num_scan_inputs: scanned.length,
    scan_input_directions: scanned.map(() => direction),
    scan_output_directions: [direction],
  });
  return {
    output: made[made.length - 1],
    hidden: made[0],
    ...(hasCell && { cell: made[1] }),
  };
}

// --- internal ---

/** What a step computes with. */
interface Step {
  body: Graph;
  parts: LayerParts;
  /** [batch, G H], the inputs' part of the pre-activations */
  a: string;
  h: string;
  c: string | undefined;
  /** one for all gates, or one for each */
  recurrent: string[] | undefined;
  wRec: string;
  bRec: string | undefined;
  times(value: string, factor: string | undefined): string;
  update: string | undefined;
  onState: string | undefined;
}

interface StepResult {
  h: string;
  c?: string;
}

function rnnStep({ body, parts, a, h, recurrent, wRec, times, onState }: Step): StepResult {
  const sum = body.node('Add', [a, product(body, h, recurrent, wRec, 1)]);
  const { activation } = parts;
  const functions = { tanh: 'Tanh', sigmoid: 'Sigmoid', relu: 'Relu', identity: 'Identity' } as const;
  return { h: times(body.node(functions[activation], [sum]), onState) };
}

function lstmStep({ body, a, h, c, recurrent, wRec, times, update, onState }: Step): StepResult {
  const sum = body.node('Add', [a, product(body, h, recurrent, wRec, 4)]);
  const [ai, af, ag, ao] = body.nodes('Split', [sum], 4, { axis: 1 });
  const [i, f, o] = [ai, af, ao].map((gate) => body.node('Sigmoid', [gate]));
  const g = times(body.node('Tanh', [ag]), update);
  const kept = body.node('Mul', [f, c!]);
  const cell = times(body.node('Add', [kept, body.node('Mul', [i, g])]), onState);
  return { h: body.node('Mul', [o, body.node('Tanh', [cell])]), c: cell };
}

function gruStep(step: Step): StepResult {
  const { body, parts, a, h, recurrent, wRec, bRec, times, update, onState } = step;
  const [ar, az, an] = body.nodes('Split', [a], 3, { axis: 1 });
  const gate = (from: string, side: string): string => body.node('Sigmoid', [body.node('Add', [from, side])]);
  let r: string;
  let z: string;
  let candidate: string;
  if (parts.resetAfter) {
    const sides = body.node('Add', [product(body, h, recurrent, wRec, 3), bRec!]);
    const [sr, sz, sn] = body.nodes('Split', [sides], 3, { axis: 1 });
    [r, z] = [gate(ar, sr), gate(az, sz)];
    candidate = body.node('Mul', [r, sn]);
  } else {
    const columns = body.nodes('Split', [wRec], 3, { axis: 1 });
    const biases = body.nodes('Split', [bRec!], 3, { axis: 0 });
    const read = (k: number): string => times(h, recurrent?.[recurrent.length > 1 ? k : 0]);
    const side = (k: number, u: string): string =>
      body.node('Add', [body.node('MatMul', [u, columns[k]]), biases[k]]);
    [r, z] = [gate(ar, side(0, read(0))), gate(az, side(1, read(1)))];
    candidate = side(2, body.node('Mul', [r, read(2)]));
  }
  const n = times(body.node('Tanh', [body.node('Add', [an, candidate])]), update);
  // (1 - z) n + z h
  const leak = body.node('Mul', [z, body.node('Sub', [h, n])]);
  return { h: times(body.node('Add', [n, leak]), onState) };
}

/** x ∘ m times the weights, with a mask for all gates or one for each. */
function product(
  graph: Graph,
  x: string,
  masks: string[] | undefined,
  weights: string,
  gates: number,
): string {
  if (!masks) return graph.node('MatMul', [x, weights]);
  if (masks.length === 1) return graph.node('MatMul', [graph.node('Mul', [x, masks[0]]), weights]);
  const columns = graph.nodes('Split', [weights], gates, { axis: 1 });
  const parts = masks.map((mask, g) => graph.node('MatMul', [graph.node('Mul', [x, mask]), columns[g]]));
  return graph.node('Concat', parts, { axis: -1 });
}

/** A factor of [time, batch, width], for each gate where it has its own. */
function perGate(graph: Graph, factor: Factor | undefined): string[] | undefined {
  if (!factor) return undefined;
  if (factor.kind === 'constant' || factor.gates === 1) return [factorName(graph, factor)];
  const parts = graph.nodes('Split', [factor.name], factor.gates, { axis: 0 });
  return parts.map((part) => graph.node('Squeeze', [part, graph.wholes([0])]));
}

function weights(
  graph: Graph,
  name: string,
  { shape, data }: { shape: readonly number[]; data: ArrayLike<number> },
  factor: Factor | undefined,
): string {
  const plain = graph.constant(name, shape, data);
  return factor ? graph.node('Mul', [plain, factorName(graph, factor)]) : plain;
}
