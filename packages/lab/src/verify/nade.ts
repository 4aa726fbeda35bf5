/** The reference operation `readout.nade`: the likelihood of frames under a NADE whose biases are linear in a state, on the tape. */
import { affine, gradients, mul, nadeNll, sum, type Tensor, tensor, transpose } from 'lethe';
import { type GoldenCase, input, shapedInput } from './case-file.ts';
import { type Computed, cotangent } from './compare.ts';

/** The NLL of every frame. */
export function runNade(golden: GoldenCase): Computed {
  const [T, B, H] = input(golden, 'h').shape;
  const [D, K] = input(golden, 'w').shape;
  const given = (name: string, shape: number[]): Tensor =>
    tensor(shapedInput(golden, name, shape).data, shape);
  const inputs = {
    h: given('h', [T, B, H]),
    w: given('w', [D, K]),
    v_out: given('v_out', [K, D]),
    a: given('a', [H, K]),
    b: given('b', [H, D]),
    bias_hidden: given('bias_hidden', [K]),
    bias_visible: given('bias_visible', [D]),
  };
  const frames = given('v', [T, B, D]);
  const weights = tensor(Array.from(cotangent(golden, 'nll', T * B)), [T, B]);
  const mask = golden.inputs['mask.hidden'] && {
    data: given('mask.hidden', [T, B, K]).data,
    ...{ gate: 0, time: B * K, batch: K },
  };
  let nll: ArrayLike<number> = [];
  const run = gradients(Object.values(inputs), () => {
    const biases = {
      hidden: affine(inputs.h, inputs.a, inputs.bias_hidden),
      visible: affine(inputs.h, inputs.b, inputs.bias_visible),
    };
    const rows = nadeNll(biases, { weightIn: inputs.w, weightOut: transpose(inputs.v_out) }, frames, {
      mask,
    });
    nll = Float64Array.from(rows.data);
    return sum(mul(rows, weights));
  });
  const grads = Object.keys(inputs).map((name, i) => [name, Float64Array.from(run.gradients[i].data)]);
  return { outputs: { nll }, grads: Object.fromEntries(grads) };
}
