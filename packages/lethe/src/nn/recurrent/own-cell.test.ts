/** A recurrent cell written by a user from the public operations is the fused kernel's equal. */
import { describe, expect, it } from 'vitest';
import { standard } from '../../dropout.ts';
import {
  add,
  affine,
  bernoulliNll,
  gradients,
  linear,
  matmul,
  mul,
  NoiseStream,
  reshape,
  rnn,
  scoped,
  slice,
  stack,
  Tensor,
  tanh,
} from '../../index.ts';

const stream = new NoiseStream(31);
const [T, B, I, H, K] = [9, 4, 5, 8, 3];
const x = new Tensor([T, B, I], stream.normals({ site: 'sample' }, T * B * I));
const targets = new Tensor(
  [T, B, K],
  stream.uniforms({ site: 'sample', layer: 1 }, T * B * K).map((u) => (u < 0.3 ? 1 : 0)),
);

function handWritten(
  x: Tensor,
  h0: Tensor,
  weights: { weightIn: Tensor; weightRec: Tensor; bias: Tensor },
  keep?: Tensor,
): Tensor {
  const [steps, batch, inputs] = x.shape;
  const hs: Tensor[] = [];
  let h = h0;
  for (let t = 0; t < steps; t++) {
    const xt = reshape(slice(x, 0, t, t + 1), [batch, inputs]);
    const read = keep ? mul(h, keep) : h;
    h = tanh(add(affine(xt, weights.weightIn, weights.bias), matmul(read, weights.weightRec)));
    hs.push(h);
  }
  return stack(hs);
}

describe('a cell from operations', () => {
  it('has the loss and the gradients of the fused layer', () => {
    const layer = rnn({ inputSize: I, hiddenSize: H }, stream);
    const readout = linear({ inputSize: H, outputSize: K, layer: 1 }, stream);
    const h0 = new Tensor([B, H], stream.normals({ site: 'sample', layer: 2 }, B * H));
    const parameters = [
      ...Object.values(layer.parameters),
      ...Object.values(readout.parameters),
      x,
      h0,
    ] as Tensor[];
    scoped(() => {
      const fused = gradients(
        parameters,
        () => bernoulliNll(readout.forward(layer.forward(x, { hidden: h0 }).output), targets).loss,
      );
      const byHand = gradients(
        parameters,
        () => bernoulliNll(readout.forward(handWritten(x, h0, layer.parameters)), targets).loss,
      );
      expect(byHand.loss).toBeCloseTo(fused.loss, 5);
      expectClose(
        byHand.gradients.map(({ data }) => data),
        fused.gradients.map(({ data }) => data),
      );
    });
  });

  it('has them with a recurrent mask held over the sequence as well', () => {
    const dropout = standard({ recurrent: 0.5 });
    dropout.noise[0].interval = 'sequence';
    const layer = rnn({ inputSize: I, hiddenSize: H, dropout }, stream);
    const parameters = Object.values(layer.parameters) as Tensor[];
    const h0 = new Tensor([B, H], stream.normals({ site: 'sample', layer: 2 }, B * H));
    const readout = linear({ inputSize: H, outputSize: K, layer: 1 }, stream);
    // The mask is a pure function of its address: the same draw that the layer makes.
    const uniforms = stream.uniforms({ site: 'recurrent' }, B * H);
    const keep = new Tensor(
      [B, H],
      uniforms.map((u) => (u >= 0.5 ? 2 : 0)),
    );
    const fused = gradients(
      parameters,
      () => bernoulliNll(readout.forward(layer.forward(x, { hidden: h0 }, stream).output), targets).loss,
    );
    const byHand = gradients(
      parameters,
      () => bernoulliNll(readout.forward(handWritten(x, h0, layer.parameters, keep)), targets).loss,
    );
    expect(byHand.loss).toBeCloseTo(fused.loss, 5);
    expectClose(
      byHand.gradients.map(({ data }) => data),
      fused.gradients.map(({ data }) => data),
    );
  });
});

/** Within 1e-5 of the largest element of each array (float32, sums of up to 36 terms). */
function expectClose(got: readonly ArrayLike<number>[], expected: readonly ArrayLike<number>[]): void {
  for (const [k, array] of expected.entries()) {
    const largest = Math.max(...Array.from(array, Math.abs));
    expect(largest).toBeGreaterThan(0);
    for (let i = 0; i < array.length; i++)
      expect(Math.abs(got[k][i] - array[i])).toBeLessThan(1e-5 * largest);
  }
}
