/** The reference operations `attention.*`: one query a row over the positions of a memory, on the tape. */
import {
  add,
  affine,
  attend,
  DataError,
  gradients,
  matmul,
  mul,
  reshape,
  sum,
  Tensor,
  transpose,
} from 'lethe';
import { realFrom } from 'lethe/engine';
import { type GoldenCase, input, shapedInput } from './case-file.ts';
import { type Computed, cotangent } from './compare.ts';

/** Weights [S, B], context [B, E] and the gradients of all inputs, of the parameters too. */
export function runAttention(golden: GoldenCase): Computed {
  const [B, H] = sized(golden, 'query', 2);
  const [S, , E] = sized(golden, 'memory', 3);
  const matrix = (name: string, ...shape: number[]): Tensor =>
    new Tensor(shape, realFrom(shapedInput(golden, name, shape).data));
  const query = matrix('query', B, H);
  const memory = matrix('memory', S, B, E);
  const lengths = Int32Array.from(shapedInput(golden, 'lengths', [B]).data);
  const parameters = parametersOf(golden, matrix, H, E);
  const { w, w_query, w_memory, bias, v } = parameters;
  const weighted = (value: Tensor, name: string, shape: number[]): Tensor =>
    sum(mul(value, new Tensor(shape, realFrom(Array.from(cotangent(golden, name, value.size))))));
  const outputs: Computed['outputs'] = {};
  const inputs: Record<string, Tensor> = { query, memory, ...parameters };
  const run = gradients(Object.values(inputs), () => {
    const by = w ?? w_query;
    const compared = by ? matmul(query, by) : query;
    const keys = w_memory && bias ? affine(memory, w_memory, bias) : memory;
    const steps = reshape(compared, [1, ...compared.shape]);
    const { weights, context } = attend(steps, { keys, values: memory, lengths }, v);
    const bySource = transpose(reshape(weights, [B, S]));
    outputs.weights = bySource.data;
    outputs.context = context.data;
    return add(weighted(bySource, 'weights', [S, B]), weighted(context, 'context', [1, B, E]));
  });
  const grads = Object.keys(inputs).map((name, i) => [name, run.gradients[i].data]);
  return { outputs, grads: Object.fromEntries(grads) };
}

// --- internal ---

function sized(golden: GoldenCase, name: string, axes: number): readonly number[] {
  const { shape } = input(golden, name);
  if (shape.length !== axes)
    throw new DataError(`input "${name}" should have ${axes} axes, found [${shape}]`);
  return shape;
}

type Parameters = { w?: Tensor; w_query?: Tensor; w_memory?: Tensor; bias?: Tensor; v?: Tensor };

function parametersOf(
  golden: GoldenCase,
  matrix: (name: string, ...shape: number[]) => Tensor,
  H: number,
  E: number,
): Parameters {
  if (golden.op === 'attention.dot') return {};
  if (golden.op === 'attention.general') return { w: matrix('w', H, E) };
  const K = sized(golden, 'v', 1)[0];
  return {
    w_query: matrix('w_query', H, K),
    w_memory: matrix('w_memory', E, K),
    bias: matrix('bias', K),
    v: matrix('v', K),
  };
}
